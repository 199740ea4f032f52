import { outer, type XmlElement } from '../../ooxml/index.ts';
import { editFault } from './faults.ts';
import type { NewProperties, Update } from './properties.ts';
import { isMarkGone, markProperties, ownProperties } from './record.ts';
import type { Path } from './story.ts';
import { isLooseField, readTape, type Tape } from './tape.ts';
import type { EditNote } from './types.ts';

/** UTF-16 offsets in the visible text of a paragraph. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Something new at a place in a paragraph. */
export interface Insertion {
  readonly at: number;
  /** Which neighbour it belongs to, in formatting and in what holds it. */
  readonly side: 'left' | 'right';
  /** Tracked runs, made from the properties of the neighbour; or something that is not tracked. */
  readonly runs?: (properties: string) => string;
  readonly mark?: string;
  /** Offset of the character whose formatting it takes, where that is not the neighbour. */
  readonly like?: number;
  /** Stands for words that go: what comes behind them comes behind it. */
  readonly replaces?: boolean;
}

/** A paragraph that comes to be the last. */
interface Appended {
  readonly properties: NewProperties;
  /** How its mark looks, as the content of `w:rPr`. */
  readonly mark: string;
  readonly content: () => string;
}

/** All that happens to one paragraph; refuses what is asked twice. */
export class ParagraphChange {
  readonly part: string;
  readonly path: Path;
  readonly paragraph: XmlElement;
  readonly tape: Tape;
  readonly deletions: Range[] = [];
  readonly #reserved: Range[] = [];
  readonly formats: (Range & { readonly updates: readonly Update[] })[] = [];
  readonly insertions: Insertion[] = [];
  readonly splits: number[] = [];
  /** Blocks of its own before and behind it. */
  readonly before: (() => string)[] = [];
  readonly behind: (() => string)[] = [];
  /** Paragraphs that follow where it is the last: it gets a new mark and they the old one. */
  readonly appended: Appended[] = [];
  /** Name of the move that takes it away. */
  moved: string | undefined;
  /** The whole paragraph goes: its content, and its mark where `mark` says so. */
  deleted = false;
  mark: 'del' | 'moveFrom' | undefined;
  /** Properties that were asked for. */
  look: NewProperties | undefined;
  /** The paragraph as which it looks, because it is joined to it. */
  likeness: ParagraphChange | undefined;
  /** How its mark comes to look, as the content of `w:rPr`; nothing where it stays as it is. */
  markLook: string | undefined;
  /** The paragraph that shows with the properties of which it is a part, where earlier changes joined several. */
  shown: ParagraphChange = this;
  /** Cells that vanish, and what comes behind some: marks of comments, by the place of the cell's element. */
  readonly dropped = new Set<number>();
  readonly behindCell = new Map<number, string>();
  readonly notes = new Set<EditNote>();
  /** Numbers of the edits that are about it. */
  readonly edits = new Set<number>();

  constructor(part: string, path: Path, paragraph: XmlElement, tape: Tape = readTape(paragraph)) {
    this.part = part;
    this.path = path;
    this.paragraph = paragraph;
    this.tape = tape;
  }

  get length(): number {
    return this.tape.text.length;
  }

  /** Other edits may not be about these words. */
  reserve(range: Range): void {
    this.#claim(range);
    this.#reserved.push(range);
  }

  /** The words go. */
  delete(range: Range): void {
    this.reserve(range);
    this.deletions.push(range);
  }

  /** The words get other formatting. */
  format(range: Range, updates: readonly Update[]): void {
    this.#claim(range);
    this.formats.push({ ...range, updates });
  }

  /** Something new between words. */
  insert(insertion: Insertion): void {
    const { at } = insertion;
    if (
      insertion.mark === undefined &&
      (this.#gone() || this.#reserved.some((d) => d.from < at && at < d.to))
    )
      throw overlap('words that another edit deletes');
    this.insertions.push(insertion);
  }

  split(at: number): void {
    if (this.#gone() || this.#reserved.some((d) => d.from < at && at < d.to) || this.splits.includes(at))
      throw overlap('a paragraph that another edit changes there');
    this.splits.push(at);
  }

  /** The whole content goes; the mark is another matter. */
  deleteWhole(): void {
    if (this.tape.cells.some(isLooseField))
      throw editFault('edit/not-editable', 'A field begins or ends in the paragraph and goes on in another.');
    if (this.#isEdited() || this.#gone()) throw overlap('a paragraph that another edit changes');
    this.deleted = true;
  }

  moveAway(name: string): void {
    this.deleteWhole();
    this.moved = name;
    this.claimMark('moveFrom');
  }

  /** The mark goes, unless an earlier change took it already. */
  deleteMark(): void {
    if (!isMarkGone(this.paragraph)) this.claimMark('del');
  }

  claimMark(mark: 'del' | 'moveFrom'): void {
    if (this.mark !== undefined || this.appended.length > 0) throw overlap('one paragraph mark');
    this.mark = mark;
  }

  /** Gets other properties. */
  restyle(look: NewProperties): void {
    if (this.#gone()) throw overlap('a paragraph that another edit takes away');
    this.#claimLook();
    this.look = look;
  }

  /** Looks like another from now on. */
  takeAfter(other: ParagraphChange): void {
    this.#claimLook();
    this.likeness = other;
  }

  /** Takes the place of another, which goes with its mark: also the mark looks like that one's. */
  standFor(other: ParagraphChange): void {
    this.takeAfter(other);
    this.markLook = other.markLook ?? markProperties(other.paragraph);
  }

  #claimLook(): void {
    if (this.look !== undefined || this.likeness !== undefined)
      throw overlap('the properties of one paragraph');
  }

  /** Its own properties as they come to be, as the content of `w:pPr`; nothing where they stay as they are. */
  get properties(): NewProperties | undefined {
    const { likeness } = this;
    return likeness === undefined ? this.look : () => likeness.finalProperties;
  }

  get finalProperties(): string {
    const own = ownProperties(this.paragraph);
    return this.properties?.(own) ?? own.map(outer).join('');
  }

  append(properties: NewProperties, mark: string, content: () => string): void {
    if (this.mark !== undefined) throw overlap('one paragraph mark');
    this.appended.push({ properties, mark, content });
  }

  #gone(): boolean {
    return this.deleted || this.moved !== undefined;
  }

  #isEdited(): boolean {
    const words = this.insertions.some((i) => i.mark === undefined) || this.look !== undefined;
    return words || this.deletions.length + this.formats.length + this.splits.length > 0;
  }

  #claim({ from, to }: Range): void {
    const meets = (r: Range): boolean => r.from < to && from < r.to;
    const within = (at: number): boolean => from < at && at < to;
    if (
      this.#gone() ||
      this.#reserved.some(meets) ||
      this.formats.some(meets) ||
      this.splits.some(within) ||
      this.insertions.some((i) => i.mark === undefined && within(i.at))
    )
      throw overlap('words that another edit changes');
  }
}

function overlap(what: string): Error {
  return editFault('edit/overlap', `Two edits are about ${what}.`);
}
