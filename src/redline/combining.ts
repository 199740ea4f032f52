import type { Codec } from './codec.ts';
import { RedlineError } from './errors.ts';
import { openPackage } from './ooxml/index.ts';
import type { Limits } from './options.ts';
import type { Difference } from './report.ts';
import {
  bookmarkNames,
  type CombineOptions,
  type Copy,
  foldIn,
  type Met,
  type Mixing,
  type Serial,
  serialsIn,
  settledBy,
  storyParts,
  type Verdict,
} from './revisions/index.ts';
import { verify } from './verify/index.ts';

/** One reviewer's copy as a redline of the base. */
export interface Contribution {
  readonly copy: Copy;
  /** Its place in the list of copies. */
  readonly index: number;
  readonly source: 'compared' | 'tracked';
  /** Its revisions say that they are this copy's. */
  readonly redline: Uint8Array;
  readonly authors: readonly string[];
}

export interface Task {
  readonly base: Uint8Array;
  readonly options: CombineOptions & { readonly limits: Limits };
  readonly codec: Codec;
}

/** Changes of a copy that meet those of copies before it. */
export type MetBy = Met & { readonly by: Contribution };

/** What was combined so far. */
export interface Combination {
  readonly document: Uint8Array;
  readonly joined: readonly Contribution[];
  readonly met: readonly MetBy[];
  /** Revisions of later copies that do not stand for themselves. */
  readonly lost: ReadonlySet<Serial>;
  readonly movesDissolved: boolean;
}

export function startWith(first: Contribution): Combination {
  return { document: first.redline, joined: [first], met: [], lost: new Set(), movesDissolved: false };
}

/** A copy folded in, and the blocks about which it says something. */
interface Joined {
  readonly combination: Combination;
  readonly news: readonly string[];
}

type Mixings = ReadonlyMap<string, Mixing>;
const ALL_WOVEN: Mixings = new Map();

/** Folds a copy in; what comes of it is not proven. */
export function join(to: Combination, one: Contribution, task: Task, mixing = ALL_WOVEN): Joined {
  const { codec } = task;
  const { policy, date, limits } = task.options;
  const open = (data: Uint8Array) => openPackage(data, codec, limits);
  const asked = { policy, date, limits, mixing, reviewer: one.copy.reviewer };
  const folded = foldIn(open(to.document), open(one.redline), asked, codec);
  const lost = folded.met.flatMap((m) => (m.lost ? serialsIn(m.theirs) : []));
  return {
    news: folded.news,
    combination: {
      document: folded.bytes,
      joined: [...to.joined, one],
      met: [...to.met, ...folded.met.map((m) => ({ ...m, by: one }))],
      lost: new Set([...to.lost, ...lost]),
      movesDissolved: to.movesDissolved || folded.movesDissolved,
    },
  };
}

/**
 * Proofs of a copy that are spent on one: each try proves all that came before, too. Beyond it, what was not found to
 * fit is left out. With the least of tries, one block among a hundred is found.
 */
const MOST_PROOFS = 120;
const LEAST_TRIES = 12;

/**
 * Folds a copy in so that what comes of it is proven: blocks that do not fit are found by halves, and stand beside
 * what was there, or are left out. Each of them is reported.
 */
export function joinProven(to: Combination, one: Contribution, task: Task): Combination {
  return new Search(to, one, task).run();
}

class Search {
  readonly #to: Combination;
  readonly #one: Contribution;
  readonly #task: Task;
  readonly #good = new Set<string>();
  readonly #bad: string[] = [];
  #news: readonly string[] = [];
  #best: Combination | undefined;
  #tries = 0;

  constructor(to: Combination, one: Contribution, task: Task) {
    this.#to = to;
    this.#one = one;
    this.#task = task;
  }

