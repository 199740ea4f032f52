import type { AuditEvent } from '../../src/audit/index.ts';
import { decodeBinaryJson } from '../../src/documents/binary-json.ts';
import type { PageRef } from '../../src/documents/head.ts';
import { unwrapHead } from '../../src/documents/head-envelope.ts';
import { DocumentsError, type Head, type Version, type WrappedKey } from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { CLIENT, TENANT } from './actor.ts';
import { contentOf } from './contents.ts';
import { type Gone, inspectGone } from './inspect-erasures.ts';
import { drain, inspectWorks, type Works } from './inspect-operations.ts';
import { keysNow, recalled } from './recalled.ts';
import type { Scheduler } from './scheduler.ts';
import type { Disks, Outside, Server } from './server.ts';
import type { Clients, Task } from './tasks.ts';
import type { Disk, Sight } from './world.ts';

interface Secret {
  readonly keys: readonly { readonly wrapped: WrappedKey }[];
}

const DAY_MS = 24 * 3_600_000;

/** One document or redline, when everything has come to rest. */
export interface Told {
  /** Every head that there was, oldest first. */
  readonly heads: readonly Head[];
  /** When each of them landed, among all heads. */
  readonly landed: readonly number[];
  /** Every version, wherever it stands, oldest first. */
  readonly versions: readonly Version[];
  /** Every page of versions that the last head leads to. */
  readonly pages: readonly PageRef[];
  /** The key of the last head. */
  readonly wrapped: WrappedKey;
  /** Keys that sealed heads of it, before the last one and where that says that it is taken. */
  readonly sealedBy: ReadonlySet<string>;
  /** Keys that it has. */
  readonly keys: readonly string[];
  /** Heads that anybody can read. */
  readonly readable: number;
}

/** What a run left behind, and what clients were told. */
export interface History {
  readonly seed: number;
  readonly steps: number;
  readonly tasks: readonly Task[];
  readonly documents: ReadonlyMap<string, Told>;
  /** Operations that the journal names. */
  readonly journal: ReadonlySet<string>;
  /** Names of what is stored besides heads and the journal after the last sweep. */
  readonly stored: ReadonlySet<string>;
  /** What should be there and cannot be read, or is not what was sent. */
  readonly unreadable: readonly string[];
  /** Versions of the tenant's key that are not destroyed. */
  readonly alive: readonly string[];
  /** How many were destroyed while the world was disturbed, and heads pruned. */
  readonly destroyed: number;
  readonly pruned: number;
  readonly crashes: number;
  readonly clients: Clients;
  /** What was erased. */
  readonly gone: Gone;
  /** Names of contents before any sweep came to what is left over. */
  readonly unswept: ReadonlySet<string>;
  /** What was asked for later, and what came of it. */
  readonly works: Works;
  /** What auditors see, as the last relay left it. */
  readonly events: readonly AuditEvent[];
}

interface Ran {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly outside: Outside;
  readonly tasks: readonly Task[];
  readonly crashes: number;
  readonly clients: Clients;
}

/** A process that has read nothing yet. */
export type Begin = (sight: Sight, of?: Outside) => Server;

