import type { Trail } from '../audit/index.ts';
import type { AllErasures, Exports, Library, Results } from '../documents/index.ts';
import {
  Arrivals,
  Batches,
  type Deliverer,
  dropCancelledExport,
  type EnginePool,
  type Operations,
  PrintShop,
  type Webhooks,
} from '../jobs/index.ts';
import { Integrity, idleTimer } from '../kit/index.ts';
import { guardPlatform } from '../platform/index.ts';
import { openErasures } from './erasures.ts';
import { openExports } from './exports.ts';
import { openLibrary } from './library.ts';
import { logOutside } from './outside-events.ts';
import type { RoleContext } from './role.ts';
import { openTrail } from './trail.ts';
import { openWebhooks } from './webhooks.ts';
import { openOperations, openPool } from './work.ts';

const MEGABYTE = 1024 * 1024;

/** What every role works with. */
export interface Core extends AllErasures {
  /** As it was given, each part of the platform guarded. */
  readonly context: RoleContext;
  readonly integrity: Integrity;
  readonly library: Library;
  readonly results: Results;
  readonly trail: Trail;
  /** What people may ask for: all that is kept of theirs, and that it is gone. */
  readonly exports: Exports;
  readonly operations: Operations;
  readonly batches: Batches;
  /** Where people want to be told of what happens, and what tells them. */
  readonly webhooks: Webhooks;
  readonly deliverer: Deliverer;
  readonly pool: EnginePool;
  readonly prints: PrintShop;
  readonly arrivals: Arrivals;
}

export async function openCore(given: RoleContext): Promise<Core> {
  const { config, log } = given;
  const context = { ...given, platform: guardPlatform(given.platform, { sink: logOutside(log) }) };
  const integrity = new Integrity(log);
  const library = await openLibrary({ ...context, integrity });
  const results = library.results(config.resultsMb * MEGABYTE);
  const trail = await openTrail(context, library);
  const exports = openExports(context, library, trail);
  const erasures = openErasures(context, library, trail, exports);
  const operations = openOperations(context, library, trail, integrity);
  operations.onEnd((operation) => dropCancelledExport(operation, exports));
  const batches = new Batches(operations, library.operations);
  const hooks = openWebhooks(context, library, trail, integrity);
  const pool = openPool(context);
  const prints = new PrintShop(context.platform.printer);
  const arrivals = new Arrivals(idleTimer);
  const parts = { context, integrity, library, results, trail, exports, operations, pool, prints, arrivals };
  return { ...parts, batches, ...erasures, ...hooks };
}
