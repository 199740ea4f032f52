import { attribute, child, childValue, type XmlElement } from '../../ooxml/index.ts';
import type { Group, Side } from './group.ts';
import { addText } from './group.ts';
import type { Ledger, Place } from './ledger.ts';

const MARK = /^w:(move|customXml)(Ins|Del|From|To|MoveFrom|MoveTo)Range(Start|End)$/;

interface Range {
  readonly key: string;
  readonly start: XmlElement;
  /** Name of the move, for ranges around what moved. */
  readonly name: string;
  readonly side: Side;
  group: Group | undefined;
}

/** Follows the ranges around what moved and around tags of controls (§17.13.5.4–11, 21–28). */
export class Ranges {
  readonly #ledger: Ledger;
  #moves: Range[] = [];
  #controls: Range[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Is a range around the tag of a control open? */
  get aroundControls(): boolean {
    return this.#controls.length > 0;
  }

  /** Name of the innermost move that is open on a side. */
  move(side: Side): string | undefined {
    return this.#moves.findLast((r) => r.side === side)?.name;
  }

  /** Reads an end of a range; tells whether it is one. */
  read(element: XmlElement, place: () => Place): boolean {
    const [, what, kind, end] = MARK.exec(element.name) ?? [];
    if (what === undefined || kind === undefined) return false;
    const id = attribute(element, 'w:id') ?? '';
    const key = `${kind} ${id}`;
    if (what === 'move')
      this.#moveMark(element, key, kind === 'From' ? 'from' : 'to', end === 'Start', place);
    else
      this.#controlMark(
        element,
        key,
        kind === 'Del' || kind === 'MoveFrom' ? 'del' : 'ins',
        end === 'Start',
        place,
      );
    return true;
  }

  #moveMark(element: XmlElement, key: string, side: Side, starts: boolean, place: () => Place): void {
    if (starts) {
      const name = attribute(element, 'w:name') ?? key;
      const group = this.#ledger.named('move', name, element, place(), side);
      this.#moves.push({ key, start: element, name, side, group });
      return;
    }
    const open = this.#moves.findLast((r) => r.key === key);
    open?.group?.elements.push(element);
    this.#moves = this.#moves.filter((r) => r !== open);
  }

  #controlMark(element: XmlElement, key: string, side: Side, starts: boolean, place: () => Place): void {
    if (starts) {
      this.#controls.push({ key, start: element, name: '', side, group: undefined });
      return;
    }
    const open = this.#controls.findLast((r) => r.key === key);
    if (!open) return;
    open.group ??= this.#ledger.create('control', open.start, place(), open.side);
    open.group.elements.push(element);
    this.#controls = this.#controls.filter((r) => r !== open);
  }

  /** The tags of a control that moved with its content are part of that move. */
  #movedWith(range: Range, place: () => Place): Group | undefined {
    const side = /MoveFrom/.test(range.key) ? 'from' : /MoveTo/.test(range.key) ? 'to' : undefined;
    const name = side && this.move(side);
    return name === undefined ? undefined : this.#ledger.named('move', name, range.start, place(), side);
  }

  /** Reads a control, custom XML or smart tag: the ranges around its start tag and its end tag are one change. */
  wrapper(element: XmlElement, place: () => Place, content: () => void): void {
    const around = this.#controls;
    for (const range of around) {
      if (range.group) continue;
      range.group =
        this.#movedWith(range, place) ?? this.#ledger.create('control', range.start, place(), range.side);
      if (range.group.subject === 'control') addText(range.group, range.side, nameOf(element));
    }
    content();
    for (const range of this.#controls) {
      if (around.includes(range) || range.group) continue;
      const same = around.find((r) => r.group && r.side === range.side)?.group;
      range.group = same ?? this.#ledger.create('control', range.start, place(), range.side);
      if (same) same.elements.push(range.start);
    }
  }
}

function nameOf(element: XmlElement): string {
  const properties = child(element, 'w:sdtPr');
  return (
    childValue(properties, 'w:alias') ??
    childValue(properties, 'w:tag') ??
    attribute(element, 'w:element') ??
    ''
  );
}
