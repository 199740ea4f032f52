import { beside, deleteRow, endOf, type Found, insertRow, type Spot, sideOf, spotOf } from './edit-blocks.ts';
import {
  allFit,
  anyOf,
  cut,
  dressed,
  EMPTY,
  fits,
  joined,
  Line,
  type Look,
  MILESTONES,
  milestonesIn,
  plain,
  wordsIn,
  wordsOf,
} from './edit-lines.ts';
import { charactersAs, paragraphAs, withoutStyle } from './edit-looks.ts';
import type { Asked, Edit, Stretch } from './revisions/index.ts';
import { type Accepted, type AcceptedLine, element } from './verify/index.ts';

// What edits ask for, done to a document as the verifier reads it, line by line. It knows nothing of how edits are
// written: milestones say where they are, and what they mean is said here a second time.

const NOTE = /^(?:footnote|endnote) /;

/** What goes is first, so that what comes in its place stays; then what is new, then looks, last what takes lines apart. */
const TURNS: ReadonlyMap<Edit['op'], number> = new Map([
  ['replace', 0],
  ['delete', 0],
  // Beside a row that goes others may be put.
  ['deleteRow', 2],
  ['formatText', 2],
  ['formatParagraph', 2],
  ['splitParagraph', 3],
]);

/** What accepting does not give as it was asked for. */
export interface Unexpected {
  readonly story: string;
  readonly what: 'text' | 'formatting';
}

/**
 * Where a document with edits is not what they ask for, or nothing.
 *
 * @param surveyed  the document as it was, with milestones where the edits are; changes accepted
 * @param edited  the document with the edits; changes accepted
 */
export function unexpectedStory(
  surveyed: Accepted,
  edited: Accepted,
  asked: readonly Asked[],
  alphabet: (milestone: number) => string,
): Unexpected | undefined {
  const outcome = new Outcome(surveyed, alphabet);
  const lost = asked.find(({ at }) => !outcome.hasWords(at));
  if (lost) return { story: lost.at.part, what: 'text' };
  const turnOf = ({ edit }: Asked): number => TURNS.get(edit.op) ?? 1;
  for (const one of asked.toSorted((a, b) => turnOf(a) - turnOf(b))) outcome.perform(one);
  return outcome.unlike(edited);
}

class Outcome {
  readonly #accepted: Accepted;
  readonly #stories: ReadonlyMap<string, Line[]>;
  readonly #alphabet: (milestone: number) => string;
  readonly #notes: string[] = [];

