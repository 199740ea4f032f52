import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { type RecordStore, SERVICE_TENANT, type StoredRecord } from '../../access/index.ts';
import type { ArchiveSignature } from '../../documents/index.ts';
import type { Clock } from '../../kit/index.ts';
import type { AuditEvent } from '../event.ts';
import type { LockedPlace } from '../ports/locked-place.ts';
import type { Trail } from '../trail.ts';
import {
  type Checkpoint,
  type CheckpointKey,
  isCheckpoint,
  isKey,
  publishKey,
  type SigningKey,
  signCheckpoint,
  UNSIGNED,
} from './checkpoint.ts';

import { type Signed, signStatement } from './statement.ts';

/** A key signs for so long, then it vouches for the next one. */
const KEY_MS = 90 * 24 * 3_600_000;
/** Events of one checkpoint at most. */
export const MOST_IN_ONE = 10_000;
const RECORD = { tenant: SERVICE_TENANT, kind: 'checkpoint-keys', id: 'current' } as const;

interface KeyRecord {
  readonly published: CheckpointKey;
  /** PKCS #8, DER in base64. */
  readonly privateKey: string;
}

export interface CheckpointerParts {
  readonly trail: Trail;
  readonly place: LockedPlace;
  /** Keeps the private key, sealed. */
  readonly records: RecordStore;
  readonly clock: Clock;
}

/** Signs what chains hold, and puts that where nobody can change it: `TENANT/FIRST`, and the keys under `keys/`. Decision 0142. */
export class Checkpointer {
  readonly #parts: CheckpointerParts;
  /** The last checkpoint of each tenant, as far as it was looked up. */
  readonly #last = new Map<string, Checkpoint | null>();

  constructor(parts: CheckpointerParts) {
    this.#parts = parts;
  }

  /** Signs what the chains of these tenants got since the last time. @returns how many checkpoints were added. */
  async run(tenants: Iterable<string>): Promise<number> {
    let added = 0;
    for (const tenant of tenants) added += await this.#tenant(tenant);
    return added;
  }

  /** Has the key that signs now be there for whoever verifies, also before anything was signed. */
  async publish(): Promise<void> {
    await this.#key();
  }

  /** Signs something else of this installation by the same key. */
  async sign(text: string): Promise<ArchiveSignature> {
    const { published, privateKey } = await this.#key();
    const signature = sign(null, Buffer.from(text), privateKey).toString('base64');
    return { algorithm: 'Ed25519', key: published.id, publicKey: published.publicKey, signature };
  }

  /** Signs a statement with the key that signs checkpoints. */
  async attest<Said extends object>(said: Said): Promise<Signed<Said>> {
    return signStatement(said, await this.#key());
  }

  async #tenant(tenant: string): Promise<number> {
    const { trail, place, clock } = this.#parts;
    const before = this.#last.get(tenant) ?? (await this.#lookUp(tenant));
    this.#last.set(tenant, before);
    const end = trail.end(tenant)?.sequence ?? 0;
    const from = (before?.last ?? 0) + 1;
    if (end < from) return 0;
    const events: AuditEvent[] = [];
    for await (const event of trail.events(tenant, from)) {
      events.push(event);
      if (event.sequence >= end || events.length >= MOST_IN_ONE) break;
    }
    if (events.length === 0) return 0;
    const checkpoint = signCheckpoint(before, events, new Date(clock()).toISOString(), await this.#key());
    const isAdded = await place.add(checkpointName(tenant, from), JSON.stringify(checkpoint));
    // Otherwise another process came first: the next run goes on behind it.
    if (isAdded) this.#last.set(tenant, checkpoint);
    else this.#last.delete(tenant);
    return isAdded ? 1 : 0;
  }

  async #lookUp(tenant: string): Promise<Checkpoint | null> {
    const last = (await this.#parts.place.list(`${tenant}/`)).at(-1);
    const text = last === undefined ? null : await this.#parts.place.read(last);
    return text === null ? null : (JSON.parse(text) as Checkpoint);
  }

  /** The key that signs now: the one that is there, or a new one when that is old. */
  async #key(): Promise<SigningKey> {
    const { records, clock } = this.#parts;
    const { tenant, kind, id } = RECORD;
    const stored: StoredRecord<KeyRecord> | null = await records.read<KeyRecord>(tenant, kind, id);
    const current = stored === null ? null : keyOf(stored.value);
    if (current !== null && clock() - Date.parse(current.published.at) < KEY_MS)
      return await this.#shown(current);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const next = { published: publishKey(publicKey, new Date(clock()).toISOString(), current), privateKey };
    const kept = {
      published: next.published,
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    };
    const isOurs = (await records.write(RECORD, stored, kept)) !== null;
    return isOurs ? await this.#shown(next) : await this.#key();
  }

