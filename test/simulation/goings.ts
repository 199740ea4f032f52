import { type Actor, idOf } from '../../src/access/index.ts';
import { sealAddress } from '../../src/access/people/sealed-address.ts';
import { DocumentsError, type Head } from '../../src/documents/index.ts';
import { CLIENT, TENANT } from './actor.ts';
import type { Server } from './server.ts';
import type { Clients, Task } from './tasks.ts';

/** Those who sign in, as a provider names them. */
const VISITORS = ['ann', 'bo'] as const;

/** Erases a document for good. */
export async function erase(
  { alarms }: Clients,
  server: Server,
  actor: Actor,
  operation: string,
  document: string,
): Promise<void> {
  const { state, certificate } = await server.gone.erasures.erase(actor, document, operation);
  if (state !== 'done' || certificate === null)
    alarms.push(`${operation}: what was said to be erased is not`);
}

/** Erases who a person is. */
export async function forget({ alarms, forgotten }: Clients, server: Server, task: Task): Promise<void> {
  const { operation, person } = task;
  if (person === null) throw new DocumentsError('erasures/no-person', 'Nobody was met yet.');
  const { state, certificate } = await server.gone.personErasures.erase(CLIENT, person, operation);
  if (state !== 'done' || certificate === null) alarms.push(`${operation}: who was said to be erased is not`);
  forgotten.add(person);
}

/** Somebody signs in and reads; where they come from is sealed for them. The answer is sent when this comes back. */
export async function visit(clients: Clients, server: Server, { operation }: Task): Promise<void> {
  const { visits, met, forgotten, alarms } = clients;
  const before = new Set(forgotten);
  // The same one, however often it is sent.
  const name = VISITORS[(operation.codePointAt(2) ?? 0) % 2] ?? 'ann';
  const address = `${name}/${operation}`;
  const who = { issuer: 'i', subject: name, email: `${name}@x.test`, name };
  const person = await server.people.signIn({ tenant: TENANT, ...who, administrator: false });
  const { id } = person;
  if (before.has(id)) alarms.push(`${operation}: who was erased is back`);
  if (!met.includes(id)) met.push(id);
  const sealed = sealAddress(person, address);
  visits.set(sealed, { person: id, address });
  await server.trail.record({
    ...{ type: 'document.read', outcome: 'done', reason: null, object: operation },
    actor: { ...CLIENT, kind: 'person', id, address: sealed },
  });
}

/** Lets somebody into a document, as an editor or as its owner, or has it owned by the operator again. */
export async function join(
  server: Server,
  operation: string,
  document: string,
  person: string | null,
): Promise<void> {
  const { generation, head } = await server.members.get(CLIENT, document);
  const change = { actor: CLIENT, operation, document, ifMatch: generation };
  const [operator] = CLIENT.subjects;
  if (person === null || operator === undefined)
    throw new DocumentsError('members/not-found', 'Nobody was met yet.');
  const subject = `person:${person}` as const;
  const find = async () => {
    if ((await server.people.find(TENANT, person)) !== null) return subject;
    throw new DocumentsError('members/not-found', 'There is no such person.');
  };
  // What is done follows from what is there, so that it is the same when it is asked again.
  const role = head.members.find((one) => one.subject === subject)?.role;
  if (role === undefined)
    await server.members.add(change, async () => ({
      subject: await find(),
      role: 'editor',
      expiresAt: null,
    }));
  else if (role === 'owner')
    await server.members.transfer(change, { find: async () => operator, keep: null });
  else await server.members.transfer(change, { find, keep: null });
}

/** The person who alone owns a document. */
export function soleOwner(head: Head | undefined): string | null {
  const owners = (head?.members ?? []).filter(({ role }) => role === 'owner');
  const [owner] = owners;
  return owners.length === 1 && owner?.subject.startsWith('person:') === true ? idOf(owner.subject) : null;
}
