export { hasRevisions } from './accept.ts';
export type {
  Change,
  ChangeFilter,
  ChangeFormat,
  ChangeKind,
  ChangeList,
  ChangePosition,
} from './changes/change.ts';
export { describeChange } from './changes/describe.ts';
export { emptyTally, type Tally } from './context.ts';
export type { Decided, Decision, DecisionReport, Verdict } from './decide/decision.ts';
export {
  type Written,
  withoutRevisions,
  writeRedline,
} from './document.ts';
export { type Region, type Rungs, storyParts } from './result.ts';
