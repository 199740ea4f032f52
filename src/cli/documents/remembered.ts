import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The service gives an upload up a day after something last arrived. */
const KEPT_MS = 48 * 60 * 60 * 1000;

/**
 * Uploads that are not finished, one small file each, so that the same command goes on where one ended. A file holds the
 * id of an upload; its name is a digest. Neither names of documents nor contents are kept.
 */
export class RememberedUploads {
  readonly #folder: string;

  /** @param folder made when something has to be remembered */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async recall(fingerprint: string): Promise<string | undefined> {
    const text = await readFile(this.#fileOf(fingerprint), 'utf8').catch(() => '');
    return /^u_\w+$/.test(text) ? text : undefined;
  }

  /** Where it cannot be kept the upload still works, but another run begins anew. */
  async remember(fingerprint: string, upload: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      .then(() => writeFile(this.#fileOf(fingerprint), upload, { mode: 0o600 }))
      .catch(() => {});
  }

  async forget(fingerprint: string): Promise<void> {
    await rm(this.#fileOf(fingerprint), { force: true }).catch(() => {});
  }

  /** Removes what the service has given up. */
  async tidy(now: number): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const file = join(this.#folder, name);
      const made = await stat(file).catch(() => null);
      if (made !== null && now - made.mtimeMs > KEPT_MS) await rm(file, { force: true }).catch(() => {});
    }
  }

  #fileOf(fingerprint: string): string {
    return join(this.#folder, fingerprint);
  }
}

/** Names an upload by all that decides what it becomes: content, name, destination, service. */
export function fingerprintOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
