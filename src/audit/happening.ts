import type { Actor } from '../access/index.ts';
import type { Ambient } from '../documents/index.ts';
import { canonicalJson, type Json } from './canonical.ts';
import type { Occurrence } from './event.ts';

/** What ids of events begin with that are made for one telling. */
const OWN = 'e_';

/** Something that happened, as far as whoever saw it knows. */
export type Happening = Pick<Occurrence, 'type' | 'outcome' | 'reason'> &
  Partial<Pick<Occurrence, 'object' | 'document' | 'version'>> & {
    /** Of what may be told again, by any process; a new one by default. */
    readonly id?: string;
    readonly actor: EventActor;
    readonly details?: Json;
  };

/** Who did it: an actor, or nobody who is known. */
export type EventActor = Pick<Actor, 'tenant' | 'id' | 'credential' | 'address' | 'requestId'> & {
  readonly kind: Occurrence['actorKind'];
};

/** What happened, as an event says it. */
export function occurrenceOf(
  happening: Happening,
  { clock, random }: Pick<Ambient, 'clock' | 'random'>,
): Occurrence {
  const { actor, object = null, document = null, version = null, details = null, ...said } = happening;
  const { kind, id, tenant, credential, address, requestId } = actor;
  return {
    ...{
      id: `${OWN}${Buffer.from(random(16)).toString('hex')}`,
      at: new Date(clock()).toISOString(),
      tenant,
    },
    ...said,
    ...{
      actorKind: kind,
      actor: id,
      credential,
      address,
      requestId,
      object,
      document,
      version,
      commit: null,
      details: details === null ? null : canonicalJson(details),
    },
  };
}

/** Whether an id was made for one telling; others may have been told by somebody else before. */
export function isOwn(id: string): boolean {
  return id.startsWith(OWN);
}
