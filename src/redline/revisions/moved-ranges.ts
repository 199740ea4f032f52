import { align, type CommonRun, commonRuns } from '../diff/index.ts';
import type { MergeContext, Side } from './context.ts';
import type { Item } from './items.ts';
import type { MovedRange } from './moved.ts';
import type { Unit, Word } from './units.ts';

/** Inline content that only one side has. */
export interface Stretch {
  readonly side: Side;
  readonly units: readonly Unit[];
}

/** What is no sentence needs so many times the fewest words. */
const FRAGMENT_MORE = 2;
/** The share of one of its two places that such a fragment makes up. */
const FRAGMENT_SHARE = 0.5;
/** Words and signs that may be edited between two parts of one move. */
const MAX_EDIT = 10;

/** How much more an edited sentence needs, and the least share of its words that came along. */
const EDITED_MORE = 1.6;
const EDITED_SIMILARITY = 0.75;
/** Words and signs of a sentence on either side of a common run, and the steps of aligning two sentences. */
const MAX_SENTENCE = 200;
const SENTENCE_BUDGET = 50_000;
/** A common run as long as this leads to the sentence around it, whatever the fewest words of a move are. */
const LONGEST_SEED = 5;

const ATOMS = new Set('w:tab w:br w:cr w:noBreakHyphen w:softHyphen w:sym'.split(' '));
const HAS_LETTER = /[A-Za-z0-9]|[\p{L}\p{N}]/u;
const ENDS_SENTENCE = /^[.;:!?]$/;
const BEGINS_SENTENCE = /^[^\p{Ll}]/u;
/** Signs that belong to what stands before them, and to what follows. */
const BEHIND = /^[.,;:!?)\]}”’…]$/;
const AHEAD = /^[([{“‘]$/;

/** The units of all stretches of a side in one line, borders between them. */
interface Line {
  /** Symbols of words and signs; negative for a border, and for what stays behind. */
  readonly ids: Int32Array;
  readonly stretch: readonly Stretch[];
  /** Index of the unit in its stretch. */
  readonly unit: Int32Array;
  /** Words of each stretch. */
  readonly words: ReadonlyMap<Stretch, number>;
}

/** Sentences, and longer parts of them, that left one stretch for another. */
export function findRanges(
  stretches: readonly Stretch[],
  ctx: MergeContext,
): ReadonlyMap<Stretch, readonly MovedRange[]> {
  const found = new Found();
  const { enabled, leastWords } = ctx.moves;
  if (!enabled || stretches.length < 2) return found.ranges;
  const [gone, come] = [lineOf(stretches, 'original'), lineOf(stretches, 'modified')];
  const seeds = commonRuns(gone.ids, come.ids, Math.min(leastWords, LONGEST_SEED));
  const runs = seeds.flatMap((run) => trimmed(run, gone) ?? []);
  const taken = { gone: new Uint8Array(gone.ids.length), come: new Uint8Array(come.ids.length) };
  const add = (parts: readonly CommonRun[]): void => {
    const [first, last] = [parts[0], parts[parts.length - 1]];
    if (!first || !last) return;
    taken.gone.fill(1, first.i, last.i + last.length);
    taken.come.fill(1, first.j, last.j + last.length);
    ctx.tally.moves++;
    found.add(
      `move${ctx.freshId()}`,
      gone,
      parts.map(({ i, length }) => [i, length]),
      come,
      parts.map(({ j, length }) => [j, length]),
    );
  };
  const rest: (readonly CommonRun[])[] = [];
  for (const parts of chains(runs, gone, come))
    if (isMove(parts, gone, come, leastWords)) add(parts);
    else rest.push(parts);
  for (const parts of rest) {
    const wider = editedSentence(parts, gone, come, taken, leastWords * EDITED_MORE);
    if (wider) add(wider);
  }
  return found.sorted();
}

/** Which places of the two lines are part of a move already. */
interface Taken {
  readonly gone: Uint8Array;
  readonly come: Uint8Array;
}

/** The sentences around a common run, when most of their words are the same. */
function editedSentence(
  parts: readonly CommonRun[],
  gone: Line,
  come: Line,
  taken: Taken,
  least: number,
): CommonRun[] | undefined {
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (!first || !last) return undefined;
  const [i0, i1] = sentenceAround(gone, taken.gone, first.i, last.i + last.length);
  const [j0, j1] = sentenceAround(come, taken.come, first.j, last.j + last.length);
  if (taken.gone.subarray(i0, i1).includes(1) || taken.come.subarray(j0, j1).includes(1)) return undefined;
  const { partner } = align(gone.ids.subarray(i0, i1), come.ids.subarray(j0, j1), SENTENCE_BUDGET);
  const runs: CommonRun[] = [];
  partner.forEach((to, from) => {
    const [i, j] = [i0 + from, j0 + to];
    const run = runs[runs.length - 1];
    if (to < 0) return;
    if (run && run.i + run.length === i && run.j + run.length === j)
      runs[runs.length - 1] = { ...run, length: run.length + 1 };
    else runs.push({ i, j, length: 1 });
  });
  const common = runs.reduce((sum, run) => sum + wordsIn(gone, run.i, run.i + run.length), 0);
  const both = wordsIn(gone, i0, i1) + wordsIn(come, j0, j1);
  return common >= least && 2 * common >= EDITED_SIMILARITY * both ? runs : undefined;
}

function sentenceAround(line: Line, taken: Uint8Array, from: number, to: number): [from: number, to: number] {
  const ends = (at: number): boolean => ENDS_SENTENCE.test(wordAt(line, at)?.text ?? '');
  const inside = (at: number): boolean => line.stretch[at] === line.stretch[from] && taken[at] === 0;
  let [start, end] = [from, to];
  while (from - start < MAX_SENTENCE && start > 0 && inside(start - 1) && !ends(start - 1)) start--;
  while (
    end - to < MAX_SENTENCE &&
    !ends(end - 1) &&
    end < line.ids.length &&
    inside(end) &&
    line.unit[end] !== -1
  )
    end++;
  return [start, end];
}

function lineOf(stretches: readonly Stretch[], side: Side): Line {
  const ids: number[] = [];
  const owner: Stretch[] = [];
  const index: number[] = [];
  const words = new Map<Stretch, number>();
  const nothing = side === 'original' ? -1 : -2;
  for (const stretch of stretches) {
    if (stretch.side !== side) continue;
    let count = 0;
    for (const [i, unit] of stretch.units.entries()) {
      if (unit.kind === 'mark' || (unit.kind === 'word' && unit.blank)) continue;
      if (isWord(unit)) count++;
      ids.push(unit.kind === 'word' || goesAlong(unit.item) ? unit.id : nothing);
      owner.push(stretch);
      index.push(i);
    }
    words.set(stretch, count);
    ids.push(nothing);
    owner.push(stretch);
    index.push(-1);
  }
  return { ids: Int32Array.from(ids), stretch: owner, unit: Int32Array.from(index), words };
}

function isWord(unit: Unit | undefined): boolean {
  return unit?.kind === 'word' && !unit.blank && (isLatin(unit.text) || HAS_LETTER.test(unit.text));
}

/** Most words begin with such a letter. */
function isLatin(text: string): boolean {
  const letter = text.charCodeAt(0) | 0x20;
  return letter >= 0x61 && letter <= 0x7a;
}

/** Notes, drawings and controls are never part of a moved range: they are deleted and inserted. */
function goesAlong(item: Item): boolean {
  if (item.kind === 'text' || item.kind === 'mark') return true;
  if (item.kind === 'group') return item.tracked !== 'around' && item.items.every(goesAlong);
  return item.kind === 'atom' && ATOMS.has(item.element.name);
}

function wordAt(line: Line, at: number): Word | undefined {
  const unit = line.stretch[at]?.units[line.unit[at] ?? -1];
  return unit?.kind === 'word' ? unit : undefined;
}

/** A run without the signs at its ends that belong to what is around it. */
function trimmed(run: CommonRun, gone: Line): CommonRun | undefined {
  let { i, j, length } = run;
  while (length > 0 && BEHIND.test(wordAt(gone, i)?.text ?? '')) [i, j, length] = [i + 1, j + 1, length - 1];
  while (length > 0 && AHEAD.test(wordAt(gone, i + length - 1)?.text ?? '')) length--;
  return length > 0 ? { i, j, length } : undefined;
}

/** Runs that follow one another on both sides, with little in between, are one move that was edited on the way. */
function chains(runs: readonly CommonRun[], gone: Line, come: Line): CommonRun[][] {
  const nextInLine = new Map<CommonRun, CommonRun>();
  const byPlace = [...runs].sort((x, y) => x.j - y.j);
  byPlace.forEach((run, n) => {
    const next = byPlace[n + 1];
    if (next) nextInLine.set(run, next);
  });
  const out: CommonRun[][] = [];
  for (const run of [...runs].sort((x, y) => x.i - y.i)) {
    const chain = out[out.length - 1];
    const last = chain?.[chain.length - 1];
    // Nothing else may have come between: ranges are never nested.
    if (chain && last && nextInLine.get(last) === run && follows(last, run, gone, come)) chain.push(run);
    else out.push([run]);
  }
  return out;
}

function follows(last: CommonRun, next: CommonRun, gone: Line, come: Line): boolean {
  const [a, b] = [next.i - last.i - last.length, next.j - last.j - last.length];
  return (
    Math.max(a, b) <= Math.min(MAX_EDIT, last.length, next.length) &&
    gone.stretch[last.i] === gone.stretch[next.i] &&
    come.stretch[last.j] === come.stretch[next.j]
  );
}

function isMove(parts: readonly CommonRun[], gone: Line, come: Line, least: number): boolean {
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (!first || !last) return false;
  const words = parts.reduce((sum, part) => sum + wordsIn(gone, part.i, part.i + part.length), 0);
  if (words < least) return false;
  const sentence =
    BEGINS_SENTENCE.test(wordAt(gone, first.i)?.text ?? ' ') &&
    ENDS_SENTENCE.test(wordAt(gone, last.i + last.length - 1)?.text ?? '');
  if (sentence) return true;
  const share = (line: Line, at: number): number => {
    const stretch = line.stretch[at];
    return words / ((stretch && line.words.get(stretch)) ?? words);
  };
  return (
    words >= least * FRAGMENT_MORE && Math.max(share(gone, first.i), share(come, first.j)) >= FRAGMENT_SHARE
  );
}

function wordsIn(line: Line, from: number, to: number): number {
  let n = 0;
  for (let at = from; at < to; at++) if (isWord(wordAt(line, at))) n++;
  return n;
}

type Spot = readonly [at: number, length: number];

/** The ranges found so far, in the order of their stretches. */
class Found {
  readonly ranges = new Map<Stretch, MovedRange[]>();
  /** Blanks that go along with a range. */
  readonly #blanks = new Map<Stretch, Set<number>>();

  add(name: string, gone: Line, there: readonly Spot[], come: Line, here: readonly Spot[]): void {
    const [from, to] = [spansOf(gone, there), spansOf(come, here)];
    if (!from || !to) return;
    const [left, right] = [this.#blankBeside(from), this.#blankBeside(to)];
    // One blank goes along, be it before the words or behind them, where both places have one.
    const both = left !== undefined && right !== undefined;
    this.#put(name, from, both ? left : undefined);
    this.#put(name, to, both ? right : undefined);
  }

  sorted(): ReadonlyMap<Stretch, readonly MovedRange[]> {
    for (const ranges of this.ranges.values()) ranges.sort((x, y) => x.from - y.from);
    return this.ranges;
  }

  #blankBeside({ stretch, spans }: Spans): number | undefined {
    const [first, last] = [spans[0], spans[spans.length - 1]];
    return [last?.[1] ?? -1, (first?.[0] ?? 0) - 1].find((at) => {
      const unit = stretch.units[at];
      return unit?.kind === 'word' && unit.blank && !this.#blanks.get(stretch)?.has(at);
    });
  }

  #put(name: string, { stretch, spans }: Spans, blank: number | undefined): void {
    if (blank !== undefined) {
      const taken = this.#blanks.get(stretch) ?? new Set();
      this.#blanks.set(stretch, taken.add(blank));
    }
    const from = Math.min(spans[0]?.[0] ?? 0, blank ?? Number.POSITIVE_INFINITY);
    const to = Math.max(spans[spans.length - 1]?.[1] ?? 0, (blank ?? -1) + 1);
    const isMoved = (at: number): boolean => at === blank || spans.some(([x, y]) => at >= x && at < y);
    const list = this.ranges.get(stretch) ?? [];
    this.ranges.set(stretch, list);
    list.push({ from, to, name, isMoved });
  }
}

/** Units of a stretch, from and before. */
interface Spans {
  readonly stretch: Stretch;
  readonly spans: readonly (readonly [from: number, to: number])[];
}

function spansOf(line: Line, parts: readonly Spot[]): Spans | undefined {
  const stretch = line.stretch[parts[0]?.[0] ?? 0];
  const spans = parts.map(([at, length]): [number, number] => {
    const [from, end] = [line.unit[at] ?? 0, at + length - 1];
    return [from, (line.unit[end] ?? 0) + 1];
  });
  // Blanks between two parts go along where nothing else stands between them.
  parts.forEach(([at, length], n) => {
    const [span, next] = [spans[n], spans[n + 1]];
    if (span && next && at + length === parts[n + 1]?.[0]) span[1] = next[0];
  });
  return stretch && { stretch, spans };
}