  constructor(accepted: Accepted, alphabet: (milestone: number) => string) {
    this.#accepted = accepted;
    this.#stories = new Map(
      Array.from(accepted.stories, ([name, lines]) => [name, lines.map((l) => new Line(l.line, l))]),
    );
    this.#alphabet = alphabet;
  }

  /** Do the words stand where they were found? A header that no section shows, and a note that no text refers to, is read by nobody. */
  hasWords(stretch: Stretch): boolean {
    const found = this.#find(stretch);
    if (found.length === 0) return /(?:header|footer|notes)/.test(stretch.part);
    return found.every(
      ({ from, to }) =>
        from.line === to.line && holds(bare(from.line.text.slice(from.at, to.at)), bare(stretch.text)),
    );
  }

  /** The places of two milestones, in every story that shows the part. */
  #find({ start, end }: Stretch): Found[] {
    const [first, last] = [this.#alphabet(start), this.#alphabet(end)];
    return [...this.#stories.values()].flatMap((lines) => {
      const [from, to] = [spotOf(lines, first), spotOf(lines, last)];
      return from && to ? [{ from: { ...from, at: from.at + first.length }, to }] : [];
    });
  }

  perform({ edit, at, to, stays }: Asked): void {
    for (const place of this.#find(at)) {
      place.from.line.touched = true;
      place.to.line.touched = true;
      const target = to && this.#find(to).find((other) => other.from.lines === place.from.lines);
      this.#perform(edit, place, target, stays);
    }
  }

  #perform(edit: Edit, place: Found, target: Found | undefined, stays: boolean): void {
    switch (edit.op) {
      case 'replace':
        put(place, edit.with);
        break;
      case 'delete':
        put(place, '');
        break;
      case 'insert':
        this.#insert(sideOf(place, edit.side), edit.side, edit.text);
        break;
      case 'footnote':
        this.#notes.push(edit.text);
        break;
      case 'insertParagraph':
        beside(place, edit.side, this.#newParagraphs(edit, sideOf(place, edit.side).line));
        break;
      case 'deleteParagraph':
        takeAway(place, stays);
        break;
      case 'moveParagraph': {
        const content = takeAway(place, stays);
        if (target) beside(target, edit.side, content);
        break;
      }
      case 'splitParagraph':
        split(sideOf(place, edit.side));
        break;
      case 'mergeParagraph':
        merge(place.to);
        break;
      case 'insertRow':
        insertRow(place.from, edit);
        break;
      case 'deleteRow':
        deleteRow(place.from);
        break;
      case 'formatText': {
        const style = this.#styleOf(edit.set.style, 'character');
        const restyle = charactersAs(edit.set, style);
        restyled(place, (look) => this.#accepted.characters(look, restyle));
        break;
      }
      case 'formatParagraph': {
        const { line } = place.to;
        const style = this.#styleOf(edit.set.style, 'paragraph');
        const old = line.properties ?? element('w:pPr');
        if (line.properties !== null)
          line.properties = element('w:pPr', {}, paragraphAs(edit.set, style)(old.children));
        break;
      }
      default:
    }
  }

  #styleOf(name: string | null | undefined, type: 'paragraph' | 'character'): string | undefined {
    return name == null ? undefined : this.#accepted.styleId(name, type);
  }

  /** They look like the paragraph beside them, or as a style says. */
  #newParagraphs(edit: Extract<Edit, { op: 'insertParagraph' }>, { piece, mark, properties }: Line): Line[] {
    const texts = edit.text.split('\n');
    if (edit.style !== undefined) {
      const style = this.#styleOf(edit.style, 'paragraph') ?? '';
      const own = element('w:pPr', {}, [element('w:pStyle', { 'w:val': style })]);
      return texts.map((text) => Line.paragraph(plain(text, ''), PLAIN_MARK, own));
    }
    const look = this.#freshLook([...piece.looks, unmarked(mark)]);
    return texts.map((text) => Line.paragraph(plain(text, look), mark, properties));
  }

  /** Text behind words stands in front of what begins there, and the other way round. */
  #insert({ line, at }: Spot, side: 'before' | 'after', text: string): void {
    const { piece } = line;
    const [before, after] = [piece.text.slice(0, at), piece.text.slice(at)];
    const beside =
      side === 'before' ? /^(?:[\udb80-\udbff][\udc00-\udfff])*/ : /(?:[\udb80-\udbff][\udc00-\udfff])*$/;
    const among = beside.exec(side === 'before' ? after : before)?.[0].length ?? 0;
    const offset = side === 'before' ? at + among : at - among;
    const [left, right] = [cut(piece, 0, offset), cut(piece, offset)];
    const [behind, next] = [wordsOf(left).looks.at(-1) ?? null, wordsOf(right).looks[0] ?? null];
    const look = this.#freshLook([behind, next]) ?? unmarked(line.mark);
    line.set(joined(left, plain(text, look), right));
  }

  /** New words look like what they stand beside, and take the style of a link or of a reference along or do not. */
  #freshLook(looks: readonly Look[]): Look {
    const bare = (look: string): string => this.#accepted.characters(look, withoutStyle);
    const all = anyOf(looks);
    return all instanceof Set ? new Set([...all, ...[...all].map(bare)]) : all;
  }

  /** The first story that says something else. */
  unlike(edited: Accepted): Unexpected | undefined {
    for (const [story, lines] of this.#stories) {
      if (NOTE.test(story)) continue;
      const left = lines.filter((l) => !l.gone);
      const found = edited.stories.get(story) ?? [];
      if (left.length !== found.length || !left.every((line, i) => saysSame(line, found[i])))
        return { story, what: 'text' };
      if (!left.every((line, i) => this.#looksSame(line, found[i]))) return { story, what: 'formatting' };
    }
    return this.#notesFit(edited.stories) ? undefined : { story: 'footnotes', what: 'text' };
  }

  /** A line that no edit is about looks as it did in every aspect. */
  #looksSame(line: Line, got: AcceptedLine | undefined): boolean {
    if (!got) return false;
    const { read } = line;
    if (read && !line.touched && !holdsMilestone(line.text))
      return ASPECTS.every((aspect) => read[aspect] === got[aspect]);
    return this.#paragraphFits(line, got) && charactersFit(line, got);
  }

  #paragraphFits({ properties }: Line, got: AcceptedLine): boolean {
    if (properties === null) return true;
    const { style, numbering, direct } = this.#accepted.paragraph(properties);
    return style === got.style && numbering === got.numbering && direct === got.direct;
  }

  /** Numbers of notes change, and notes go with what refers to them. */
  #notesFit(edited: Accepted['stories']): boolean {
    const left = [...this.#stories].flatMap(([name, lines]) => (NOTE.test(name) ? [noteOf(lines)] : []));
    left.push(...this.#notes.map((text) => wordsIn(`P ${text}`).trim()));
    for (const [name, lines] of edited) {
      if (!NOTE.test(name)) continue;
      const at = left.findIndex((text) => bare(text) === bare(noteOf(lines.map((l) => new Line(l.line, l)))));
      if (at < 0) return false;
      left.splice(at, 1);
    }
    return this.#notes.every((text) => !left.includes(wordsIn(`P ${text}`).trim()));
  }
}

const ASPECTS = ['format', 'style', 'numbering', 'direct', 'links', 'controls', 'table'] as const;
const PLAIN_MARK = '\u00b6';

function holdsMilestone(text: string): boolean {
  return /[\udb80-\udbff]/.test(text);
}

/** The format of a mark, as characters have it. */
function unmarked(mark: Look): Look {
  return typeof mark === 'string' ? mark.slice(PLAIN_MARK.length) : mark;
}

