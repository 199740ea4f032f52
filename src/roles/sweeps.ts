import type { Access } from '../access/index.ts';
import type { Trail } from '../audit/index.ts';
import type { AllErasures, Exports, Library, Results } from '../documents/index.ts';
import type { Operations, Webhooks } from '../jobs/index.ts';
import { describeError, type Integrity } from '../kit/index.ts';
import { removeLeftEvents } from './left-events.ts';
import { tenantsHere } from './library.ts';
import { settleRegions } from './regional.ts';
import { sweepRetention } from './retention.ts';
import type { RoleContext } from './role.ts';

/** How often expired results are looked for. */
const SWEEP_EVERY_MS = 5 * 60_000;
/** How often what takes long and does not press is done; the first time an hour after the start. */
const DAILY_MS = 24 * 3_600_000;
const FIRST_DAILY_MS = 3_600_000;
/** What is looked after while the service runs. */
export interface Swept extends AllErasures {
  readonly results: Results;
  readonly library: Library;
  /** `null` where nobody signs in. */
  readonly access: Access | null;
  readonly integrity: Integrity;
  readonly trail: Trail;
  readonly exports: Exports;
  readonly operations: Operations;
  readonly webhooks: Webhooks;
}

type Installed = Pick<RoleContext, 'clock' | 'config' | 'platform'>;

/** @returns how many keys were wrapped anew. */
async function rewrapAll(library: Library, context: Installed): Promise<number> {
  let count = 0;
  for (const tenant of await tenantsHere(context)) count += (await library.keys.rewrap(tenant)).keys;
  return count;
}

/** @returns how many earlier states of records went. */
async function pruneWebhooks(webhooks: Webhooks, context: Installed): Promise<number> {
  let count = 0;
  for (const tenant of await tenantsHere(context)) count += await webhooks.prune(tenant);
  return count;
}

/** Removes what expired or was left behind, and follows other processes, now and every few minutes. @returns how to end that. */
export function sweepRegularly(
  context: Pick<RoleContext, 'log' | 'clock' | 'config' | 'platform'>,
  { results, library, access, integrity, trail, exports, operations, webhooks, ...gone }: Swept,
): () => void {
  const { log, clock } = context;
  const chores = [
    { name: 'expired results', run: () => results.sweep() },
    { name: 'expired uploads', run: () => library.uploads.sweep() },
    { name: 'expired answers', run: () => library.requests.sweep() },
    { name: 'expired exports', run: () => exports.sweep() },
    { name: 'contents left behind', run: async () => (await library.sweep()).purged },
    { name: 'keys of tokens', run: async () => (await access?.keys.tend()) ?? 0 },
    { name: 'keys wrapped anew', run: () => rewrapAll(library, context) },
    { name: 'tenants that moved', run: () => settleRegions(context) },
    { name: 'events of tenants that moved', run: () => removeLeftEvents(context, trail) },
    { name: 'documents followed', run: () => library.follow() },
    { name: 'events left behind', run: () => trail.sweep() },
    { name: 'operations over', run: () => operations.tend() },
    { name: 'earlier records of webhooks', run: () => pruneWebhooks(webhooks, context) },
    { name: 'erasures begun', run: async () => gone.erasures.begun.resume(await tenantsHere(context)) },
    {
      name: 'erasures of people begun',
      run: async () => gone.personErasures.begun.resume(await tenantsHere(context)),
    },
  ];
  const daily = [
    { name: 'retention', run: () => sweepRetention(context, library, trail) },
    { name: 'old heads', run: () => library.prune() },
    { name: 'old announcements', run: () => trail.prune() },
    { name: 'gaps in the audit sink', run: () => trail.fill() },
  ];
  let dailyAt = clock() + FIRST_DAILY_MS;
  const sweep = async (): Promise<void> => {
    const isDue = clock() >= dailyAt;
    if (isDue) dailyAt = clock() + DAILY_MS;
    for (const { name, run } of isDue ? [...chores, ...daily] : chores) {
      try {
        const count = await run();
        if (count > 0) log.info('swept', { chore: name, count });
      } catch (error) {
        integrity.note(error, { chore: name });
        log.error('sweep failed', { chore: name, ...describeError(error) });
      }
    }
  };
  void sweep();
  const timer = setInterval(() => void sweep(), SWEEP_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
