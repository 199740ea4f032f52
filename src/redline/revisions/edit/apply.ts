import type { Codec } from '../../codec.ts';
import { openPackage } from '../../ooxml/index.ts';
import { checkStamp, type Limits } from '../../options.ts';
import { Comments } from '../comments/operations.ts';
import { Anchors } from './anchors.ts';
import { Draft, type Excerpt } from './draft.ts';
import { numbered } from './faults.ts';
import { Notes } from './footnotes.ts';
import { type Asked, Surveys } from './milestones.ts';
import { perform } from './perform.ts';
import { Plan } from './plan.ts';
import type { Edit, Edited, EditOptions, EditOutcome } from './types.ts';

/**
 * Applies a list of edits to a document as tracked changes: all of them, or none.
 *
 * Anchors are about the document as given, with earlier changes accepted; edits of a list do not see one another, and
 * two that are about the same words are refused.  Parts that no edit is about keep their bytes, and so do the
 * paragraphs beside those that are edited.
 *
 * @param edits  as `readEdits` returns them
 * @returns what came of them, and around each difference the document before and after, for whoever proves it
 * @throws {RedlineError} `options/invalid`, `edit/*` with the number of the edit, `document/*`, `limits/exceeded`
 */
export function draftEdits(
  document: Uint8Array,
  edits: readonly Edit[],
  options: EditOptions & { readonly limits: Limits },
  codec: Codec,
): { readonly edited: Edited; readonly asked: readonly Asked[]; readonly excerpt: () => Excerpt } {
  checkStamp(options);
  const pkg = openPackage(document, codec, options.limits);
  const anchors = new Anchors(pkg, codec);
  const sources = anchors.stories.map((s) => s.root.source);
  const plan = new Plan(new Draft(pkg, sources, options, codec), anchors);
  const notes = new Notes(plan);
  const comments = new Comments(plan, codec);
  const planned = edits.map((edit, i) =>
    numbered(i, () => perform(edit, { plan: plan.about(i), notes, comments })),
  );
  planned.forEach(({ settle }, i) => {
    plan.about(i);
    numbered(i, () => settle?.());
  });
  plan.write();
  notes.write();
  comments.write();
  const outcomes = planned.map(({ settle: _, place, to: __, ...outcome }, edit): EditOutcome => {
    const told = place === undefined ? [] : [...plan.at(place).notes];
    return { edit, ...outcome, ...(told.length > 0 ? { notes: told } : {}) };
  });
  const report = { edits: outcomes, revisions: plan.draft.revisions };
  const edited = { document: edits.length === 0 ? document : plan.draft.bytes(), report };
  const surveys = new Surveys();
  const asked = planned.flatMap(({ place, to }, i) => {
    const edit = edits[i];
    return edit && place ? surveys.ask(edit, place, to, outcomes[i]?.notes ?? []) : [];
  });
  return { edited, asked, excerpt: () => plan.draft.excerpt(codec, surveys.byPart) };
}
