import type { Asked, Edit, Stretch } from './revisions/index.ts';

// What edits ask for, done to the text of a document as the verifier reads it, line by line. It knows nothing of how
// edits are written: milestones say where they are, and what they mean is said here a second time.

/** Lines of a document by story (`acceptedLines`). */
export type Stories = ReadonlyMap<string, readonly string[]>;

/** A line that can go while others are still found beside it. */
interface Line {
  text: string;
  gone: boolean;
  /** Only its words count: where edits take or add what is no text is not said by the words that they name. */
  touched: boolean;
  /** How many lines were put behind it. */
  behind: number;
}

/** Where a milestone shows. */
interface Spot {
  readonly lines: Line[];
  readonly line: Line;
  /** UTF-16 offset in the line. */
  readonly at: number;
}

interface Found {
  readonly from: Spot;
  readonly to: Spot;
}

const NOTE = /^(?:footnote|endnote) /;
/** The instruction of a field, which nobody reads. */
const CODE = /\u27e6field\u27e7[^\u27e6]*(?=\u27e6(?:=|\/field)\u27e7)/g;
const TOKEN = /\u27e6[^\u27e7]*\u27e7/g;
/** Supplementary private use, of which milestones are. */
const MILESTONES = /[\udb80-\udbff][\udc00-\udfff]/g;

const TURNS: ReadonlyMap<Edit['op'], number> = new Map([
  ['replace', 0],
  ['delete', 0],
  ['splitParagraph', 2],
]);

const lineOf = (text: string, touched = true): Line => ({ text, gone: false, touched, behind: 0 });
const wordsOf = (text: string): string => text.replace(CODE, '').replace(TOKEN, '');

/**
 * The story whose text is not what the edits ask for, or nothing.
 *
 * @param surveyed  the document as it was, with milestones where the edits are; changes accepted
 * @param edited  the document with the edits; changes accepted
 */
export function unexpectedStory(
  surveyed: Stories,
  edited: Stories,
  asked: readonly Asked[],
  alphabet: (milestone: number) => string,
): string | undefined {
  const outcome = new Outcome(surveyed, alphabet);
  const lost = asked.find(({ at }) => !outcome.hasWords(at));
  if (lost) return lost.at.part;
  // What goes first, so that what comes in its place stays; last what takes lines apart.
  const turnOf = ({ edit }: Asked): number => TURNS.get(edit.op) ?? 1;
  for (const one of asked.toSorted((a, b) => turnOf(a) - turnOf(b))) outcome.perform(one);
  return outcome.unlike(edited);
}

class Outcome {
  readonly #stories: ReadonlyMap<string, Line[]>;
  readonly #alphabet: (milestone: number) => string;
  readonly #notes: string[] = [];

