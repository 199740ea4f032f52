export { openErasures } from './erasures.ts';
export { openExports } from './exports.ts';
export { removeLeftEvents } from './left-events.ts';
export { openLibrary } from './library.ts';
export { openMover } from './moving.ts';
export type { RoleContext, RunningRole, ServingRole, ShutdownPhase } from './role.ts';
export { shutDown } from './shutdown.ts';
export { openTrail } from './trail.ts';
export { openOperations } from './work.ts';

/** The roles by name. Each is loaded only when it is chosen. */
export const ROLES = {
  all: async () => (await import('./all.ts')).startAll,
  api: async () => (await import('./all.ts')).startApi,
  worker: async () => (await import('./worker.ts')).startWorker,
};
export { tuneRuntime } from './tuning.ts';
