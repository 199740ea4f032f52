import type { Known } from '../../client/index.ts';

// What the browser keeps of uploads that are not finished: which upload goes on with which file, and what becomes of it.
// Neither names nor contents: a fingerprint that only the same file gives again, and ids of the service.

/** The document, in the state in which it was seen, and what the upload is to it. */
export interface Destination extends Known {
  /** A version of it, or what its current version is compared with. */
  readonly as: 'version' | 'modified';
}

export interface Remembered {
  readonly upload: string;
  /** A new document without. */
  readonly to?: Destination;
}

const PREFIX = 'redline.upload.';

/**
 * Names a file by all that is in it: one that was changed since is another one, so bytes of the two never mix. What is
 * called otherwise, or goes elsewhere, is another upload.
 *
 * @throws whatever the browser says of a file that it cannot read
 */
export async function fingerprintOf(file: File, to: Destination | undefined): Promise<string> {
  const content = await sha256(await file.arrayBuffer());
  const all = [file.name, to?.as ?? '', to?.id ?? '', content].join('\n');
  return await sha256(new TextEncoder().encode(all));
}

async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Where the browser keeps nothing (private windows, full quota) an upload still works, but does not survive a reload.

export function remember(fingerprint: string, remembered: Remembered): void {
  try {
    localStorage.setItem(PREFIX + fingerprint, JSON.stringify(remembered));
  } catch {}
}

export function recall(fingerprint: string): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PREFIX + fingerprint) ?? 'null');
    return isRemembered(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function forget(fingerprint: string): void {
  try {
    localStorage.removeItem(PREFIX + fingerprint);
  } catch {}
}

/** Everything that was not finished, by fingerprint. */
export function unfinished(): ReadonlyMap<string, Remembered> {
  const found = new Map<string, Remembered>();
  try {
    for (const key of Object.keys(localStorage)) {
      const fingerprint = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
      const remembered = fingerprint === '' ? undefined : recall(fingerprint);
      if (remembered !== undefined) found.set(fingerprint, remembered);
    }
  } catch {}
  return found;
}

function isRemembered(value: unknown): value is Remembered {
  return typeof value === 'object' && value !== null && 'upload' in value && typeof value.upload === 'string';
}

/** Holds an upload for this tab until `work` is done. @returns whether another tab has it */
export async function alone(fingerprint: string, work: () => Promise<void>): Promise<boolean> {
  return await navigator.locks.request(PREFIX + fingerprint, { ifAvailable: true }, async (lock) => {
    if (lock === null) return false;
    await work();
    return true;
  });
}

/** Fingerprints that some tab is at work on. */
export async function heldElsewhere(): Promise<ReadonlySet<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name = '' }) => name.slice(PREFIX.length)));
}
