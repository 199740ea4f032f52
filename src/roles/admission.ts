import { Askers, type Channel, decide, type Principal, type RecordStore } from '../access/index.ts';
import type { Library } from '../documents/index.ts';
import { JobError, type Need, type WorkerParts } from '../jobs/index.ts';
import { type Clock, systemRandom } from '../kit/index.ts';

interface Kept extends Pick<Library, 'labelsOf'> {
  readonly records: RecordStore;
}

/** Has the policy decide about an operation as of when it is begun, and not only as of when it was asked for. Decision 0201. */
export function admitting(
  parts: { readonly channel: Channel; readonly clock: Clock },
  library: Kept,
): WorkerParts['admit'] {
  const askers = new Askers({ ...parts, records: library.records, random: systemRandom });
  return async ({ actor: asked }, needs) => {
    const principal = await askers.principalOf(asked);
    if (principal === null) throw notAllowed('Whoever asked for it is there no more, or was disabled.');
    for (const need of needs) {
      if (!(await isAllowed(principal, need, library))) {
        throw notAllowed('Whoever asked for it lost the right to it before it was begun.');
      }
    }
    return principal.actor;
  };
}

async function isAllowed(principal: Principal, need: Need, library: Kept): Promise<boolean> {
  const { actor, key } = principal;
  const { action, document: id } = need;
  // Labels are read only for those whom they tell apart.
  const isAsked = id !== null && key !== null && key.labels !== null;
  const labels = isAsked ? await library.labelsOf(actor, id) : [];
  return decide(principal, action, id === null ? null : { id, labels }).outcome === 'allow';
}

function notAllowed(message: string): JobError {
  return new JobError('work/not-allowed', message);
}
