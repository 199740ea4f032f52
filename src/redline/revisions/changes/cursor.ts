import { attribute, type Styles, type XmlElement } from '../../ooxml/index.ts';
import { Backlog } from './backlog.ts';
import type { Clauses, Where } from './clauses.ts';
import { addText, type Group, isAfter, type Side, type Slot, type Spot } from './group.ts';
import { type KeyMaker, ParagraphKeys } from './identity.ts';
import { type Around, absorber, type Ledger, type ParagraphEnd, type Place } from './ledger.ts';
import { Ranges } from './ranges.ts';

export interface Paragraph {
  readonly position: Spot['paragraph'];
  length: number;
  readonly slot: Slot;
  /** What it says with all changes accepted. */
  shown: string;
  readonly where: Where;
  readonly place: Place['paragraph'];
  /** Tells the paragraph apart by its unchanged text (`ParagraphKeys`): known when the backlog is done. */
  key: (early: boolean) => string;
  /** Where it stands in its table, and what stands above. */
  above: string;
  /** Has the backlog done as far as to know it. */
  settle: () => void;
  /** Changes of formatting that all of it is in. */
  readonly formatted: Group[];
  run: { readonly group: Group; readonly delta: string } | undefined;
  readonly inside: Set<Group>;
}

export interface Table {
  /** Tells it from the others that hold changes. */
  readonly id: number;
  /** Among all tables of the part: known when the backlog is done. */
  number: number;
  row: string;
  column: number;
  paragraph: number;
}

/** What a reader of one part needs. */
export interface Reading {
  readonly part: string;
  readonly ledger: Ledger;
  readonly styles: Styles;
  /** Not given where nobody asks for labels and headings. */
  readonly clauses: Clauses | undefined;
  /** Does anything tracked stand in an element? */
  readonly holds: (element: XmlElement) => boolean;
  /** What is counted, for whoever reads a part in pieces; counted anew when not given. */
  readonly order?: Order;
}

/** What is counted and kept in mind in the order of a part. */
export interface Order {
  readonly keys: KeyMaker;
  paragraphs: number;
  tables: number;
  /** How the last paragraph that holds unchanged words starts. */
  above: string;
}

export function structureOf(table: Table, row: string, column: number, paragraph: number): string {
  return `${table.number}|${row}|${column}|${paragraph}`;
}

/** Where a reader of a part stands, and which changes are around it. */
export class Cursor {
  readonly reading: Reading;
  readonly ledger: Ledger;
  readonly ranges: Ranges;
  readonly backlog = new Backlog();
  /** What only the backlog may look at: it follows the order of the document. */
  readonly order: Order;
  story = '';
  tables = 0;
  boxes = 0;
  around: Around[] = [];
  table: Table | undefined;
  paragraph: Paragraph;
  /** Stands for the place between paragraphs. */
  readonly between: Paragraph;
  /** Changes between paragraphs, which belong to the clause of the next one. */
  awaiting: Where[] = [];
  /** Formatting changes that the present run is in. */
  runFormat: Group | undefined;
  /** Changes before this one get no text: a second copy of a text box is being read. */
  silentBelow = 0;
  ends: (ParagraphEnd | undefined)[] = [];

  constructor(reading: Reading) {
    this.reading = reading;
    this.ledger = reading.ledger;
    this.order = reading.order ?? { keys: new ParagraphKeys(), paragraphs: 0, tables: 0, above: '' };
    this.ranges = new Ranges(reading.ledger);
    this.between = this.newParagraph(null);
    this.paragraph = this.between;
  }

  /** Does what stands here belong to a change, or may it? Then it is read even where nothing in it is tracked. */
  get isInside(): boolean {
    return this.around.length > 0 || this.ranges.aroundControls;
  }

  text(text: string): void {
    const p = this.paragraph;
    p.length += text.length;
    const inner = this.around.at(-1)?.group;
    const slot = inner?.slot ?? p.slot;
    slot.text += text;
    slot.current = undefined;
    if (this.around.every((a) => isAfter(a.side))) p.shown += text;
    if (this.runFormat === undefined) p.run = undefined;
    const first = this.around[0]?.group;
    if (first) p.inside.add(first);
    this.add(text);
  }

