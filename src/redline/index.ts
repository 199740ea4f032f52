export type { Codec } from './codec.ts';
export { compare } from './compare.ts';
export { type ErrorCode, type ErrorDetails, type InputRole, RedlineError } from './errors.ts';
export { type CompareOptions, DEFAULT_AUTHOR, DEFAULT_LIMITS, type Limits } from './options.ts';
export { renderHtml } from './render/index.ts';
export type {
  Comparison,
  Counts,
  Difference,
  NotCompared,
  Report,
  Rung,
  Stage,
  StoryOutcome,
  Verification,
  WordCounts,
} from './report.ts';
export { verify } from './verify/index.ts';
