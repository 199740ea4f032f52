import fc from 'fast-check';
import { nodeCodec } from '../../src/kit/index.ts';
import {
  type CombineReport,
  type ConflictPolicy,
  combine,
  compare,
  DEFAULT_LIMITS,
  verify,
} from '../../src/redline/index.ts';
import type { Base } from './bases.ts';
import { changesIn, decide, storiesOf } from './decisions.ts';
import { changeSteps, mutate, type Step } from './mutate.ts';

const NAMES = ['Ann', 'Bo', 'Cy', 'Dee', 'Eve'] as const;
const DATE = '2024-06-01T00:00:00Z';

/** Several reviewers' copies of one document, by how they are made. */
export interface Review {
  readonly base: string;
  readonly copies: readonly {
    readonly steps: readonly Step[];
    /** The copy holds its changes as marks. */
    readonly tracked: boolean;
  }[];
  readonly policy: Exclude<ConflictPolicy, 'refuse'>;
}

/** @param steps  edits of each copy */
export function reviews(
  bases: readonly Base[],
  steps: fc.Arbitrary<Step[]> = changeSteps,
): fc.Arbitrary<Review> {
  const copy = fc.record({
    steps: fc.oneof({ weight: 9, arbitrary: steps }, fc.constant([])),
    tracked: fc.boolean(),
  });
  return fc.record({
    base: fc.constantFrom(...bases.map((b) => b.name)),
    copies: fc.array(copy, { minLength: 2, maxLength: NAMES.length, size: 'max' }),
    policy: fc.constantFrom('keep', 'keep', 'prefer'),
  });
}

export interface ReviewOutcome {
  readonly report: CombineReport;
  readonly document: Uint8Array;
}

/**
 * Combines the copies and looks at what came, by the authors of the marks and nothing else: rejecting all gives the
 * base, and the changes of a reviewer who meets nobody give the copy.
 */
export function combineHolds(review: Review, bases: readonly Base[]): ReviewOutcome {
  const base = bases.find((b) => b.name === review.base)?.data;
  if (!base) throw new Error(`There is no document "${review.base}".`);
  const clean = review.copies.map(({ steps }) => mutate(base, steps));
  const copies = review.copies.map(({ tracked }, i) => {
    const reviewer = NAMES[i] ?? '';
    const document = clean[i] ?? base;
    const marked = (): Uint8Array =>
      compare(base, document, { author: reviewer, date: DATE }, nodeCodec).redline;
    return { document: tracked ? marked() : document, reviewer };
  });
  const { policy } = review;
  const prefer = policy === 'prefer' ? { prefer: [NAMES[1]] } : {};
  const options = { policy, date: DATE, limits: DEFAULT_LIMITS, mismatch: 'compare', ...prefer } as const;
  const { document, report } = combine(base, copies, options, nodeCodec);
  const wrong = (what: string): Error => new Error(`${what}: ${JSON.stringify(report.conflicts)}`);
  if (verify(base, document, document, nodeCodec, DEFAULT_LIMITS).differences.length > 0)
    throw wrong('rejecting everything does not give the base');
  const all = [...new Set(changesIn(document).map((c) => c.author))];
  report.reviewers.forEach(({ reviewer, exact, authors }, i) => {
    if (exact !== true) {
      const meets = report.conflicts.some((c) => c.reviewers.includes(reviewer));
      if (meets || isShared(report) || columns(document)) return;
      throw wrong(`the changes of ${reviewer} are not proven, and meet nobody`);
    }
    const others = all.filter((name) => !authors.includes(name));
    const alone = decide(document, [{ verdict: 'reject', changes: { authors: others } }]).document;
    const found = verify(document, clean[i] ?? base, alone, nodeCodec, DEFAULT_LIMITS).differences;
    const lost = found.filter((d) => d.direction === 'accept');
    if (lost.length > 0)
      throw wrong(`the changes of ${reviewer} alone do not give the copy ${JSON.stringify(lost)}`);
  });
  return { report, document };
}

/** Does one author have marks in several copies? Then authors do not tell copies apart. */
function isShared({ reviewers }: CombineReport): boolean {
  const all = reviewers.flatMap((x) => x.authors);
  return new Set(all).size < all.length;
}

/** Changes to the columns of a table name no author. */
function columns(document: Uint8Array): boolean {
  return Object.values(storiesOf(document)).some((xml) => xml.includes('<w:tblGridChange'));
}
