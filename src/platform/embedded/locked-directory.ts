import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LockedPlace, NameStretch } from '../../audit/index.ts';
import { OutsideError } from '../../kit/index.ts';

const SUFFIX = '.json';
const READ_ONLY = 0o444;

/**
 * A folder of files that are written once and may only be read. Whoever owns the folder can still remove them: put it where
 * the service can add and nobody can remove, such as a disk that is written once, or copy it elsewhere.
 */
export class LockedDirectory implements LockedPlace {
  readonly #folder: string;

  /** @param folder absolute; made when something is added. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(name: string, text: string): Promise<boolean> {
    const path = this.#pathOf(name);
    const unfinished = `${path}.${randomBytes(6).toString('hex')}.new`;
    return await guarded('unclear', async () => {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(unfinished, 'wx', READ_ONLY);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      try {
        await link(unfinished, path);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await unlink(unfinished);
      }
    });
  }

  async read(name: string): Promise<string | null> {
    return await guarded('unavailable', () => orNothing(() => readFile(this.#pathOf(name), 'utf8')));
  }

  async list(prefix: string, stretch: NameStretch = {}): Promise<readonly string[]> {
    const { from = '', before, most = Number.POSITIVE_INFINITY } = stretch;
    const names = await guarded('unavailable', () => orNothing(() => readdir(join(this.#folder, prefix))));
    const whole = (names ?? []).filter((name) => name.endsWith(SUFFIX));
    return whole
      .map((name) => `${prefix}${name.slice(0, -SUFFIX.length)}`)
      .filter((name) => name >= from && (before === undefined || name < before))
      .sort()
      .slice(0, most);
  }

  #pathOf(name: string): string {
    if (!/^[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/.test(name)) throw new TypeError('Not a name of a locked place.');
    return join(this.#folder, `${name}${SUFFIX}`);
  }
}

async function orNothing<Found>(look: () => Promise<Found>): Promise<Found | null> {
  try {
    return await look();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function guarded<Result>(
  failure: 'unavailable' | 'unclear',
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new OutsideError('LockedPlace', failure, 'The folder of checkpoints cannot be read or written.', {
      cause: error,
    });
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
