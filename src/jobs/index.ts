export {
  type CompareInputs,
  type EnginePlace,
  EnginePool,
  type EnginePoolOptions,
  type EnginePoolState,
} from './engine-pool.ts';
export { JobError, type JobErrorCode } from './errors.ts';
