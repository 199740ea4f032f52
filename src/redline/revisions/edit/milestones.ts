import { encodeText, outer, startTag } from '../../ooxml/index.ts';
import type { Splice } from './splice.ts';
import { type Path, paragraphOf, type Story } from './story.ts';
import type { Cell, Tape } from './tape.ts';
import type { Edit, EditNote, EditOp } from './types.ts';

/** A place that an anchor named (`Place`), as far as it is marked. */
interface Place {
  readonly story: Story;
  readonly path: Path;
  readonly tape: Tape;
  readonly range: { readonly from: number; readonly to: number };
}

/** An edit that was planned, and where. */
export interface Asked {
  readonly edit: Edit;
  readonly at: Stretch;
  /** The whole paragraph in which the other place of a move stands. */
  readonly to: Stretch | undefined;
  /** The paragraph stays where it should go, because it is the last of its cell. */
  readonly stays: boolean;
}

/** Words of a paragraph between two milestones. */
export interface Stretch {
  readonly part: string;
  /** Numbers of the milestones. */
  readonly start: number;
  readonly end: number;
  /** The words, as they were found. */
  readonly text: string;
}

/** First characters of the planes of private use (Unicode §23.5), and what tells that a text uses the plane. */
const PLANES = [
  [0xf0000, /[\udb80-\udbbf]/],
  [0x100000, /[\udbc0-\udbff]/],
] as const;

/** The characters that stand for milestones: of a plane that none of the texts uses. */
export function alphabetFor(texts: readonly string[]): (milestone: number) => string {
  const [first] = PLANES.find(([, used]) => !texts.some((t) => used.test(t))) ?? PLANES[0];
  return (milestone) => String.fromCodePoint(first + milestone);
}

/** At one offset what ends comes first, then what stands between words, then what begins. */
const [ENDS, STANDS, BEGINS] = [0, 1, 2] as const;
type Mark = readonly [offset: number, rank: number, ...milestones: number[]];
type Alphabet = (milestone: number) => string;

/** Puts milestones into the text of paragraphs, so that another reader of the document knows the places again. */
export class Survey {
  readonly #marks = new Map<number, { readonly place: Place; readonly marks: Mark[] }>();
  readonly #part: string;

  constructor(part: string) {
    this.#part = part;
  }

  /** Marks the words of a place, or with `whole` its paragraph; @param start  number of the first of two milestones */
  add(place: Place, whole: boolean, start: number): Stretch {
    const { from, to } = whole ? { from: 0, to: place.tape.text.length } : place.range;
    const end = start + 1;
    const at = paragraphOf(place.path).start;
    const known = this.#marks.get(at) ?? { place, marks: [] };
    this.#marks.set(at, known);
    if (from === to) known.marks.push([from, STANDS, start, end]);
    else known.marks.push([from, BEGINS, start], [to, ENDS, end]);
    return { part: this.#part, start, end, text: place.tape.text.slice(from, to) };
  }

  /** Offsets of the paragraphs. */
  get paragraphs(): number[] {
    return [...this.#marks.keys()];
  }

  inserts(alphabet: Alphabet): Splice[] {
    return [...this.#marks.values()].flatMap(({ place, marks }) => {
      const sorted = marks.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      return insertsIn(place, sorted, alphabet);
    });
  }
}

/** Operations on whole paragraphs. */
const WHOLE: ReadonlySet<EditOp> = new Set([
  'insertParagraph',
  'deleteParagraph',
  'moveParagraph',
  'mergeParagraph',
]);

/** The surveys of the parts of a document. */
export class Surveys {
  readonly byPart = new Map<string, Survey>();
  #next = 0;

  /** Marks the places of an edit; nothing where it is about a comment, which is no part of the text. */
  ask(edit: Edit, place: Place, to: Place | undefined, notes: readonly EditNote[]): Asked[] {
    if (edit.op === 'comment' || place.story.kind === 'comment') return [];
    const at = this.#add(place, WHOLE.has(edit.op));
    const other = edit.op === 'moveParagraph' && to ? this.#add(to, true) : undefined;
    return [{ edit, at, to: other, stays: notes.includes('paragraph-stays') }];
  }

  #add(place: Place, whole: boolean): Stretch {
    const { part } = place.story;
    const survey = this.byPart.get(part) ?? new Survey(part);
    this.byPart.set(part, survey);
    const stretch = survey.add(place, whole, this.#next);
    this.#next += 2;
    return stretch;
  }
}

function lettersOf(marks: readonly Mark[], alphabet: Alphabet): string {
  return marks.flatMap(([, , ...milestones]) => milestones.map(alphabet)).join('');
}

function insertsIn({ path, tape }: Place, marks: readonly Mark[], alphabet: Alphabet): Splice[] {
  const byCell = new Map<Cell, Mark[]>();
  const loose: Mark[] = [];
  for (const mark of marks) {
    const cell = cellAt(tape, mark);
    if (!cell) loose.push(mark);
    else byCell.set(cell, [...(byCell.get(cell) ?? []), mark]);
  }
  const found = Array.from(byCell, ([cell, list]): Splice => {
    const { start, end } = cell.element;
    return { start, end, xml: marked(cell, tape, list, alphabet) };
  });
  if (loose.length === 0) return found;
  const paragraph = paragraphOf(path);
  const { innerStart, innerEnd, start, end, name, source } = paragraph;
  const run = `<w:r>${textXml(lettersOf(loose, alphabet))}</w:r>`;
  const empty = innerStart === innerEnd && source.charCodeAt(innerStart - 1) !== 62;
  const whole = `${startTag(paragraph).replace(/\/>$/, '>')}${run}</${name}>`;
  return [...found, empty ? { start, end, xml: whole } : { start: innerEnd, end: innerEnd, xml: run }];
}

/** What shows at an offset: words rather than what stands for one character. */
function cellAt(tape: Tape, [at, rank]: Mark): Cell | undefined {
  const touching = tape.cells.filter(
    (c) => !c.hidden && c.run && c.to > c.from && c.from <= at && at <= c.to,
  );
  if (rank === BEGINS) touching.reverse();
  return touching.find((c) => c.element.name === 'w:t') ?? touching[0];
}

function marked(cell: Cell, tape: Tape, marks: readonly Mark[], alphabet: Alphabet): string {
  if (cell.element.name !== 'w:t') {
    const beside = (isBefore: boolean): string => {
      const letters = lettersOf(
        marks.filter(([offset]) => offset <= cell.from === isBefore),
        alphabet,
      );
      return letters === '' ? '' : textXml(letters);
    };
    return beside(true) + outer(cell.element) + beside(false);
  }
  let [out, at] = ['', cell.from];
  for (const mark of marks) {
    out += tape.text.slice(at, mark[0]) + lettersOf([mark], alphabet);
    at = mark[0];
  }
  return textXml(out + tape.text.slice(at, cell.to));
}

function textXml(content: string): string {
  return `<w:t xml:space="preserve">${encodeText(content)}</w:t>`;
}
