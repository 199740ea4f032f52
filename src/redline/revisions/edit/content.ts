import { child, inner, type XmlElement } from '../../ooxml/index.ts';
import type { Insertion, ParagraphChange, Range } from './change.ts';
import type { Draft } from './draft.ts';
import { editFault } from './faults.ts';
import { updated } from './properties.ts';
import { changedRun, markProperties } from './record.ts';
import { type Cell, cutTape, type Field, type Holder, isLooseField, REVISIONS } from './tape.ts';
import { type CellState, FIELD_END, fieldHead, isOwn, plainProperties, Weaver } from './weave.ts';

/** The content of a paragraph with what happens to it; one piece more than it is split in. */
export function writeContent(change: ParagraphChange, draft: Draft): string[] {
  return new ContentWriter(change, draft).write();
}

/** A place between cells, and what holds it. */
interface Place {
  readonly index: number;
  readonly holders: readonly Holder[];
  /** Run properties of what it stands beside. */
  readonly properties: string;
}

type Format = ParagraphChange['formats'][number];

class ContentWriter {
  readonly #change: ParagraphChange;
  readonly #draft: Draft;
  readonly #cells: readonly Cell[];
  readonly #weaver: Weaver;
  readonly #dead = new Set<Field>();
  /** Properties by format and run, so that pieces of one run stay together. */
  readonly #formatted = new Map<Format, Map<XmlElement, string>>();

  constructor(change: ParagraphChange, draft: Draft) {
    this.#change = change;
    this.#draft = draft;
    this.#weaver = new Weaver(draft, change.part);
    const { deletions, formats, insertions, splits } = change;
    const ends = [...deletions, ...formats].flatMap((r) => [r.from, r.to]);
    this.#cells = cutTape(change.tape, new Set([...ends, ...insertions.map((i) => i.at), ...splits]));
  }

  write(): string[] {
    const todo = this.#todo();
    const pieces: string[] = [];
    const states = this.#cells.map((cell) => this.#stateOf(cell));
    for (let i = 0; i <= this.#cells.length; i++) {
      for (const work of todo.get(i) ?? []) {
        if (work === 'split') pieces.push(this.#weaver.take());
        else work();
      }
      const cell = this.#cells[i];
      if (cell) this.#cellAndMarks(cell, i, states);
    }
    pieces.push(this.#weaver.take());
    return pieces;
  }

  /** What is to be done before each cell. */
  #todo(): Map<number, ('split' | (() => void))[]> {
    const todo = new Map<number, ('split' | (() => void))[]>();
    const add = (index: number, work: 'split' | (() => void)): void => {
      todo.set(index, [...(todo.get(index) ?? []), work]);
    };
    const insert = (insertion: Insertion): void => {
      const place = this.#place(insertion);
      add(place.index, () => this.#insert(insertion, place));
    };
    const { insertions, splits } = this.#change;
    const behindSplits = insertions.filter((i) => i.side === 'right' && splits.includes(i.at));
    const others = insertions.filter((i) => !behindSplits.includes(i));
    for (const insertion of others) if (insertion.replaces) insert(insertion);
    for (const insertion of others) if (!insertion.replaces) insert(insertion);
    for (const at of splits) {
      const place = this.#place({ at, side: at === 0 ? 'right' : 'left' });
      add(place.index, 'split');
    }
    for (const insertion of behindSplits) insert(insertion);
    return todo;
  }

  #insert({ runs, mark }: Insertion, { holders, properties }: Place): void {
    if (mark !== undefined) this.#weaver.mark(holders, mark);
    if (runs !== undefined) this.#weaver.fresh(holders, 'ins', runs(properties));
  }

  #place(insertion: Insertion): Place {
    const { at } = insertion;
    const visible = (c: Cell): boolean => !c.hidden && c.to > c.from;
    const left = this.#cells.findLastIndex((c) => visible(c) && c.to === at);
    const right = this.#cells.findIndex((c) => visible(c) && c.from === at);
    const isLeft = insertion.side === 'left' ? left >= 0 : right < 0;
    const ref = isLeft ? left : right;
    const cell = this.#cells[ref];
    if (!cell)
      return { index: this.#cells.length, holders: [], properties: markProperties(this.#change.paragraph) };
    const like =
      insertion.like === undefined
        ? undefined
        : this.#cells.find((c) => visible(c) && c.from === insertion.like);
    const properties = plainProperties((like ?? cell).run);
    if (insertion.mark !== undefined)
      return { ...this.#besideGone(cell, isLeft ? ref + 1 : ref, isLeft), properties };
    return this.#outside(cell, isLeft ? ref + 1 : ref, isLeft, { properties, like });
  }

  /** A place for a mark: not in a simple field that goes, of which nothing may stay. */
  #besideGone(cell: Cell, index: number, isLeft: boolean): Pick<Place, 'index' | 'holders'> {
    const { holders } = cell;
    const simple = this.#stateOf(cell) === 'keep' ? undefined : holders.find((h) => h.kind === 'field');
    if (!simple) return { index, holders };
    const within = (c: Cell): boolean => c.holders.includes(simple);
    return {
      index: isLeft ? this.#cells.findLastIndex(within) + 1 : this.#cells.findIndex(within),
      holders: holders.slice(0, holders.indexOf(simple)),
    };
  }

  /**
   * A place for something new: not in a revision, nor in a field or link that it stands at the edge of.
   *
   * @param like  the first cell that it takes the place of: what replaces words of a link is in the link
   */
  #outside(
    cell: Cell,
    at: number,
    isLeft: boolean,
    { properties, like }: { readonly properties: string; readonly like: Cell | undefined },
  ): Place {
    let index = at;
    const step = isLeft ? 1 : -1;
    const next = (): Cell | undefined => this.#cells[isLeft ? index : index - 1];
    const leave = (within: (c: Cell) => boolean, what: string): void => {
      for (let c = next(); c && within(c); c = next()) {
        if (c.to > c.from && !c.hidden && what !== '') throw editFault('edit/not-editable', what);
        if (c.to > c.from && !c.hidden) return;
        index += step;
      }
    };
    if (cell.field) leave((c) => c.field === cell.field, 'The place is inside the result of a field.');
    const simple = cell.holders.find((h) => h.kind === 'field');
    if (simple) leave((c) => c.holders.includes(simple), 'The place is inside the result of a field.');
    let holders = cell.holders;
    const cut = holders.findIndex((h) => h === simple || REVISIONS.has(h.kind));
    if (cut >= 0) holders = holders.slice(0, cut);
    let look = properties;
    const link = holders.findIndex((h) => h.kind === 'hyperlink');
    const held = holders[link];
    if (held && !next()?.holders.includes(held) && !like?.holders.includes(held)) {
      holders = holders.slice(0, link);
      look = look.replace(/<w:rStyle\b[^>]*\/>/, '');
    }
    refuseLocked(holders);
    return { index, holders, properties: look };
  }