  /** Nothing is signed by a key that nobody can look up. */
  async #shown(key: SigningKey): Promise<SigningKey> {
    const name = `keys/${key.published.id}`;
    if ((await this.#parts.place.read(name)) === null) {
      await this.#parts.place.add(name, JSON.stringify(key.published));
    }
    return key;
  }
}

/** Signed checkpoints of a tenant, and every key. */
export interface Checkpoints {
  readonly checkpoints: readonly Checkpoint[];
  readonly keys: readonly CheckpointKey[];
}

/**
 * All that is needed to verify the chain of a tenant, besides its rows, whatever somebody did to the files: in the place of one that
 * holds no checkpoint stands one that nobody signed, so that it is found there.
 */
export async function readProof(place: LockedPlace, tenant: string): Promise<Checkpoints> {
  const checkpoints: Checkpoint[] = [];
  const keys: CheckpointKey[] = [];
  for (const name of await place.list(`${tenant}/`)) {
    const found = parsed(await place.read(name));
    const first = Number(name.slice(tenant.length + 1));
    if (isCheckpoint(found)) checkpoints.push(found);
    else if (first >= 1) checkpoints.push({ ...UNSIGNED, tenant, first, last: first });
  }
  for (const name of await place.list('keys/')) {
    const found = parsed(await place.read(name));
    if (isKey(found)) keys.push(found);
  }
  return { checkpoints, keys };
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

/** The checkpoints that say something of events behind a sequence, the earliest first; at most so many. */
export async function checkpointsAfter(
  place: LockedPlace,
  tenant: string,
  after: number,
  most: number,
): Promise<Checkpoints> {
  const stretch = { from: checkpointName(tenant, after + 1), most };
  const names = await place.list(`${tenant}/`, stretch);
  return { checkpoints: await readAll<Checkpoint>(place, names), keys: await readKeys(place) };
}

/** Those that begin behind a sequence, one after the other: they may be more than memory holds. */
export async function* eachCheckpoint(
  place: LockedPlace,
  tenant: string,
  after: number,
): AsyncIterable<Checkpoint> {
  for (const name of await place.list(`${tenant}/`, { from: checkpointName(tenant, after + 1) })) {
    const text = await place.read(name);
    if (text !== null) yield JSON.parse(text) as Checkpoint;
  }
}

export async function readKeys(place: LockedPlace): Promise<readonly CheckpointKey[]> {
  return await readAll<CheckpointKey>(place, await place.list('keys/'));
}

async function readAll<Value>(place: LockedPlace, names: readonly string[]): Promise<Value[]> {
  const found: Value[] = [];
  for (const name of names) {
    const text = await place.read(name);
    if (text !== null) found.push(JSON.parse(text) as Value);
  }
  return found;
}

export function checkpointName(tenant: string, first: number): string {
  return `${tenant}/${String(first).padStart(12, '0')}`;
}

function keyOf({ published, privateKey }: KeyRecord): SigningKey {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), type: 'pkcs8', format: 'der' });
  return { published, privateKey: key };
}
