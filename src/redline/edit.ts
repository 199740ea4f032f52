import type { Codec } from './codec.ts';
import { unexpectedStory } from './edit-outcome.ts';
import { RedlineError } from './errors.ts';
import { type Limits, NOTHING_IGNORED } from './options.ts';
import { draftEdits, type Edit, type Edited, type EditOptions } from './revisions/index.ts';
import { readAccepted, verify } from './verify/index.ts';

/**
 * Applies a list of edits to a document as tracked changes: all of them, or none.
 *
 * Anchors are about the document as given, with earlier changes accepted; edits of a list do not see one another, and
 * two that are about the same words are refused.  Parts that no edit is about keep their bytes, and so do the
 * paragraphs beside those that are edited.  It is proven, around every difference, that rejecting all changes gives
 * what rejecting all gave before, and that the package has no fault that it did not have.
 *
 * @param edits  as `readEdits` returns them
 * @throws {RedlineError} `options/invalid`, `edit/*` with the number of the edit, `edit/not-exact`, `document/*`,
 *   `limits/exceeded`
 */
export function applyEdits(
  document: Uint8Array,
  edits: readonly Edit[],
  options: EditOptions & { readonly limits: Limits },
  codec: Codec,
): Edited {
  const { edited, asked, excerpt } = draftEdits(document, edits, options, codec);
  if (edits.length === 0) return edited;
  const { before, surveyed, after, alphabet } = excerpt();
  // Rejecting is held to the document, and faults to those that it had.
  const { differences, faults } = verify(
    before,
    before,
    after,
    codec,
    options.limits,
    NOTHING_IGNORED,
    'preserve',
  );
  const first = differences.find(({ direction }) => direction === 'reject');
  if (first)
    throw notExact(
      `rejecting them would not give back the ${first.level} (${first.aspect}) of ${first.story}`,
      first.story,
    );
  if (faults.length > 0) throw notExact(`the package would have a fault: ${faults[0]?.message ?? 'unknown'}`);
  const unexpected = unexpectedStory(
    readAccepted(surveyed, codec, options.limits),
    readAccepted(after, codec, options.limits),
    asked,
    alphabet,
  );
  if (unexpected) {
    const { story, what } = unexpected;
    throw notExact(`accepting them would not give the ${what} asked for in ${story}`, story);
  }
  return edited;
}

function notExact(why: string, story?: string): RedlineError {
  return new RedlineError(
    'edit/not-exact',
    `The edits could not be proven exact: ${why}.`,
    story === undefined ? {} : { story },
  );
}
