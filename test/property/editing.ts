import { nodeCodec } from '../../src/kit/index.ts';
import { applyEdits, DEFAULT_LIMITS, RedlineError, readEdits, verify } from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { hasRevisions, storyParts } from '../../src/redline/revisions/index.ts';
import type { Base } from './bases.ts';
import { Dice } from './dice.ts';
import { randomEdits } from './edit-lists.ts';

const EDITOR = { author: 'Ed', date: '2024-06-01T00:00:00Z', limits: DEFAULT_LIMITS };
/** Codes of refusals that a list of edits may earn. */
const ALLOWED = /^edit\/(?:quote-not-found|quote-ambiguous|overlap|not-editable|invalid|not-exact)$/;

/** Without changes of its own. */
export function isClean({ data }: Base): boolean {
  const pkg = openPackage(data, nodeCodec, DEFAULT_LIMITS);
  return !storyParts(pkg).some((part) => hasRevisions(pkg.root(part).source));
}

/** What became of a list of edits: the document, or the code of the refusal. */
type Edited = { readonly document: Uint8Array } | { readonly refused: string };

/** @throws {Error} for a refusal that no list may earn */
function edited(document: Uint8Array, edits: readonly unknown[]): Edited {
  try {
    return { document: applyEdits(document, readEdits(edits), EDITOR, nodeCodec).document };
  } catch (error) {
    if (error instanceof RedlineError && ALLOWED.test(error.code)) return { refused: error.code };
    throw new Error(`${String(error)} for ${JSON.stringify(edits)}`, { cause: error });
  }
}

export interface Tally {
  tried: number;
  applied: number;
  /** Lists that were refused because what they give is not proven, each with the document that it is about. */
  readonly unproven: { readonly document: Uint8Array; readonly edits: readonly unknown[] }[];
}

/**
 * Applies three random lists of edits, each to what the one before left, and looks whether the document is sound.
 *
 * @param original  what rejecting everything must give; nothing of that is looked at when not given
 */
export function editingHolds(
  original: Uint8Array | undefined,
  start: Uint8Array,
  seed: number,
  tally: Tally,
): void {
  const dice = new Dice(seed);
  let document = start;
  for (let i = 0; i < 3; i++) {
    const edits = randomEdits(document, dice, 3);
    const outcome = edited(document, edits);
    tally.tried++;
    if ('refused' in outcome) {
      if (outcome.refused === 'edit/not-exact') tally.unproven.push({ document, edits });
      continue;
    }
    const { document: next } = outcome;
    const { faults } = verify(document, document, next, nodeCodec, DEFAULT_LIMITS);
    const differences = original ? verify(original, next, next, nodeCodec, DEFAULT_LIMITS).differences : [];
    if (faults.length + differences.length > 0)
      throw new Error(`${JSON.stringify([...faults, ...differences])} after ${JSON.stringify(edits)}`);
    document = next;
    tally.applied++;
  }
}

/** The fewest edits of a list that are refused like all of them. */
export function fewest(document: Uint8Array, edits: readonly unknown[]): readonly unknown[] {
  for (const at of edits.keys()) {
    const others = edits.toSpliced(at, 1);
    if (others.length === 0) continue;
    const outcome = edited(document, others);
    if ('refused' in outcome && outcome.refused === 'edit/not-exact') return fewest(document, others);
  }
  return edits;
}
