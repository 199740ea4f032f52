import type { Codec } from '../../codec.ts';
import { RedlineError } from '../../errors.ts';
import { openPackage, type Package, PackageEditor, type XmlElement } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import type { Change } from '../changes/change.ts';
import { checkFilter, takes } from '../changes/filter.ts';
import { type FoundChange, readChanges } from '../changes/read.ts';
import type { Decided, Decision, Verdict } from './decision.ts';
import { keepIds } from './keep-ids.ts';
import { leftNotes } from './left-notes.ts';
import { settle } from './settle.ts';

export interface DecideOptions {
  readonly limits: Limits;
}

/** A document under review: decisions are gathered at little cost each, and carried out when the document is asked for. */
export interface Review {
  readonly changes: readonly Change[];
  /**
   * Adds decisions, all or none of them.
   *
   * @throws {RedlineError} `changes/unknown-id` or `changes/conflicting-decisions`, with the ids; `options/invalid` for a
   *   filter of which a condition is not known
   */
  readonly decide: (decisions: readonly Decision[]) => void;
  /** The document with every decision so far carried out. */
  readonly result: () => Decided;
}

/**
 * Accepts and rejects tracked changes (ECMA-376 Part 1 §17.13.5). Parts and blocks in which nothing was decided keep
 * their bytes. All decisions are carried out, or none; their order does not matter. What is said of a change by its id
 * goes before what a filter without ids says of it.
 *
 * @throws {RedlineError} `changes/unknown-id` or `changes/conflicting-decisions`; `document/*` or `limits/exceeded`
 *   when the document cannot be read
 */
export function decideChanges(
  document: Uint8Array,
  decisions: readonly Decision[],
  options: DecideOptions,
  codec: Codec,
): Decided {
  const review = openReview(document, options, codec);
  review.decide(decisions);
  return review.result();
}

/** Reads a document once for any number of decisions. */
export function openReview(document: Uint8Array, { limits }: DecideOptions, codec: Codec): Review {
  const pkg = openPackage(document, codec, limits);
  const found = readChanges(pkg);
  const book = new DecisionBook(found);
  return {
    changes: found.map((f) => f.change),
    decide: (decisions) => book.add(decisions),
    result: () => carriedOut({ document, pkg, found, limits }, book.verdicts, codec),
  };
}

interface Ruling {
  readonly verdict: Verdict;
  /** The change was named by its id. */
  readonly byId: boolean;
}

/** What was decided so far, never contradicting itself. */
class DecisionBook {
  readonly #found: readonly FoundChange[];
  readonly #byName: ReadonlyMap<string, FoundChange>;
  #rulings = new Map<FoundChange, Ruling>();

  constructor(found: readonly FoundChange[]) {
    this.#found = found;
    this.#byName = new Map(found.flatMap((f) => f.names.map((name) => [name, f] as const)));
  }

