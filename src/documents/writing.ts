import { OutsideError } from '../kit/index.ts';
import type { Ambient } from './ambient.ts';
import {
  ABSENT,
  type BlobAttributes,
  type BlobBody,
  type BlobInfo,
  type BlobStore,
  type WriteOptions,
} from './blob-store.ts';
import { DocumentsError } from './errors.ts';

// Writes whose answers may be lost; see decision 0070.

/** How often a write whose outcome is unclear is looked into before the answer is `documents/unclear`. */
const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 100;

/** An object to be put in the place of another one. */
export interface Replacement<Done> {
  readonly name: string;
  readonly body: Uint8Array;
  readonly options: WriteOptions;
  /** What the write came to, once it is confirmed. */
  readonly done: (written: BlobInfo) => Done;
  /** What a write that was not confirmed came to: `open` while nothing was written. @throws when another one came first. */
  readonly look: () => Promise<Done | 'open'>;
}

/**
 * Replaces an object under a condition, once, whatever the network does. A condition that does not hold is looked into
 * like an unclear answer: something between us and the store may have sent the write twice.
 *
 * @throws {DocumentsError} `documents/unclear` when it cannot be found out whether it was written; what `look` throws.
 */
export async function replaceOnce<Done>(
  store: BlobStore,
  { name, body, options, done, look }: Replacement<Done>,
  { pause }: Ambient,
): Promise<Done> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    if (attempt > 0) await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    try {
      const written = await store.write(name, body, options);
      if (written !== null) return done(written);
    } catch (error) {
      // Only of the first try is it sure that a failure means that nothing was done.
      if (attempt === 0 && !isFailure(error, 'unclear')) throw error;
    }
    try {
      const found = await look();
      if (found !== 'open') return found;
    } catch (error) {
      // Looking failed: what was done is as open as before.
      if (!isFailure(error, 'unavailable')) throw error;
    }
  }
  throw unclear();
}

/**
 * Writes an object under a name that nobody else uses: after an unclear answer, one that is there is the one that was
 * just written, whole.
 */
export async function writeNew(
  store: BlobStore,
  name: string,
  body: BlobBody,
  attributes: BlobAttributes = {},
): Promise<void> {
  try {
    await store.write(name, body, { ifGeneration: ABSENT, attributes });
  } catch (error) {
    if (!isFailure(error, 'unclear') || (await store.stat(name)) === null) throw error;
  }
}

export function unclear(): DocumentsError {
  return new DocumentsError(
    'documents/unclear',
    'It could not be found out whether the change was made. Ask again with the same idempotency key.',
  );
}

/**
 * What is thrown when something fails that comes after a change: the change was made, so nobody may be told that nothing
 * was done. Whoever asks again goes on with it. What is damaged or refused for good stays what it is: somebody must look.
 */
export function afterChange(error: unknown): unknown {
  return isFailure(error, 'unavailable') || isFailure(error, 'full') ? unclear() : error;
}

function isFailure(error: unknown, failure: OutsideError['failure']): boolean {
  return error instanceof OutsideError && error.failure === failure;
}
