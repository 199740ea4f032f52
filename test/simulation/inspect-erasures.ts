import { SealedAddresses } from '../../src/access/index.ts';
import { type AuditEvent, isStatement, readProof } from '../../src/audit/index.ts';
import type { Erasure } from '../../src/documents/index.ts';
import type { PersonErasure } from '../../src/documents/person-erasures.ts';
import { TENANT } from './actor.ts';
import { NO_FAULTS } from './faults.ts';
import { SimulatedPlace } from './proofs.ts';
import type { Scheduler } from './scheduler.ts';
import type { Outside, Server } from './server.ts';

/** What was erased, and what is left of it when everything has come to rest. */
export interface Gone {
  /** By document. */
  readonly documents: ReadonlyMap<string, Erasure>;
  /** By person. */
  readonly people: ReadonlyMap<string, PersonErasure>;
  /** Of whose certificates a signature holds. */
  readonly signed: ReadonlySet<string>;
  /** Names of records that say who somebody is, and of whom they are. */
  readonly personal: ReadonlyMap<string, string>;
  /** What auditors see for every sealed address in the trail. */
  readonly opened: ReadonlyMap<string, string | null>;
  /** Names of what was noted below documents. */
  readonly notes: readonly string[];
}

export async function inspectGone(
  judge: Server,
  { proofs, disks }: Outside,
  scheduler: Scheduler,
  events: readonly AuditEvent[],
): Promise<Gone> {
  const { records, process } = judge;
  const documents = new Map<string, Erasure>();
  const people = new Map<string, PersonErasure>();
  for (const id of await records.list(TENANT, 'erasures')) {
    const found = await records.read<Erasure | PersonErasure>(TENANT, 'erasures', id);
    if (found === null) continue;
    if ('person' in found.value) people.set(id, found.value);
    else documents.set(id, found.value);
  }
  const place = new SimulatedPlace(proofs, scheduler, process, () => NO_FAULTS);
  const { keys } = await readProof(place, TENANT);
  const signed = [...documents, ...people].flatMap(([id, { certificate }]) =>
    certificate !== null && isStatement({ ...certificate }, keys) ? [id] : [],
  );
  const addresses = new Set(events.flatMap(({ address }) => address ?? []));
  const shown = await new SealedAddresses(judge.people).open(TENANT, [...addresses]);
  const opened = new Map([...addresses].map((one, at) => [one, shown[at] ?? null]));
  const notes = [...disks.heads.objects.keys()].filter(
    (name) => name.startsWith('below/') && disks.heads.live(name) !== null,
  );
  const personal = await personalRecords(judge);
  return { documents, people, signed: new Set(signed), personal, opened, notes };
}

/** Each record that says who somebody is. */
async function personalRecords({ records }: Server): Promise<Map<string, string>> {
  const personal = new Map<string, string>();
  for (const id of await records.list(TENANT, 'people')) personal.set(`people/${id}`, id);
  for (const kind of ['identities', 'emails'] as const) {
    for (const id of await records.list(TENANT, kind)) {
      const found = await records.read<{ readonly person: string }>(TENANT, kind, id);
      personal.set(`${kind}/${id}`, found?.value.person ?? '');
    }
  }
  return personal;
}
