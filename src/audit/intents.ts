import { type VersionedBlobStore, writeNew } from '../documents/index.ts';
import type { Occurrence } from './event.ts';

/** How long a change may take: what is left for longer belongs to a process that died. */
const LEFT_MS = 10 * 60_000;
/** Says that nobody knows whether it was done. */
export const INTERRUPTED = 'service/interrupted';

/** What is kept of a change before it is made. */
export interface IntentObject {
  readonly name: string;
  readonly occurrence: Occurrence;
}

/**
 * Keeps that something is about to be changed that carries no record of its own (people, sessions, groups, keys): objects
 * `intents/TENANT/TIME-ID`, removed when what became of it is kept. Decision 0144.
 */
export async function writeIntent(store: VersionedBlobStore, occurrence: Occurrence): Promise<IntentObject> {
  const at = String(Date.parse(occurrence.at)).padStart(15, '0');
  const name = `intents/${occurrence.tenant}/${at}-${occurrence.id.slice(-16)}`;
  const unsettled: Occurrence = { ...occurrence, outcome: 'failed', reason: INTERRUPTED };
  await writeNew(store, name, new TextEncoder().encode(JSON.stringify(unsettled)));
  return { name, occurrence };
}

/** Intents of which nobody says any more what became of them, as events. @param now milliseconds since 1970. */
export async function* intentsLeft(store: VersionedBlobStore, now: number): AsyncIterable<IntentObject> {
  for await (const { name } of store.list('intents/')) {
    const at = Number(name.split('/')[2]?.split('-')[0]);
    const blob = at > now - LEFT_MS ? null : await store.read(name);
    if (blob === null) continue;
    // Nothing but this module writes there.
    yield { name, occurrence: JSON.parse(await new Response(blob.body).text()) as Occurrence };
  }
}
