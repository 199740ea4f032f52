import { bytesOf, type Head, type Version } from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { CLIENT, TENANT } from './actor.ts';
import { contentOf, type Task } from './acts.ts';
import type { Scheduler } from './scheduler.ts';
import type { Disks, Server } from './server.ts';
import type { Disk } from './world.ts';

const DAY_MS = 24 * 3_600_000;

/** One document or redline, when everything has come to rest. */
export interface Told {
  /** Every head that there was, oldest first. */
  readonly heads: readonly Head[];
  /** Every version, wherever it stands, oldest first. */
  readonly versions: readonly Version[];
  /** Every page of versions that the last head leads to. */
  readonly pages: readonly string[];
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
  readonly crashes: number;
  /** What a client found that no client should. */
  readonly alarms: readonly string[];
}

interface Ran {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly disks: Disks;
  readonly tasks: readonly Task[];
  readonly crashes: number;
  readonly alarms: readonly string[];
}

/** What is there when everything has come to rest, and after a last sweep some days later. */
export async function inspect(judge: Server, ran: Ran): Promise<History> {
  const { scheduler, disks } = ran;
  const unreadable = await uploadFaults(judge, ran.tasks);
  scheduler.now += 9 * DAY_MS;
  await judge.sweep();
  const documents = new Map<string, Told>();
  for (const name of namesOf(disks.heads, 'heads/')) {
    const id = name.split('/')[2] ?? '';
    documents.set(id, await told(judge, id));
  }
  for (const [id, { versions }] of documents) unreadable.push(...(await versionFaults(judge, id, versions)));
  const journal = namesOf(disks.heads, 'journal/').map((name) => name.split('/')[4] ?? '');
  const stored = [...namesOf(disks.heads, 'pages/'), ...namesOf(disks.contents), ...namesOf(disks.spool)];
  const { seed, tasks, crashes, alarms } = ran;
  return {
    ...{ seed, steps: scheduler.steps, tasks, documents, journal: new Set(journal) },
    ...{ stored: new Set(stored), unreadable, crashes, alarms },
  };
}

function namesOf(disk: Disk, prefix = ''): string[] {
  return [...disk.objects.keys()].filter((name) => name.startsWith(prefix) && disk.live(name) !== null);
}

async function told({ heads }: Server, id: string): Promise<Told> {
  const all: Head[] = [];
  for await (const { head } of heads.history(TENANT, id)) all.push(head);
  const last = all.at(-1);
  const versions: Version[] = [];
  const pages: string[] = [];
  if (last !== undefined) {
    for await (const version of heads.pages.latestFirst(last)) versions.unshift(version);
    for await (const page of heads.pages.pages(last)) pages.push(page.id);
  }
  return { heads: all, versions, pages };
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
    const bytes = await whole(bytesOf(await uploads.open(CLIENT, upload.id)));
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

/** All bytes, or why they cannot be had. */
async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer | string> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof OutsideError) return error.message;
    throw error;
  }
}