/** What is there when everything has come to rest, and after all chores were done some days later. */
export async function inspect(begin: Begin, ran: Ran): Promise<History> {
  const { scheduler, outside } = ran;
  const { disks, vault } = outside;
  const keeper = begin('kept');
  const { destroyed } = vault;
  const pruned = [...disks.heads.objects.values()].flat().filter((kept) => kept.pruned === 'old').length;
  await drain(keeper, scheduler);
  await keeper.finish();
  const works = await inspectWorks(keeper, begin('all', recalled(outside, scheduler)), outside, scheduler);
  const unswept = new Set(namesOf(disks.contents));
  const unreadable = [...(await uploadFaults(keeper, ran.tasks)), ...(await linkFaults(keeper, ran))];
  unreadable.push(...(await endChores(keeper, ran)));
  await keeper.finish();
  const judge = begin('all');
  scheduler.now += 3_600_000;
  await judge.trail.sweep();
  const events = [...outside.events.values()].toSorted((one, other) => one.sequence - other.sequence);
  const erased = begin('all', recalled(outside, scheduler));
  const documents = new Map<string, Told>();
  for (const name of namesOf(disks.heads, 'heads/')) {
    const id = name.split('/')[2] ?? '';
    const fault = await unlessOutside(async () => {
      const found = await told(judge, erased, id, disks);
      documents.set(id, found);
      unreadable.push(...(await versionFaults(judge, id, found.versions)));
    });
    if (fault !== null) unreadable.push(`${id}: ${fault}`);
  }
  unreadable.push(...envelopeFaults(disks, vault.primary));
  const journal = namesOf(disks.heads, 'journal/').map((name) => name.split('/')[4] ?? '');
  const stored = [disks.contents, disks.spool].flatMap((disk) => namesOf(disk));
  stored.push(...namesOf(disks.secrets, 'secrets/'));
  for (const kind of ['pages/', 'operations/', 'inputs/']) stored.push(...namesOf(disks.heads, kind));
  const { seed, tasks, crashes, clients } = ran;
  const gone = await inspectGone(judge, outside, scheduler, events);
  return {
    ...{ seed, steps: scheduler.steps, tasks, documents, journal: new Set(journal) },
    ...{
      stored: new Set(stored),
      unreadable,
      alive: [...vault.alive],
      destroyed,
      pruned,
      crashes,
      clients,
      gone,
      unswept,
      works,
    },
    events,
  };
}

function namesOf(disk: Disk, prefix = ''): string[] {
  return [...disk.objects.keys()].filter((name) => name.startsWith(prefix) && disk.live(name) !== null);
}

/** Rotates the key, wraps everything anew and destroys what wrapped it before; sweeps and prunes. */
async function endChores(keeper: Server, { scheduler, outside }: Ran): Promise<string[]> {
  const primary = await keeper.keys.rotate(TENANT);
  const faults: string[] = [];
  for (let pass = 0; pass < 2; pass += 1) {
    scheduler.now += 9 * DAY_MS;
    for (let runs = 0; !(await keeper.keys.status(TENANT)).done || runs === 0; runs += 1) {
      const lost = await keeper.rewrap();
      if (lost > 0) faults.push(`${lost} keys cannot be unwrapped`);
      if (runs > 1000) return [...faults, 'wrapping keys anew does not come to an end'];
    }
  }
  for (const version of outside.vault.alive) {
    const became = version === primary ? 'primary' : 'destroyed';
    const really = await keeper.keys.retire(TENANT, version);
    if (really !== became) faults.push(`the version ${version} of the key is said to be ${really}`);
  }
  // Keys without a head are marked, and go when that is long ago.
  await keeper.sweep();
  scheduler.now += 9 * DAY_MS;
  await keeper.sweep();
  await keeper.prune();
  return faults;
}

/** @param erased who can read what the keys of are destroyed. */
async function told(judge: Server, erased: Server, id: string, disks: Disks): Promise<Told> {
  const current = await judge.heads.read(TENANT, id);
  const isTaken = current?.head.state === 'taken';
  const { heads } = isTaken ? erased : judge;
  const sealedBy = new Set<string>();
  const all: Head[] = [];
  const landed: number[] = [];
  let wrapped: WrappedKey = { version: '', bytes: new Uint8Array() };
  for await (const stored of heads.history(TENANT, id)) {
    all.push(stored.head);
    landed.push(Number(stored.generation));
    if (isTaken && stored.head.state !== 'taken') sealedBy.add(stored.wrapped.version);
    wrapped = stored.wrapped;
  }
  const last = all.at(-1);
  const versions: Version[] = [];
  const pages: PageRef[] = [];
  if (last !== undefined) {
    for await (const version of heads.pages.latestFirst(last)) versions.unshift(version);
    for await (const page of heads.pages.pages(last)) pages.push(page);
  }
  const readable = disks.heads.objects
    .get(`heads/${TENANT}/${id}`)
    ?.filter(({ pruned }) => pruned !== 'gone');
  const keys = keysNow(disks.secrets, `secrets/${TENANT}/${id}`).map((key) => `document:${key}`);
  return {
    ...{ heads: all, landed, versions, pages, wrapped, sealedBy, keys },
    readable: readable?.length ?? 0,
  };
}

