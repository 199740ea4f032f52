import type { Ambient } from './ambient.ts';
import type { BlobInfo, BlobStore } from './blob-store.ts';
import { UNUSED } from './document-keys.ts';
import { DocumentsError } from './errors.ts';

/** A day longer than a request may be sent again under its idempotency key: nothing that was under way then goes on. */
const GRACE_MS = 8 * 24 * 3_600_000;

/**
 * Removes keys of documents that never came to be: a key comes before the first head, and what is refused after that leaves it
 * behind. One sweep marks such a key, a later one removes it. Whoever reads a marked key takes the mark off, so that no
 * head is sealed under a key that goes. Decision 0186.
 */
export async function sweepSecrets(
  heads: BlobStore,
  secrets: BlobStore,
  ambient: Pick<Ambient, 'clock'>,
): Promise<{ readonly purged: number }> {
  let purged = 0;
  for await (const blob of lone(heads, secrets)) {
    try {
      if (await sweepOne(secrets, blob, ambient.clock())) purged += 1;
    } catch (error) {
      // Its tenant is being moved: a later sweep finds it where it is then.
      if (!(error instanceof DocumentsError)) throw error;
    }
  }
  return { purged };
}

/** @returns whether it went. */
async function sweepOne(secrets: BlobStore, { name, generation, attributes }: BlobInfo, now: number) {
  const since = attributes[UNUSED];
  if (since !== undefined) {
    return Number(since) < now - GRACE_MS && (await secrets.delete(name, generation));
  }
  const stored = await secrets.read(name);
  if (stored === null) return false;
  const body = new Uint8Array(await new Response(stored.body).arrayBuffer());
  const marked = { ...stored.attributes, [UNUSED]: String(now) };
  if (stored.generation === generation)
    await secrets.write(name, body, { ifGeneration: generation, attributes: marked });
  return false;
}

/** Keys without a head. Both lists have the order of names, so each is read once. */
async function* lone(heads: BlobStore, secrets: BlobStore): AsyncIterable<BlobInfo> {
  const listed = heads.list('heads/')[Symbol.asyncIterator]();
  try {
    let head = await listed.next();
    for await (const secret of secrets.list('secrets/')) {
      const name = `heads/${secret.name.slice('secrets/'.length)}`;
      while (head.done !== true && head.value.name < name) head = await listed.next();
      const isThere = head.done !== true && head.value.name === name;
      // One that came to be since the list began is no part of it.
      if (!isThere && (await heads.stat(name)) === null) yield secret;
    }
  } finally {
    await listed.return?.();
  }
}
