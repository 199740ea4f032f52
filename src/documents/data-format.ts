import { createHash } from 'node:crypto';
import { OutsideError } from '../kit/index.ts';
import { ABSENT, type StoredBlob, type VersionedBlobStore } from './blob-store.ts';

/**
 * The format of what a region holds: that of the newest heads in it. It goes up with `HEAD_FORMAT`, and with anything else
 * that an earlier release would misread. 1: heads of documents. 2: of redlines too. 3: pages of versions. 4: members. 5: keys of
 * documents. 6: legal holds and retention, which an earlier release would not keep to. 7: people apart (decision 0172).
 */
export const DATA_FORMAT = 7;
/** Data without a mark are of the time before there was one. */
const UNMARKED = 1;
const NAME = 'format';
const MARK = /^redline data (\d{1,6}) ([0-9a-f]{64})\n$/;
const MOST_TRIES = 5;

/**
 * Checks what wrote the data of a region, and marks them as written by this release from now on. Data of earlier formats
 * are read as they are; each object is written anew when it next changes.
 *
 * @param upgrade does what must be done to data of an earlier format before they are marked; it may be done twice.
 * @returns the format that was found; `null` in a region that was never marked.
 * @throws {OutsideError} `refused` when a newer release wrote them, `damaged` when the mark was changed.
 */
export async function claimDataFormat(
  store: VersionedBlobStore,
  upgrade: (found: number) => Promise<void> = async () => {},
): Promise<number | null> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const blob = await store.read(NAME);
    const found = blob === null ? null : await formatIn(blob);
    if ((found ?? UNMARKED) > DATA_FORMAT) {
      throw new OutsideError(
        'BlobStore',
        'refused',
        `A newer release wrote these documents (format ${found}; this one reads up to ${DATA_FORMAT}). Install that release, or start with other data.`,
      );
    }
    if (found === DATA_FORMAT) return found;
    await upgrade(found ?? UNMARKED);
    const options = { ifGeneration: blob?.generation ?? ABSENT };
    const written = await store.write(NAME, markOf(DATA_FORMAT), options).catch(unlessUnclear);
    if (written) return found;
  }
  throw new OutsideError(
    'BlobStore',
    'unavailable',
    'The mark of the format was changed by others all the time.',
  );
}

/** What is written for a format: its number, and a hash, since a number is easily another one. */
export function markOf(format: number): Uint8Array {
  const text = `redline data ${format}`;
  return new TextEncoder().encode(`${text} ${createHash('sha256').update(text).digest('hex')}\n`);
}

async function formatIn({ body }: StoredBlob): Promise<number> {
  const text = await new Response(body).text();
  const format = Number(MARK.exec(text)?.[1]);
  if (text === new TextDecoder().decode(markOf(format))) return format;
  throw new OutsideError('BlobStore', 'damaged', 'The mark of the format is not what was written.');
}

/** It may have been written: it is looked at again. */
function unlessUnclear(error: unknown): null {
  if (error instanceof OutsideError && error.failure === 'unclear') return null;
  throw error;
}