  add(text: string): void {
    for (const { group, side } of this.around) if (this.mayAdd(group)) addText(group, side, text);
    for (const group of this.paragraph.formatted) addText(group, 'both', text);
    if (this.runFormat) addText(this.runFormat, 'both', text);
  }

  mayAdd(group: Group): boolean {
    return this.silentBelow === 0 || this.ledger.groups.indexOf(group) >= this.silentBelow;
  }

  code(text: string): void {
    for (const { group } of this.around) group.code += text;
    const first = this.around[0]?.group;
    if (first) this.paragraph.inside.add(first);
    else this.paragraph.slot.current = undefined;
  }

  groupOf(element: XmlElement, side: Side): Group {
    const known = absorber(this.around, element, side);
    if (known) {
      known.elements.push(element);
      return known;
    }
    const move = side === 'from' || side === 'to' ? this.ranges.move(side) : undefined;
    return move === undefined
      ? this.ledger.content(element, side, this.place())
      : this.#moved(move, element, side);
  }

  inside(group: Group, side: Side, work: () => void): void {
    if (this.around.some((a) => a.group === group)) {
      work();
      return;
    }
    this.around.push({ group, side });
    work();
    this.around.pop();
  }

  place(): Place {
    const p = this.paragraph;
    const within = this.around.at(-1)?.group;
    if (p === this.between) return this.placeBetween(within);
    return {
      story: this.story,
      position: { paragraph: p.position, offset: p.length },
      slot: within?.slot ?? p.slot,
      paragraph: p.place,
      where: p.where,
      within,
    };
  }

  /** The place of a change outside of paragraphs, such as a row: that of the next paragraph. */
  placeBetween(within: Group | undefined): Place {
    const next = this.newParagraph(null);
    const structure = this.structure();
    this.backlog.add(() => {
      const found = structure();
      next.position.number = this.order.paragraphs;
      next.key = () => found;
    });
    next.settle = this.backlog.upToHere();
    const where: Where = { clause: '', heading: '' };
    this.awaiting.push(where);
    return {
      story: this.story,
      position: { paragraph: next.position, offset: 0 },
      slot: within?.slot ?? { text: '', current: undefined },
      paragraph: next.place,
      where,
      within,
    };
  }

  newParagraph(element: XmlElement | null): Paragraph {
    const structure = this.structure();
    const p: Paragraph = {
      position: {
        part: this.reading.part,
        number: 0,
        id: attribute(element ?? undefined, 'w14:paraId') ?? null,
      },
      length: 0,
      slot: { text: '', current: undefined },
      shown: '',
      where: { clause: '', heading: '' },
      place: {
        key: (early) => {
          p.settle();
          return p.key(early);
        },
        above: () => {
          p.settle();
          return p.above;
        },
      },
      key: () => '',
      above: '',
      settle: () => {},
      formatted: [],
      run: undefined,
      inside: new Set(),
    };
    this.backlog.add(() => {
      p.position.number = Math.max(0, this.order.paragraphs - 1);
      p.above = `${structure()}\u0000${this.order.above}`;
    });
    return p;
  }

  /** Where the present place stands in its table, or what stands above it; for the backlog. */
  structure(): () => string {
    const t = this.table;
    if (!t) return () => this.order.above;
    const { row, column, paragraph } = t;
    return () => structureOf(t, row, column, paragraph);
  }

  /** What moved over several paragraphs or cells is kept apart in its text where no mark moved along. */
  #moved(name: string, element: XmlElement, side: Side): Group {
    const group = this.ledger.named('move', name, element, this.place(), side);
    const { paragraph } = this;
    const text = isAfter(side) ? group.after : group.before;
    const last = this.#lastMoved.get(group);
    if (last !== undefined && last !== paragraph && text !== '' && !text.endsWith('\n'))
      addText(group, side, '\n');
    this.#lastMoved.set(group, paragraph);
    return group;
  }

  readonly #lastMoved = new Map<Group, Paragraph>();

  /** Keeps paragraphs and cells of tracked rows apart in their text. */
  separate(mark: string): void {
    for (const { group, side } of this.around)
      if (group.subject !== 'text' && this.mayAdd(group)) addText(group, side, mark);
  }
}
