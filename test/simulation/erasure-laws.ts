import { soleOwner } from './goings.ts';
import type { History, Told } from './inspect.ts';

/** What was erased is gone, whole and provably; what was not is as it was. */
export function erasureFaults(history: History): string[] {
  return [
    ...documentFaults(history),
    ...restFaults(history),
    ...askedFaults(history),
    ...personFaults(history),
    ...addressFaults(history),
    ...toldFaults(history),
  ];
}

/** Of what is erased nothing is left but its last head, under a key that sealed nothing else, and a certificate that names its event. */
function documentFaults({ documents, gone, stored, unswept, events }: History): string[] {
  const faults: string[] = [];
  for (const [document, { state, redlines, certificate }] of gone.documents) {
    if (state !== 'done') {
      if (documents.get(document)?.heads.at(-1)?.hold == null)
        faults.push(`${document}: its erasure is ${state} and nothing stops it`);
      continue;
    }
    const below = [...documents].filter(([, { heads }]) =>
      heads.some((one) => one.redline?.document === document),
    );
    for (const id of new Set([document, ...redlines, ...below.map(([one]) => one)]))
      faults.push(...leftOf(id, documents.get(id), unswept));
    const left = [...stored].filter((name) => name.includes(document) && !name.startsWith('secrets/'));
    faults.push(...left.map((name) => `${document} is erased, and ${name} is left`));
    for (const note of gone.notes.filter((name) => name.includes(`/${document}/`)))
      faults.push(`${document} is erased, and ${note} is left`);
    const { subject, before, event } = { before: null, event: null, ...(certificate as Proof | null) };
    const told = events.find(({ sequence }) => sequence === event?.sequence);
    const isTold = told?.type === 'document.erased' && told.object === document && told.hash === event?.hash;
    const isBefore = before === null || (before.sequence < (event?.sequence ?? 0) && isThere(events, before));
    if (!gone.signed.has(document) || subject !== document || !isTold || !isBefore)
      faults.push(`${document}: its certificate does not verify`);
  }
  return faults;
}

interface Proof {
  readonly subject: string;
  readonly before: Place | null;
  readonly event: Place | null;
}

interface Place {
  readonly sequence: number;
  readonly hash: string;
}

function isThere(events: History['events'], { sequence, hash }: Place): boolean {
  return events.some((one) => one.sequence === sequence && one.hash === hash);
}

function leftOf(id: string, told: Told | undefined, unswept: ReadonlySet<string>): string[] {
  const { heads = [], keys = [], sealedBy = new Set(), versions = [], readable = 0 } = told ?? {};
  const faults: string[] = [];
  if (heads.at(-1)?.state !== 'taken') faults.push(`${id} is erased, and there`);
  if (versions.length > 0) faults.push(`${id} is erased, and has versions`);
  if (readable > heads.filter(({ state }) => state === 'taken').length)
    faults.push(`${id} is erased, and earlier heads are there`);
  const contents = heads.flatMap((head) => head.versions.map(({ content }) => `contents/t/${id}/${content}`));
  if (contents.some((name) => unswept.has(name))) faults.push(`${id} is erased, and its contents are there`);
  if (keys.some((key) => sealedBy.has(key))) faults.push(`${id} is erased, and its key is there`);
  return faults;
}

/** What ends for good was erased, and stays so; and an erasure is one event. */
function restFaults({ documents, gone }: History): string[] {
  const faults: string[] = [];
  for (const [id, { heads }] of documents) {
    const at = heads.findIndex(({ state }) => state === 'taken');
    if (at < 0) continue;
    if (heads.length > at + 1) faults.push(`${id}: something was committed to what is taken`);
    const erasing = heads.filter(({ commit }) =>
      commit.records.some(({ action }) => action.endsWith('.erased')),
    );
    const document = heads[at]?.redline?.document ?? id;
    if (at > 0 && (gone.documents.get(document)?.state ?? 'begun') === 'begun')
      faults.push(`${id} was closed by no erasure`);
    if (erasing.length !== (at > 0 ? 1 : 0)) faults.push(`${id} was erased ${erasing.length} times`);
  }
  return faults;
}

