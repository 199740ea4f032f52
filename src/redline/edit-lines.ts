import type { AcceptedLine, Element } from './verify/index.ts';

// Lines of a document with the places of edits marked in them, and what can be done to them.

/** The format of a character: one, or any of some; `null` where nothing is said of it. */
export type Look = string | ReadonlySet<string> | null;

/** Text with the format of each of its UTF-16 units. */
export interface Piece {
  readonly text: string;
  readonly looks: readonly Look[];
}

/** Supplementary private use, of which milestones are. */
export const MILESTONES = /[\udb80-\udbff][\udc00-\udfff]/g;
/** What is no word: milestones, tokens, and the instruction of a field, which nobody reads. */
const SILENT =
  /[\udb80-\udbff][\udc00-\udfff]|\u27e6field\u27e7[^\u27e6]*(?=\u27e6(?:=|\/field)\u27e7)|\u27e6[^\u27e7]*\u27e7/g;

export const EMPTY: Piece = { text: '', looks: [] };

/** A line that can go while others are still found beside it. */
export class Line {
  gone = false;
  /** Only its words count: where edits take or add what is no text is not said by the words that they name. */
  touched = false;
  /** How many lines were put behind it. */
  behind = 0;
  /** `w:pPr`; `null` where nothing is said of it. */
  properties: Element | undefined | null;
  /** The line as it was read, until it is touched. */
  readonly read: AcceptedLine | undefined;
  #piece: Piece | undefined;
  #mark: Look | undefined;

  /** @param read  as it stands; nothing of a new line, of whose looks nothing is said unless it is set */
  constructor(text: string, read?: AcceptedLine) {
    this.read = read;
    this.properties = read ? read.properties : null;
    if (!read) {
      this.#piece = plain(text, null);
      this.#mark = null;
      this.touched = true;
    }
  }

  /** A paragraph of its own. */
  static paragraph(content: Piece, mark: Look, properties: Element | undefined | null): Line {
    const line = new Line('');
    line.set(joined(plain('P ', null), content));
    line.mark = mark;
    line.properties = properties;
    return line;
  }

  get text(): string {
    return this.#piece?.text ?? this.read?.line ?? '';
  }

  get piece(): Piece {
    return this.#expanded().piece;
  }

  /** The format of the paragraph's mark. */
  get mark(): Look {
    return this.#expanded().mark;
  }

  set mark(look: Look) {
    this.#expanded();
    this.#mark = look;
  }

  set(piece: Piece): void {
    this.#expanded();
    this.#piece = piece;
  }

  #expanded(): { piece: Piece; mark: Look } {
    if (this.#piece !== undefined && this.#mark !== undefined)
      return { piece: this.#piece, mark: this.#mark };
    const { piece, mark } = dressed(this.read);
    this.#piece = piece;
    this.#mark = mark;
    return { piece, mark };
  }
}

const SPAN = /(\d+) ([^\n]*)\n/g;

/** A line as it was read, with the format of each unit. Of what cannot be told apart nothing is said. */
export function dressed(read: AcceptedLine | undefined): { readonly piece: Piece; readonly mark: Look } {
  const text = read?.line ?? '';
  const looks: Look[] = [null, null];
  for (const [, length, format = ''] of read?.format.matchAll(SPAN) ?? [])
    for (let n = Number(length); n > 0; n--) looks.push(format);
  const mark = looks.pop() ?? null;
  return looks.length === text.length
    ? { piece: { text, looks }, mark }
    : { piece: plain(text, null), mark: null };
}

/** Text of which all looks alike. */
export function plain(text: string, look: Look): Piece {
  return { text, looks: new Array<Look>(text.length).fill(look) };
}

export function cut({ text, looks }: Piece, from: number, to?: number): Piece {
  return { text: text.slice(from, to), looks: looks.slice(from, to) };
}

export function joined(...pieces: readonly Piece[]): Piece {
  return { text: pieces.map((p) => p.text).join(''), looks: pieces.flatMap((p) => p.looks) };
}

/** What milestones are in it. */
export function milestonesIn(piece: Piece): Piece {
  return plain(piece.text.match(MILESTONES)?.join('') ?? '', null);
}

/** Without milestones, tokens and the instructions of fields. */
export function wordsOf(piece: Piece): Piece {
  const kept: Piece[] = [];
  let at = 0;
  for (const match of piece.text.matchAll(SILENT)) {
    kept.push(cut(piece, at, match.index));
    at = match.index + match[0].length;
  }
  return joined(...kept, cut(piece, at));
}

export function wordsIn(text: string): string {
  return text.replace(SILENT, '');
}

/** Any of the formats that a text has; `null` where it has none. */
export function anyOf(looks: readonly Look[]): Look {
  const all = new Set<string>();
  for (const look of looks) {
    if (typeof look === 'string') all.add(look);
    else for (const each of look ?? []) all.add(each);
  }
  return all.size === 0 ? null : all;
}

/** Is a format the one that is wanted? */
export function fits(wanted: Look, got: Look): boolean {
  if (wanted === null || got === null) return true;
  if (typeof wanted === 'string') return wanted === got;
  return typeof got === 'string' && wanted.has(got);
}

/** @param wanted  of the same text */
export function allFit(wanted: Piece, got: Piece): boolean {
  return wanted.looks.every((look, i) => fits(look, got.looks[i] ?? null));
}
