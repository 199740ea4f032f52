import type { SealedAddresses } from '../access/index.ts';
import type { EventType, Trail } from '../audit/index.ts';
import type { AllErasures, Library, Mover } from '../documents/index.ts';
import type { JobQueue, Operations } from '../jobs/index.ts';
import type { BucketLifecycle } from '../platform/gcp/index.ts';
import { CliError } from './errors.ts';

/** What a command does, as the audit trail says it. */
export interface Deed {
  readonly tenant: string;
  readonly type: EventType;
  readonly object?: string | null;
}

/** Works beside the service of a folder, which may run meanwhile. @param work is told under which address people find it. */
export async function withService<Answer>(
  data: string | undefined,
  deed: Deed,
  work: (library: Library, origin: string) => Promise<Answer>,
): Promise<Answer> {
  // Loaded only here: the other commands start without the service's packages.
  const { withOperator } = await import('../main.ts');
  const working = withOperator({ REDLINE_DATA: data }, deed, (library, { signIn, host, port }) =>
    work(library, signIn.origin ?? `http://${host}:${port}`),
  );
  return await explained(working);
}

/** The same with what takes longer than a request. */
export async function withServiceJobs<Answer>(
  data: string | undefined,
  deed: Deed,
  work: (jobs: { readonly queue: JobQueue; readonly operations: Operations }) => Promise<Answer>,
): Promise<Answer> {
  const { withOperator } = await import('../main.ts');
  return await explained(withOperator({ REDLINE_DATA: data }, deed, (_library, _config, jobs) => work(jobs)));
}

/** Reads the audit trail of a service. */
export async function withServiceTrail<Answer>(
  data: string | undefined,
  work: (trail: Trail, addresses: SealedAddresses) => Promise<Answer>,
): Promise<Answer> {
  const { withTrail } = await import('../main.ts');
  return await explained(withTrail({ REDLINE_DATA: data }, work));
}

/** Compares what buckets do with what is old with the settings. */
export async function tended(apply: boolean): Promise<readonly BucketLifecycle[]> {
  const { tendBuckets } = await import('../main.ts');
  return await explained(tendBuckets({}, apply));
}

/** Moves tenants between regions. @param region that one is to be moved to. */
export async function withServiceMover<Answer>(
  data: string | undefined,
  region: string | null,
  work: (mover: Mover) => Promise<Answer>,
): Promise<Answer> {
  const { withMover } = await import('../main.ts');
  return await explained(withMover({ REDLINE_DATA: data }, region, work));
}

/** The same with what erases for good. */
export async function withErasures<Answer>(
  data: string | undefined,
  work: (erasures: AllErasures) => Promise<Answer>,
): Promise<Answer> {
  const main = await import('../main.ts');
  return await explained(main.withErasures({ REDLINE_DATA: data }, work));
}

/** By name: the command as it is built has these classes twice, its own and those of the service that it loads. */
const FORESEEN = new Set(['OutsideError', 'ConfigError', 'AccessError', 'DocumentsError', 'JobError']);

/** What cannot be opened, and what is refused, is said in words that help. */
async function explained<Answer>(working: Promise<Answer>): Promise<Answer> {
  return await working.catch((error: unknown) => {
    if (error instanceof Error && FORESEEN.has(error.name)) throw new CliError('usage', error.message, error);
    throw error;
  });
}