  constructor(stories: Stories, alphabet: (milestone: number) => string) {
    this.#stories = new Map(
      Array.from(stories, ([name, lines]) => [name, lines.map((l) => lineOf(l, false))]),
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
      case 'insert': {
        insert(sideOf(place, edit.side), edit.side, edit.text);
        break;
      }
      case 'footnote':
        this.#notes.push(edit.text);
        break;
      case 'insertParagraph':
        beside(
          place,
          edit.side,
          edit.text.split('\n').map((text) => lineOf(`P ${text}`)),
        );
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
      default:
    }
  }

  /** The first story that says something else. */
  unlike(edited: Stories): string | undefined {
    for (const [name, lines] of this.#stories)
      if (!NOTE.test(name) && !sameLines(lines, edited.get(name) ?? [])) return name;
    return this.#notesFit(edited) ? undefined : 'footnotes';
  }

  /** Numbers of notes change, and notes go with what refers to them. */
  #notesFit(edited: Stories): boolean {
    const left = [...this.#stories].flatMap(([name, lines]) => (NOTE.test(name) ? [noteOf(lines)] : []));
    left.push(...this.#notes.map((text) => wordsOf(`P ${text}`).trim()));
    for (const [name, lines] of edited) {
      if (!NOTE.test(name)) continue;
      const at = left.findIndex((text) => bare(text) === bare(noteOf(lines.map((l) => lineOf(l)))));
      if (at < 0) return false;
      left.splice(at, 1);
    }
    return this.#notes.every((text) => !left.includes(wordsOf(`P ${text}`).trim()));
  }
}

function noteOf(lines: readonly Line[]): string {
  return lines
    .filter((l) => !l.gone)
    .map((l) => wordsOf(l.text.replace(MILESTONES, '')))
    .join('\n');
}

/** Words without what is no text; tabs and blanks at their ends have several shapes. */
function bare(text: string): string {
  return wordsOf(text.replace(MILESTONES, '')).replace(/\s+/g, ' ').replace(/^P /, 'P').trim();
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

function sameLines(expected: readonly Line[], found: readonly string[]): boolean {
  const left = expected.filter((l) => !l.gone);
  return (
    left.length === found.length &&
    left.every(({ text, touched }, i) => {
      const [want, got] = [text.replace(MILESTONES, ''), found[i] ?? ''];
      return want === got || (touched && wordsOf(want) === wordsOf(got));
    })
  );
}

function spotOf(lines: Line[], letter: string): Spot | undefined {
  const line = lines.find((l) => l.text.includes(letter));
  return line && { lines, line, at: line.text.indexOf(letter) };
}

function sideOf({ from, to }: Found, side: 'before' | 'after'): Spot {
  return side === 'before' ? from : to;
}

/** Milestones stay where they stood. */
function put({ from, to }: Found, text: string): void {
  const { line } = from;
  const kept = line.text.slice(from.at, to.at).match(MILESTONES)?.join('') ?? '';
  line.text = line.text.slice(0, from.at) + text + kept + line.text.slice(to.at);
}

/** Text behind words stands in front of what begins there, and the other way round. */
function insert({ line, at }: Spot, side: 'before' | 'after', text: string): void {
  const [before, after] = [line.text.slice(0, at), line.text.slice(at)];
  const beside =
    side === 'before' ? /^(?:[\udb80-\udbff][\udc00-\udfff])*/ : /(?:[\udb80-\udbff][\udc00-\udfff])*$/;
  const among = beside.exec(side === 'before' ? after : before)?.[0].length ?? 0;
  const cut = side === 'before' ? at + among : at - among;
  line.text = line.text.slice(0, cut) + text + line.text.slice(cut);
}

/** Index behind a line, the text boxes that hang on it, and what was put behind it already. */
function endOf(lines: readonly Line[], at: number): number {
  let [end, depth] = [at + 1, 0];
  for (; end < lines.length; end++) {
    const { text } = lines[end] ?? lineOf('');
    if (text === 'TXBX') depth++;
    else if (depth === 0) break;
    else if (text === '/TXBX') depth--;
  }
  return end + (lines[at]?.behind ?? 0);
}

function beside(place: Found, side: 'before' | 'after', fresh: readonly Line[]): void {
  const { lines, line } = sideOf(place, side);
  const at = lines.indexOf(line);
  lines.splice(side === 'before' ? at : endOf(lines, at), 0, ...fresh);
  if (side === 'after') line.behind += fresh.length;
}

/** Takes a paragraph away, or, where an earlier change joined it with another, its words. */
function takeAway(place: Found, stays: boolean): Line[] {
  const { lines, line, at: from } = place.from;
  const around = `${line.text.slice(0, from)}${line.text.slice(place.to.at)}`.replace(MILESTONES, '');
  const at = lines.indexOf(line);
  const boxes = lines.slice(at + 1, endOf(lines, at) - line.behind);
  const content = [`P ${line.text.slice(from, place.to.at)}`, ...boxes.map((l) => l.text)].map((l) =>
    lineOf(l),
  );
  for (const box of boxes) box.gone = true;
  if (wordsOf(around) !== 'P ' || stays) put(place, '');
  else line.gone = true;
  return content;
}

function split({ lines, line, at }: Spot): void {
  const rest = lineOf(`P ${line.text.slice(at)}`);
  rest.behind = line.behind;
  line.behind = 0;
  line.text = line.text.slice(0, at);
  lines.splice(lines.indexOf(line) + 1, 0, rest);
}

function merge({ lines, line }: Spot): void {
  const next = lines.slice(endOf(lines, lines.indexOf(line))).find((l) => !l.gone);
  if (!next) return;
  // Text boxes of both stand behind what they are joined to.
  next.gone = true;
  line.text += next.text.slice(2);
  next.text = '';
}

/** The lines of the innermost row around a line, without those of text boxes on the way. */
function rowOf({ lines, line }: Spot): readonly [from: number, to: number] {
  const at = lines.indexOf(line);
  let from = at;
  for (let depth = 0; from > 0; from--) {
    const { text } = lines[from] ?? line;
    if (text === '/TBL') depth++;
    else if (text === 'TBL') depth--;
    else if (text === 'TR' && depth === 0) break;
  }
  let to = at;
  for (let depth = 0; to < lines.length; to++) {
    const { text } = lines[to] ?? line;
    if (depth === 0 && (text === '/TBL' || text === 'TR') && to > from) break;
    if (text === 'TBL') depth++;
    else if (text === '/TBL') depth--;
  }
  return [from, to];
}

function insertRow(place: Spot, edit: Extract<Edit, { op: 'insertRow' }>): void {
  const { lines } = place;
  const [from, to] = rowOf(place);
  let depth = 0;
  const cells = lines.slice(from, to).filter(({ text }) => {
    if (text === 'TBL') depth++;
    else if (text === '/TBL') depth--;
    return text === 'TC' && depth === 0;
  }).length;
  const texts = Array.from({ length: cells }, (_, i) => edit.cells?.[i] ?? '');
  const row = ['TR', ...texts.flatMap((text) => ['TC', `P ${text}`, '/TC'])].map((text) => lineOf(text));
  const head = lines[from];
  if (edit.side === 'before' || !head) lines.splice(from, 0, ...row);
  else {
    lines.splice(to + head.behind, 0, ...row);
    head.behind += row.length;
  }
}

function deleteRow(place: Spot): void {
  const { lines } = place;
  const [from, to] = rowOf(place);
  for (const line of lines.slice(from, to)) line.gone = true;
  // A table without rows shows nothing.
  const before = lines.slice(0, from).findLastIndex((l) => !l.gone);
  const after = lines.findIndex((l, i) => i >= to && !l.gone);
  const [head, foot] = [lines[before], lines[after]];
  if (head?.text === 'TBL' && foot?.text === '/TBL') {
    head.gone = true;
    foot.gone = true;
  }
}