  #stateOf(cell: Cell): CellState {
    const { deleted, moved, deletions } = this.#change;
    if (cell.hidden) return 'keep';
    if (moved !== undefined) return cell.content ? 'moveFrom' : 'keep';
    if (deleted) return cell.content ? 'del' : 'keep';
    const hit = deletions.find((r) => goesWith(cell, r));
    if (hit === undefined) return 'keep';
    this.#checkField(cell, hit);
    return cell.content ? 'del' : 'keep';
  }

  /** A field goes as a whole, or not at all. */
  #checkField(cell: Cell, range: Range): void {
    refuseLocked(cell.holders);
    const simple = cell.holders.find((h) => h.kind === 'field');
    const within = (c: Cell): boolean =>
      (cell.field !== undefined && c.field === cell.field) ||
      (simple !== undefined && c.holders.includes(simple));
    if (cell.field === undefined && simple === undefined) {
      if (isLooseField(cell)) throw editFault('edit/not-editable', 'A field begins or ends among the words.');
      return;
    }
    const inside = this.#cells.filter((c) => within(c) && !c.hidden && c.to > c.from);
    if (inside.some((c) => c.from < range.from || c.to > range.to))
      throw editFault('edit/not-editable', 'The words are only a part of the result of a field.');
    if (cell.field) this.#dead.add(cell.field);
  }

  #cellAndMarks(cell: Cell, index: number, states: readonly CellState[]): void {
    const { dropped, behindCell } = this.#change;
    if (!dropped.has(cell.element.start)) this.#cell(cell, index, states);
    const behind = behindCell.get(cell.element.start);
    if (behind !== undefined) this.#weaver.mark(cell.holders, behind);
  }

  #cell(cell: Cell, index: number, states: readonly CellState[]): void {
    let state = states[index] ?? 'keep';
    if (state === 'keep' && cell.field && this.#dead.has(cell.field) && !cell.hidden && cell.content)
      state = 'del';
    if (state !== 'keep' && isOwn(cell, this.#draft.options.author)) {
      this.#change.notes.add('own-insertion');
      return;
    }
    const simple = state === 'keep' ? undefined : cell.holders.find((h) => h.kind === 'field');
    if (state === 'keep' || !simple) {
      this.#weaver.cell(cell, state, this.#properties(cell, state));
      return;
    }
    const shares = (at: number): boolean => this.#cells[at]?.holders.includes(simple) === true;
    const outer = cell.holders.slice(0, cell.holders.indexOf(simple));
    if (!shares(index - 1)) for (const xml of fieldHead(simple)) this.#weaver.fieldPart(outer, state, xml);
    this.#weaver.cell(cell, state, this.#properties(cell, state));
    if (!shares(index + 1)) this.#weaver.fieldPart(outer, state, FIELD_END);
  }

  #properties(cell: Cell, state: CellState): string {
    const { run } = cell;
    if (!run) return '';
    const format = state === 'keep' && !cell.hidden && cell.to > cell.from ? this.#formatOf(cell) : undefined;
    if (format === undefined) return propertiesOf(run);
    refuseLocked(cell.holders);
    const own = isOwn(cell, this.#draft.options.author);
    if (own) this.#change.notes.add('own-insertion');
    const known = this.#formatted.get(format)?.get(run);
    if (known !== undefined) return known;
    const fresh = changedRun(run, (current) => updated(current, format.updates, 'run'), !own, this.#draft);
    this.#formatted.set(format, (this.#formatted.get(format) ?? new Map()).set(run, fresh));
    return fresh;
  }

  #formatOf(cell: Cell): Format | undefined {
    return this.#change.formats.find((f) => f.from <= cell.from && cell.to <= f.to);
  }
}

function propertiesOf(run: XmlElement): string {
  const rPr = child(run, 'w:rPr');
  return rPr ? inner(rPr) : '';
}

/** Words in the range go, and what takes no room between them. */
function goesWith(cell: Cell, { from, to }: Range): boolean {
  return cell.to > cell.from ? from <= cell.from && cell.to <= to : from < cell.from && cell.to < to;
}

function refuseLocked(holders: readonly Holder[]): void {
  if (holders.some((h) => h.locked))
    throw editFault('edit/not-editable', 'The content of the control there is locked.');
}