/** Links that should open and do not. */
async function linkFaults(judge: Server, { scheduler, clients: { links } }: Ran): Promise<string[]> {
  const faults: string[] = [];
  for (const { token, expiresAt } of links) {
    if (expiresAt <= scheduler.now) continue;
    await judge.links.open(token, 'r').catch((error: Error) => {
      const isGone = error instanceof DocumentsError && /\/(deleted|not-found)$/.test(error.code);
      if (!isGone) faults.push(`a link does not open: ${error.message}`);
    });
  }
  return faults;
}

/** Uploads of which something was acknowledged, and which nobody has made a document of. */
async function uploadFaults({ uploads }: Server, tasks: readonly Task[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { operation, outcome, upload } of tasks) {
    if (upload === null || outcome === 'done') continue;
    // It may be over by now, or was made a document by a client that did not hear of it.
    const found = await uploads.find(CLIENT, upload.id).catch(() => null);
    if (found === null) continue;
    if (found.offset < upload.acknowledged) faults.push(`upload of ${operation} lost what was acknowledged`);
    if (found.offset < found.size) continue;
    const bytes = await whole((await uploads.open(CLIENT, upload.id)).body);
    if (typeof bytes === 'string' || !bytes.equals(contentOf(operation))) {
      faults.push(`upload of ${operation} is not what was sent`);
    }
  }
  return faults;
}

/** @returns what does not come back as it was written. */
async function versionFaults(
  { contents }: Server,
  id: string,
  versions: readonly Version[],
): Promise<string[]> {
  const faults: string[] = [];
  for (const version of versions) {
    const place = `${id} version ${version.number}`;
    const bytes = await whole(await contents.read(TENANT, id, version));
    if (typeof bytes === 'string') faults.push(`${place}: ${bytes}`);
    else if (!isWhole(bytes)) faults.push(`${place} is not what anybody sent`);
    if (version.result === undefined) continue;
    const result = await whole(await contents.read(TENANT, id, version.result));
    if (typeof result === 'string') faults.push(`the result of ${place}: ${result}`);
    else if (!bytes.includes(JSON.parse(result.toString()).of)) faults.push(`${place} has another's result`);
  }
  return faults;
}

/** Whether these are the bytes of one operation, all of them. */
function isWhole(bytes: Buffer): boolean {
  const [, operation = ''] = /^content of (\S+?)\0/.exec(bytes.toString()) ?? [];
  return bytes.equals(contentOf(operation));
}

/** Keys of small objects that stay beside the documents. */
function envelopeFaults({ heads, secrets }: Disks, primary: string): string[] {
  const sealed = [
    ...['links/', `records/${TENANT}/`].flatMap((kind) =>
      namesOf(heads, kind).map((name) => [name, heads] as const),
    ),
    ...namesOf(secrets, 'persons/').map((name) => [name, secrets] as const),
  ];
  const small = sealed.flatMap(([name, disk]) => {
    const { wrapped } = unwrapHead(disk.live(name)?.bytes ?? new Uint8Array());
    return wrapped.version === primary ? [] : [`${name} is sealed under a key that is gone`];
  });
  const own = namesOf(secrets, 'secrets/').flatMap((name) => {
    const { keys } = decodeBinaryJson(secrets.live(name)?.bytes ?? new Uint8Array()) as Secret;
    const amiss = keys.filter(({ wrapped }) => wrapped.version !== primary);
    return amiss.map(() => `${name} is wrapped by a key that is gone`);
  });
  return [...small, ...own];
}

/** All bytes, or why they cannot be had. */
async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer | string> {
  const chunks: Uint8Array[] = [];
  const fault = await unlessOutside(async () => {
    for await (const chunk of body) chunks.push(chunk);
  });
  return fault ?? Buffer.concat(chunks);
}

/** @returns what the stores or keys said when they refused, else `null`. */
async function unlessOutside(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof OutsideError) return error.message;
    throw error;
  }
}