  run(): Combination {
    if (this.#try([], ALL_WOVEN)) return this.#best ?? this.#without();
    if (!this.#try([], this.#leavingOut([]))) return this.#without();
    this.#weave(this.#news);
    const beside = (keys: readonly string[]): boolean =>
      this.#try([], this.#leavingOut([...this.#good], new Map(keys.map((key) => [key, 'beside']))));
    const stood: string[] = [];
    if (!beside(this.#bad)) for (const key of this.#bad) if (beside([...stood, key])) stood.push(key);
    return this.#best ?? this.#without();
  }

  /** Weaves as many of the blocks as go, by halves. */
  #weave(keys: readonly string[]): void {
    if (keys.length === 0) return;
    if (this.#try(keys, this.#leavingOut([...this.#good, ...keys]))) return;
    if (keys.length === 1) {
      this.#bad.push(...keys);
      return;
    }
    const half = keys.length >> 1;
    this.#weave(keys.slice(0, half));
    this.#weave(keys.slice(half));
  }

  #leavingOut(woven: readonly string[], others: Mixings = ALL_WOVEN): Mixings {
    const kept = new Set(woven);
    return new Map(
      this.#news.filter((key) => !kept.has(key)).map((key) => [key, others.get(key) ?? 'left-out']),
    );
  }

  /** Is it proven with these blocks mixed so? Then it is the best so far. */
  #try(keys: readonly string[], mixing: Mixings): boolean {
    if (this.#tries++ >= Math.max(LEAST_TRIES, MOST_PROOFS / (this.#to.joined.length + 1))) return false;
    const joined = this.#joined(mixing);
    if (joined === undefined) return false;
    if (this.#news.length === 0) this.#news = joined.news;
    if (!holds(joined.combination, this.#task)) return false;
    this.#best = joined.combination;
    for (const key of keys) this.#good.add(key);
    return true;
  }

  #joined(mixing: Mixings): Joined | undefined {
    try {
      return join(this.#to, this.#one, this.#task, mixing);
    } catch (error) {
      if (error instanceof RedlineError && error.code !== 'limits/exceeded') return undefined;
      throw error;
    }
  }

  /** Without the copy: nothing of it fits. */
  #without(): Combination {
    const { codec, options } = this.#task;
    const pkg = openPackage(this.#one.redline, codec, options.limits);
    const theirs = storyParts(pkg)
      .map((part) => pkg.root(part).source)
      .join('');
    const place = { part: pkg.main, block: 0, by: this.#one };
    const met: MetBy = { ...place, kind: 'structure', mine: '', theirs, lost: true, leftOut: true };
    return {
      ...this.#to,
      joined: [...this.#to.joined, this.#one],
      met: [...this.#to.met, met],
      lost: new Set([...this.#to.lost, ...serialsIn(theirs)]),
    };
  }
}

/**
 * Does rejecting every change give the base, and do the changes of each copy alone give that copy, but for those that
 * do not stand for themselves?
 */
export function holds(combination: Combination, task: Task): boolean {
  const { document, joined } = combination;
  const { base, codec } = task;
  const { limits } = task.options;
  const { differences, faults } = verify(base, document, document, codec, limits);
  if (faults.some((f) => f.code === 'unreadable')) return false;
  if (!areBookmarks(differences)) return false;
  const settled = (of: Uint8Array, verdict: Verdict) => settledBy(of, () => verdict, limits, codec);
  if (differences.length > 0 && !hasBookmarks(settled(document, 'reject'), settled(base, 'accept'), task))
    return false;
  if (isFaulty(combination, task)) return false;
  return joined.every((one) => standsAlone(one, combination, task));
}

/** Has the result a fault that neither the base nor any copy has? */
function isFaulty({ document, joined }: Combination, { base, codec, options }: Task): boolean {
  let common: string[] | undefined;
  for (const { redline } of joined) {
    const { faults } = verify(base, redline, document, codec, options.limits);
    const found = new Set(faults.map((f) => `${f.code} ${f.message}`));
    common = common === undefined ? [...found] : common.filter((fault) => found.has(fault));
    if (common.length === 0) return false;
  }
  return true;
}

function standsAlone(one: Contribution, combination: Combination, task: Task): boolean {
  const { document, lost } = combination;
  const { codec, options } = task;
  const { limits } = options;
  const isOwn = (serial: Serial): boolean => serial.startsWith(`${one.index}.`);
  const verdictOf = (serials: readonly Serial[]): Verdict => {
    const own = serials.filter(isOwn);
    return own.length > 0 && !own.some((serial) => lost.has(serial)) ? 'accept' : 'reject';
  };
  const settled = (of: Uint8Array): Uint8Array => settledBy(of, verdictOf, limits, codec);
  const wanted = [...lost].some(isOwn) ? settled(one.redline) : one.copy.document;
  const alone = settled(document);
  const { differences, faults } = verify(document, wanted, alone, codec, limits);
  if (faults.some((f) => f.code === 'unreadable')) return false;
  const other = differences.filter((d) => d.direction === 'accept');
  if (!areBookmarks(other)) return false;
  return (
    other.length === 0 ||
    hasBookmarks(
      alone,
      settledBy(wanted, () => 'accept', limits, codec),
      task,
    )
  );
}

function areBookmarks(differences: readonly Difference[]): boolean {
  return differences.every((d) => d.aspect === 'bookmarks');
}

/** Has one document all bookmarks of the other? They are not tracked: it may have those of every copy besides. */
function hasBookmarks(document: Uint8Array, wanted: Uint8Array, { codec, options }: Task): boolean {
  const names = (of: Uint8Array) => bookmarkNames(openPackage(of, codec, options.limits));
  const found = names(document);
  return [...names(wanted)].every((name) => found.has(name));
}
