import type { CommitRecords } from '../documents/index.ts';
import { canonicalJson } from './canonical.ts';
import type { Occurrence } from './event.ts';

/** Occurrences of one tenant that come into the chain together or not at all. */
export interface Parcel {
  readonly tenant: string;
  readonly occurrences: readonly Occurrence[];
  /** Which commit they are of; `null` for those that stand in the outbox. */
  readonly commit: {
    readonly object: string;
    readonly number: number;
    readonly before: string | null;
  } | null;
  /** Found by a sweep: somebody else may have brought it into the chain. */
  readonly found: boolean;
  /** It is in the chain. */
  readonly settled: () => void;
}

/** What a commit says, as events. */
export function parcelOf(commit: CommitRecords, found: boolean, settled = () => {}): Parcel {
  const { tenant, object, document, number, before, records } = commit;
  const occurrences = records.map((record): Occurrence => {
    const { id, at, actor, credential, address, requestId, action, version, outcome, member, facts } = record;
    const details = member ?? facts;
    return {
      ...{ id: `${object}.${id}`, at, tenant, type: action, outcome, reason: null },
      ...{ actorKind: actor.kind, actor: actor.id, credential, address, requestId },
      ...{ object, document, version, commit: number },
      details: details === undefined ? null : canonicalJson({ ...details }),
    };
  });
  return { tenant, occurrences, commit: { object, number, before }, found, settled };
}

/** The id of the first event of a commit. */
export function firstId(object: string, operation: string): string {
  return `${object}.${operation}-0`;
}
