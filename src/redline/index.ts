export type { Codec } from './codec.ts';
export { compare } from './compare.ts';
export {
  type EditCandidate,
  type ErrorCode,
  type ErrorDetails,
  type InputRole,
  RedlineError,
} from './errors.ts';
export {
  type CompareOptions,
  compareOptions,
  DEFAULT_AUTHOR,
  DEFAULT_LIMITS,
  DEFAULT_MOVES,
  type GivenOptions,
  GRANULARITIES,
  IGNORABLE,
  type Ignorable,
  type Limits,
  METADATA,
  MOST_AUTHOR,
  MOST_LEAST_WORDS,
  TRACKED,
} from './options.ts';
export {
  type BlacklineOptions,
  blackline,
  DECORATIONS,
  DEFAULT_BLACKLINE,
  renderHtml,
} from './render/index.ts';
export type {
  Comparison,
  Counts,
  Difference,
  Ignored,
  NotCompared,
  Report,
  Rung,
  Stage,
  StoryOutcome,
  Verification,
  WordCounts,
} from './report.ts';
export type {
  Anchor,
  Change,
  ChangeFilter,
  ChangeFormat,
  ChangeKind,
  ChangeList,
  ChangePosition,
  Decided,
  Decision,
  DecisionReport,
  Edit,
  Edited,
  EditNote,
  EditOptions,
  EditOutcome,
  EditReport,
  ParagraphFormat,
  TextFormat,
  Verdict,
} from './revisions/index.ts';
export { applyEdits, readEdits } from './revisions/index.ts';
export { verify } from './verify/index.ts';