function noteOf(lines: readonly Line[]): string {
  return lines
    .filter((l) => !l.gone)
    .map((l) => wordsIn(l.text))
    .join('\n');
}

/** Words without what is no text; tabs and blanks at their ends have several shapes. */
function bare(text: string): string {
  return wordsIn(text).replace(/\s+/g, ' ').replace(/^P /, 'P').trim();
}

/** Are the words there, in order? What stands over others (`w:ruby`) is read with them by some. */
function holds(text: string, words: string): boolean {
  let at = 0;
  for (const c of words) {
    at = text.indexOf(c, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function saysSame({ text, touched }: Line, got: AcceptedLine | undefined): boolean {
  if (!got) return false;
  const want = text.replace(MILESTONES, '');
  return want === got.line || (touched && wordsIn(want) === wordsIn(got.line));
}

/** Of what is no word only where nothing was taken or added. */
function charactersFit(line: Line, got: AcceptedLine): boolean {
  const { piece, mark } = dressed(got);
  return allFit(wordsOf(line.piece), wordsOf(piece)) && fits(line.mark, mark);
}

/** Milestones stay where they stood, those in front of the first word before what comes in its place. New words look like one of those that they replace. */
function put({ from, to }: Found, text: string): void {
  const { piece } = from.line;
  const ahead =
    /^(?:[\udb80-\udbff][\udc00-\udfff])*/.exec(piece.text.slice(from.at, to.at))?.[0].length ?? 0;
  const gone = cut(piece, from.at + ahead, to.at);
  const words = wordsOf(gone).looks;
  const fresh = plain(text, anyOf(words.length > 0 ? words : piece.looks));
  from.line.set(joined(cut(piece, 0, from.at + ahead), fresh, milestonesIn(gone), cut(piece, to.at)));
}

/** Takes a paragraph away, or, where an earlier change joined it with another, its words. */
function takeAway(place: Found, stays: boolean): Line[] {
  const { lines, line, at: from } = place.from;
  const { piece, mark, properties } = line;
  const around = `${piece.text.slice(0, from)}${piece.text.slice(place.to.at)}`;
  const at = lines.indexOf(line);
  const boxes = lines.slice(at + 1, endOf(lines, at) - line.behind);
  const moved = Line.paragraph(cut(piece, from, place.to.at), mark, properties);
  const content = [moved, ...boxes.map((l) => new Line(l.text, l.read))];
  for (const box of boxes) box.gone = true;
  if (wordsIn(around) !== 'P ' || stays) put(place, '');
  else line.gone = true;
  return content;
}

function split({ lines, line, at }: Spot): void {
  const { piece, mark, properties } = line;
  const rest = Line.paragraph(cut(piece, at), mark, properties);
  rest.behind = line.behind;
  line.behind = 0;
  line.set(cut(piece, 0, at));
  lines.splice(behindBoxes(lines, line, objectsIn(rest.text)), 0, rest);
}

const OBJECT = /\u27e6object\b/g;

function objectsIn(text: string): number {
  return text.match(OBJECT)?.length ?? 0;
}

/** Index behind a line and those of its text boxes that stay with it: the last ones go with as many objects that do not. */
function behindBoxes(lines: readonly Line[], line: Line, gone: number): number {
  const at = lines.indexOf(line);
  const end = endOf(lines, at);
  let depth = 0;
  const starts = lines.slice(at + 1, end).flatMap(({ text }, i) => {
    if (text === '/TXBX') depth--;
    return text === 'TXBX' && depth++ === 0 ? [at + 1 + i] : [];
  });
  return gone === 0 ? end : (starts.at(-gone) ?? at + 1);
}

function merge({ lines, line }: Spot): void {
  const next = lines.slice(endOf(lines, lines.indexOf(line))).find((l) => !l.gone);
  if (!next) return;
  // Text boxes of both stand behind what they are joined to.
  next.gone = true;
  line.set(joined(line.piece, cut(next.piece, 2)));
  // Its mark is that of the second, with whatever format it has.
  line.mark = null;
  next.set(EMPTY);
}

/**
 * Gives the characters between two places another look. New words at either edge may look as they did or as they do now: they
 * stand beside both.
 */
function restyled({ from, to }: Found, restyle: (look: string) => string): void {
  const { text, looks } = from.line.piece;
  const isBeside = (unit: string | undefined, look: Look | undefined): boolean =>
    look instanceof Set || /[\udb80-\udbff\udc00-\udfff]/.test(unit ?? '');
  let [start, end] = [from.at, to.at];
  while (start > 0 && isBeside(text[start - 1], looks[start - 1])) start--;
  while (end < text.length && isBeside(text[end], looks[end])) end++;
  const again = (look: Look, at: number): Look => {
    if (look instanceof Set) return anyOf([look, new Set([...look].map(restyle))]);
    return typeof look === 'string' && at >= from.at && at < to.at ? restyle(look) : look;
  };
  from.line.set({ text, looks: looks.map((look, i) => (i < start || i >= end ? look : again(look, i))) });
}
