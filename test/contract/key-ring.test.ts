import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KeyRing } from '../../src/platform/embedded/index.ts';
import { NumberedFile } from '../../src/platform/embedded/numbered-file.ts';
import { describeKeyService } from './key-service.ts';

/** Cheap, as the right cost would be most of the time of these tests. */
const cost = { N: 2 ** 10, r: 8, p: 1 };
const newFolder = () => mkdtemp(join(tmpdir(), 'redline-keys-'));

for (const [adapter, passphrase] of [
  ['a key ring file', null],
  ['a key ring file under a passphrase', 'correct horse battery'],
] as const) {
  describeKeyService(adapter, async () => {
    const folder = await newFolder();
    return {
      keys: await KeyRing.open(folder, passphrase, cost),
      another: () => KeyRing.open(folder, passphrase, cost),
      dispose: () => rm(folder, { recursive: true }),
    };
  });
}

describe('a key ring file', () => {
  const dataKey = new Uint8Array(32).fill(5);
  const context = new TextEncoder().encode('context');
  const failing = (failure: string, message: RegExp) =>
    expect.objectContaining({ name: 'OutsideError', failure, message: expect.stringMatching(message) });
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const file = async () => {
    const [name, ...more] = (await readdir(folder)).filter((entry) => entry.startsWith('ring.'));
    expect(more).toEqual([]);
    return join(folder, name ?? '');
  };

  /** A ring with one key, and what it wrapped. */
  async function setUp(passphrase: string | null = null) {
    const ring = await KeyRing.open(folder, passphrase, cost);
    await ring.create('acme');
    return { ring, wrapped: await ring.wrap('acme', dataKey, context) };
  }

  test('is readable by its owner only', async () => {
    await setUp();
    const modes = await Promise.all(
      [folder, await file()].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o600]);
  });

  test.each([0o604, 0o640, 0o620, 0o644, 0o777])('is refused with mode %o', async (mode) => {
    const { ring } = await setUp();
    await chmod(await file(), mode);
    await expect(KeyRing.open(folder)).rejects.toEqual(failing('refused', /chmod 0600 .*ring/));
    await expect(ring.primary('acme')).resolves.toBeTypeOf('string');
  });

  test.each([0o750, 0o705, 0o755])('is refused in a folder with mode %o', async (mode) => {
    await setUp();
    await chmod(folder, mode);
    await expect(KeyRing.open(folder)).rejects.toEqual(failing('refused', /chmod 0700/));
  });

  test('keeps its keys over a restart', async () => {
    const { wrapped } = await setUp();
    const again = await KeyRing.open(folder);
    expect(await again.unwrap('acme', wrapped, context)).toEqual(dataKey);
  });

  test('leaves nothing of what it replaced, also of destroyed keys', async () => {
    const { ring, wrapped } = await setUp();
    const key = JSON.parse((await readFile(await file(), 'utf8')).split('\n')[1] ?? '').ring[0].versions[0]
      .key;
    expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    await ring.rotate('acme');
    await ring.destroy('acme', wrapped.version);
    expect(await readdir(folder)).toHaveLength(1);
    expect(await readFile(await file(), 'utf8')).not.toContain(key);
  });

  test('clears what a crashed process left, and nothing that is being written', async () => {
    await setUp();
    const [old, fresh] = ['a', 'b'].map((letter) => join(folder, `draft-${letter.repeat(32)}`));
    await writeFile(old ?? '', 'half');
    await writeFile(fresh ?? '', 'half');
    const twoHoursAgo = Date.now() / 1000 - 7200;
    await utimes(old ?? '', twoHoursAgo, twoHoursAgo);
    await KeyRing.open(folder);
    expect((await readdir(folder)).filter((entry) => entry.startsWith('draft-'))).toEqual([
      `draft-${'b'.repeat(32)}`,
    ]);
  });

  test('reads past what a crash left between a replacement and its tidying', async () => {
    const { ring, wrapped } = await setUp();
    const [path, before] = [await file(), await readFile(await file())];
    await ring.rotate('acme');
    await writeFile(path, before, { mode: 0o600 });
    const again = await KeyRing.open(folder);
    expect(await again.primary('acme')).not.toBe(wrapped.version);
    await again.rotate('acme');
    expect(await readdir(folder)).toHaveLength(1);
  });

  test.each([null, 'correct horse battery'])(
    'finds any changed byte (passphrase: %s)',
    async (passphrase) => {
      await setUp(passphrase);
      const path = await file();
      const bytes = Uint8Array.from(await readFile(path));
      for (let at = 0; at < bytes.length; at += 1) {
        await writeFile(path, bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8))));
        const why = await KeyRing.open(folder, passphrase, cost).catch((error: unknown) => error);
        // The digit of the format alone may become another digit.
        const expected = at === 'redline key ring '.length ? /damaged|refused/ : /damaged/;
        expect(why, `byte ${at}`).toMatchObject({ failure: expect.stringMatching(expected) });
      }
      await writeFile(path, bytes);
      await expect(KeyRing.open(folder, passphrase, cost)).resolves.toBeDefined();
    },
  );

  test('of a later format is refused', async () => {
    await setUp();
    const text = await readFile(await file(), 'utf8');
    await writeFile(await file(), text.replace('redline key ring 1 ', 'redline key ring 2 '));
    await expect(KeyRing.open(folder)).rejects.toEqual(
      failing('refused', /format 2; this version of Redline reads 1/),
    );
  });

  test('that vanishes is missed', async () => {
    const { ring } = await setUp();
    await rm(await file());
    await expect(ring.primary('acme')).rejects.toEqual(failing('damaged', /gone/));
  });

  test('whose folder vanishes is unavailable', async () => {
    const { ring } = await setUp();
    await rm(folder, { recursive: true });
    await expect(ring.probe()).rejects.toEqual(failing('unavailable', /cannot be used/));
    await expect(ring.rotate('acme')).rejects.toEqual(failing('unavailable', /cannot be used/));
    folder = await newFolder();
  });

  test('loses nothing when several processes change it at once', async () => {
    const { wrapped } = await setUp();
    const door = new URL('../../src/platform/embedded/index.ts', import.meta.url).href;
    const code = `import { KeyRing } from ${JSON.stringify(door)};
      const ring = await KeyRing.open(${JSON.stringify(folder)});
      const versions = [];
      for (let n = 0; n < 15; n += 1) versions.push(await ring.rotate('acme'));
      console.log(versions.join());`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
    const outputs = await Promise.all([run(), run(), run()]);
    const versions = outputs.flatMap(({ stdout }) => stdout.trim().split(','));
    expect(new Set(versions).size).toBe(45);
    const { ring } = JSON.parse((await readFile(await file(), 'utf8')).split('\n')[1] ?? '');
    const kept = ring[0].versions.map(({ name }: { name: string }) => name);
    expect(kept.toSorted()).toEqual([wrapped.version, ...versions].toSorted());
  });

  test('rotates once where the rotation was overtaken before it was seen', async () => {
    const { ring } = await setUp();
    const write = NumberedFile.prototype.replace;
    const overtaken = vi.spyOn(NumberedFile.prototype, 'replace').mockImplementationOnce(async function (
      this: NumberedFile,
      ...args
    ) {
      await write.apply(this, args);
      return false;
    });
    const version = await ring.rotate('acme');
    overtaken.mockRestore();
    const stored = JSON.parse((await readFile(await file(), 'utf8')).split('\n')[1] ?? '');
    expect(stored.ring[0].versions).toHaveLength(2);
    expect(await ring.primary('acme')).toBe(version);
  });

  describe('under a passphrase', () => {
    test('holds no key in the clear', async () => {
      await setUp('correct horse battery');
      const text = await readFile(await file(), 'utf8');
      expect(text).not.toContain('acme');
      expect(text).not.toContain('versions');
    });

    test('costs what is stated, and says so in the file', async () => {
      const ring = await KeyRing.open(folder, 'correct horse battery');
      await ring.create('acme');
      const stored = JSON.parse((await readFile(await file(), 'utf8')).split('\n')[1] ?? '');
      expect(stored.scrypt).toEqual({ N: 131_072, r: 8, p: 1 });
    });

    test.each([
      ['a wrong one', 'correct horse batteri', /REDLINE_PASSPHRASE is not the passphrase/],
      ['none', null, /REDLINE_PASSPHRASE must say it/],
    ])('opens with %s never', async (_, passphrase, message) => {
      await setUp('correct horse battery');
      await expect(KeyRing.open(folder, passphrase, cost)).rejects.toEqual(failing('refused', message));
    });

    test('opens however the same letters are composed', async () => {
      const { wrapped } = await setUp('na\u00efve caf\u00e9 au lait');
      const again = await KeyRing.open(folder, 'nai\u0308ve cafe\u0301 au lait');
      expect(await again.unwrap('acme', wrapped, context)).toEqual(dataKey);
    });

    test('is so from the first time that one is given', async () => {
      const { wrapped } = await setUp();
      const again = await KeyRing.open(folder, 'correct horse battery');
      expect(await again.unwrap('acme', wrapped, context)).toEqual(dataKey);
      expect(await readFile(await file(), 'utf8')).not.toContain('acme');
      await expect(KeyRing.open(folder)).rejects.toEqual(failing('refused', /must say it/));
    });
  });
});