  get verdicts(): ReadonlyMap<FoundChange, Verdict> {
    return new Map(Array.from(this.#rulings, ([f, ruling]) => [f, ruling.verdict]));
  }

  add(decisions: readonly Decision[]): void {
    for (const { changes } of decisions) checkFilter(changes);
    const unknown = decisions.flatMap((d) => (d.changes.ids ?? []).filter((id) => !this.#byName.has(id)));
    if (unknown.length > 0)
      throw new RedlineError(
        'changes/unknown-id',
        'The document has no change of this id: list its changes anew.',
        {
          ids: [...new Set(unknown)],
        },
      );
    const fresh = new Map<FoundChange, Ruling>();
    const clashes = new Set<string>();
    for (const decision of decisions) {
      const byId = decision.changes.ids !== undefined;
      for (const found of this.#taken(decision)) {
        const known = fresh.get(found) ?? this.#rulings.get(found);
        if (known && known.byId === byId && known.verdict !== decision.verdict) clashes.add(found.change.id);
        if (!known?.byId || byId) fresh.set(found, { verdict: decision.verdict, byId });
      }
    }
    if (clashes.size > 0)
      throw new RedlineError(
        'changes/conflicting-decisions',
        'A change cannot be both accepted and rejected.',
        {
          ids: [...clashes],
        },
      );
    for (const [found, ruling] of fresh) this.#rulings.set(found, ruling);
  }

  /** Changes named by id are looked up, so that deciding them one by one costs no more than at once. */
  #taken({ changes: filter }: Decision): readonly FoundChange[] {
    if (filter.ids === undefined) return this.#found.filter((f) => takes(filter, f.change, f.names));
    const named = new Set(filter.ids.flatMap((id) => this.#byName.get(id) ?? []));
    return [...named].filter((f) => takes(filter, f.change, f.names));
  }
}

interface Reviewed {
  readonly document: Uint8Array;
  readonly pkg: Package;
  readonly found: readonly FoundChange[];
  readonly limits: Limits;
}

function carriedOut(
  { document, pkg, found, limits }: Reviewed,
  verdicts: ReadonlyMap<FoundChange, Verdict>,
  codec: Codec,
): Decided {
  const editor = new PackageEditor(pkg, codec);
  const members = byPart(found);
  const settled = new Map<string, string>();
  const spans = new Map<string, (readonly [from: number, to: number])[]>();
  for (const [part, changes] of members) {
    const offsets = new Map<number, Verdict>();
    for (const f of changes) {
      const verdict = verdicts.get(f);
      if (verdict !== undefined) for (const element of f.elements) offsets.set(element.start, verdict);
    }
    if (offsets.size === 0) continue;
    const { xml, gone } = settle(pkg.root(part), offsets);
    settled.set(part, xml);
    spans.set(part, [...gone]);
  }
  for (const { part, xml, gone } of leftNotes(pkg, settled, limits)) {
    settled.set(part, xml);
    spans.set(part, [...(spans.get(part) ?? []), ...gone]);
  }
  for (const [part, xml] of settled) editor.replace(part, xml);
  const gone = new Set<FoundChange>();
  const lost = new Map(Array.from(spans, ([part, of]) => [part, within(of)] as const));
  for (const [part, isLost] of lost)
    for (const f of members.get(part) ?? [])
      if (!verdicts.has(f) && f.elements.every((e) => isLost(e.start))) gone.add(f);
  const left = new Set(found.filter((f) => !verdicts.has(f) && !gone.has(f)));
  const isGone = (part: string, element: XmlElement): boolean => lost.get(part)?.(element.start) === true;
  const idsOf = (verdict: Verdict): string[] =>
    found.filter((f) => verdicts.get(f) === verdict).map((f) => f.change.id);
  return {
    document: editor.touched ? keepIds(editor.bytes(), { found, left, isGone }, limits, codec) : document,
    report: {
      accepted: idsOf('accept'),
      rejected: idsOf('reject'),
      gone: found.filter((f) => gone.has(f)).map((f) => f.change.id),
      left: left.size,
    },
  };
}

function byPart(found: readonly FoundChange[]): Map<string, FoundChange[]> {
  const parts = new Map<string, FoundChange[]>();
  for (const f of found) {
    const members = parts.get(f.change.position.part);
    if (members) members.push(f);
    else parts.set(f.change.position.part, [f]);
  }
  return parts;
}

/** Does an offset lie in one of the spans? */
function within(gone: readonly (readonly [from: number, to: number])[]): (at: number) => boolean {
  const spans = outermost(gone);
  return (at) => {
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.[0] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return at < (spans[low - 1]?.[1] ?? 0);
  };
}

/** Spans that lie in no other, rising. */
function outermost(spans: readonly (readonly [from: number, to: number])[]): (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  for (const span of [...spans].sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (span[0] >= (out.at(-1)?.[1] ?? 0)) out.push(span);
  }
  return out;
}
