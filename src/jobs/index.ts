export {
  type EnginePlace,
  EnginePool,
  type EnginePoolOptions,
  type EnginePoolState,
} from './engine-pool.ts';
export { JobError, type JobErrorCode } from './errors.ts';
export type { OperationInputs, OperationName, OperationOptions, OperationResult } from './operations.ts';
