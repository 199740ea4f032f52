export type {
  Change,
  ChangeFilter,
  ChangeFormat,
  ChangeKind,
  ChangeList,
  ChangePosition,
} from './changes/change.ts';
export { CHANGE_KINDS } from './changes/change.ts';
export { describeChange } from './changes/describe.ts';
export { type ListOptions, listChanges } from './changes/list.ts';
export type { FoundChange } from './changes/read.ts';
export { ChangeIndex, readChanges } from './changes/read.ts';
export { authorsOf, marksOf, settledBy, taggedCopy, untaggedCopy } from './combine/alone.ts';
export type { Met, Mixing } from './combine/blocks.ts';
export { bookmarkNames, foldIn } from './combine/fold.ts';
export {
  CONFLICT_POLICIES,
  type Combined,
  type CombineOptions,
  type CombineReport,
  type Conflict,
  type ConflictPolicy,
  type Copy,
  checkCombine,
} from './combine/options.ts';
export { copiesOf, type Serial, serialsIn } from './combine/provenance.ts';
export { type Comment, listComments } from './comments/list.ts';
export { emptyTally, type Tally } from './context.ts';
export { type DecideOptions, decideChanges, openReview, type Review } from './decide/decide.ts';
export type { Decided, Decision, DecisionReport, Verdict } from './decide/decision.ts';
export { hasRevisions } from './decide/names.ts';
export {
  type Written,
  withoutRevisions,
  writeRedline,
} from './document.ts';
export { draftEdits } from './edit/apply.ts';
export type { Asked, Stretch } from './edit/milestones.ts';
export { readEdits } from './edit/read.ts';
export type {
  Anchor,
  Edit,
  Edited,
  EditNote,
  EditOp,
  EditOptions,
  EditOutcome,
  EditReport,
  ParagraphFormat,
  TextFormat,
} from './edit/types.ts';
export { preserve, trackedParts } from './preserve/index.ts';
export { type Region, type Rungs, storyParts } from './result.ts';
export { openStanding, type StandingReview } from './review/standing.ts';
export {
  SCRUB_KINDS,
  SCRUB_LEFTOVERS,
  type ScrubKind,
  type ScrubLeftover,
  type ScrubOptions,
  type ScrubReport,
} from './scrub/options.ts';
export { scrub } from './scrub/scrub.ts';
