import { decodeBinaryJson, encodeBinaryJson } from '../../src/documents/binary-json.ts';
import type { Secret, SecretEntry } from '../../src/documents/document-secret.ts';
import type { Scheduler } from './scheduler.ts';
import type { Outside } from './server.ts';
import { Disk } from './world.ts';

/** The world as it would be, had no key ever been destroyed: for the judge, who must know what was erased. */
export function recalled(outside: Outside, scheduler: Scheduler): Outside {
  const secrets = new Disk(scheduler);
  for (const name of outside.disks.secrets.objects.keys()) {
    if (!name.startsWith('secrets/')) continue;
    const keys = [...everyKey(outside.disks.secrets, name).values()];
    secrets.write(name, encodeBinaryJson({ format: 1, keys }), { ifGeneration: '0' });
  }
  return { ...outside, vault: outside.vault.recalled(), disks: { ...outside.disks, secrets } };
}

/** Ids of the keys that a document has now. */
export function keysNow(secrets: Disk, name: string): readonly string[] {
  const kept = secrets.live(name);
  return kept === null ? [] : secretIn(kept.bytes).keys.map(({ id }) => id);
}

function everyKey(secrets: Disk, name: string): ReadonlyMap<string, SecretEntry> {
  const keys = new Map<string, SecretEntry>();
  for (const { bytes } of secrets.objects.get(name) ?? [])
    for (const key of secretIn(bytes).keys) keys.set(key.id, key);
  return keys;
}

function secretIn(bytes: Uint8Array): Secret {
  return decodeBinaryJson(bytes) as Secret;
}
