export type { BreakerState } from './breaker.ts';
export { Bulkhead } from './bulkhead.ts';
export { type Clock, idleTimer, systemClock, systemTimer, type Timer } from './clock.ts';
export { nodeCodec } from './codec.ts';
export { Integrity } from './integrity.ts';
export {
  createLog,
  describeError,
  LOG_LEVELS,
  type Log,
  type LogDestination,
  type LogFields,
  type LogLevel,
} from './log.ts';
export {
  type Attempt,
  type Outcome,
  Outside,
  type OutsideCall,
  type OutsideEvent,
  type OutsideLimits,
  type OutsideParts,
} from './outside.ts';
export { OutsideError, type OutsideFailure } from './outside-error.ts';
export { type RandomBytes, systemRandom } from './random.ts';
export { type Cell, textTable } from './table.ts';
