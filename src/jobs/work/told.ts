import type { Operation } from '../../documents/index.ts';
import type { Job } from '../ports/job-queue.ts';

/** What the queue is told of an operation. */
export function jobOf({ id, tenant, priority }: Operation): Job {
  return { id, tenant, priority };
}

type Begun = Pick<Operation, 'id' | 'kind' | 'attempt' | 'actor'>;

/** What the audit trail is told of one. */
export function eventOf({ id, kind, attempt, actor }: Begun) {
  return { actor, outcome: 'done', reason: null, object: id, details: { kind, attempt } } as const;
}

/** That it was taken. */
export function beginningOf(operation: Begun) {
  return { ...eventOf(operation), type: 'operation.created', id: `${operation.id}.created` } as const;
}