/** What was acknowledged happened; what was refused was never begun; of those who may not nothing was. */
function askedFaults({ tasks, gone, clients: { documentOf } }: History): string[] {
  const begun = new Set([...gone.documents.values(), ...gone.people.values()].map(({ reason }) => reason));
  return tasks.flatMap(({ kind, operation, outcome, document, person, guest }) => {
    if (kind !== 'erase' && kind !== 'forget') return [];
    const place = documentOf.get(document ?? '') ?? document ?? '';
    const state = (kind === 'erase' ? gone.documents.get(place) : gone.people.get(person ?? ''))?.state;
    if (guest && (outcome === 'done' || begun.has(operation)))
      return [`${operation} was not theirs to ask for`];
    if (outcome === 'done' && state !== 'done')
      return [`${kind} ${operation} was acknowledged and is ${state}`];
    if (outcome === 'refused' && begun.has(operation)) return [`${kind} ${operation} was refused and begun`];
    return [];
  });
}

/** Nothing leads to who was erased, and they are in no document that they were in when it was asked for. */
function personFaults({ documents, tasks, gone, events }: History): string[] {
  const faults: string[] = [];
  for (const [person, { state, certificate, reason }] of gone.people) {
    if (state !== 'done') {
      const isStopped = [...documents.values()].some(({ heads }) => soleOwner(heads.at(-1)) === person);
      if (!isStopped) faults.push(`${person}: the erasure is ${state} and nothing stops it`);
      continue;
    }
    for (const [name, of] of gone.personal)
      if (of === person) faults.push(`${person} is erased, and ${name} is left`);
    const { subject, event } = { event: null, ...(certificate as Proof | null) };
    const told = events.find(({ sequence }) => sequence === event?.sequence);
    const isTold = told?.type === 'person.erased' && told.object === person && told.hash === event?.hash;
    if (!gone.signed.has(person) || subject !== person || !isTold)
      faults.push(`${person}: the certificate does not verify`);
    const asked = tasks.find(({ operation }) => operation === reason)?.landed ?? 0;
    for (const [id, told] of documents)
      if (inSince(told, person) < asked) faults.push(`${person} is erased, and a member of ${id}`);
  }
  return faults;
}

/** When the commit landed since which somebody is a member; infinity where they are none. */
function inSince({ heads, landed }: Told, person: string): number {
  const isIn = (at: number) =>
    heads[at]?.members.some(({ subject }) => subject === `person:${person}`) === true;
  let at = heads.length - 1;
  if (!isIn(at)) return Number.POSITIVE_INFINITY;
  while (at > 0 && isIn(at - 1)) at -= 1;
  return landed[at] ?? Number.POSITIVE_INFINITY;
}

/** No address of who was erased can be opened, and those of others can. */
function addressFaults({ gone, clients: { visits } }: History): string[] {
  const faults: string[] = [];
  for (const [sealed, address] of gone.opened) {
    const visit = visits.get(sealed);
    if (visit === undefined) faults.push(`an address in an event is nobody's: ${sealed}`);
    else if (gone.people.get(visit.person)?.state === 'done') {
      if (address !== null) faults.push(`${visit.person} is erased, and their address can be opened`);
    } else if (address !== visit.address) faults.push(`the address ${visit.address} cannot be opened`);
  }
  return faults;
}

/** A person's erasure is one event, and there is no such event of anybody else. */
function toldFaults({ gone, events }: History): string[] {
  const told = events.flatMap(({ type, object }) => (type === 'person.erased' ? [object ?? ''] : []));
  const erased = [...gone.people].flatMap(([person, { state }]) => (state === 'done' ? [person] : []));
  const isSame = told.toSorted().join(' ') === erased.toSorted().join(' ');
  return isSame ? [] : [`erased were ${erased.join(' ')}, told is ${told.join(' ')}`];
}
