import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyService } from '../../src/documents/index.ts';

/** One adapter under test: a service without keys, and how to reach the same keys from elsewhere. */
export interface KeyServiceFixture {
  readonly keys: KeyService;
  /** A second service over the same keys, as another process would open it. */
  another(): Promise<KeyService>;
  dispose(): Promise<void>;
}

type Use = () => KeyServiceFixture;

const dataKey = Uint8Array.from({ length: 32 }, (_, at) => at * 3);
const context = new TextEncoder().encode('acme|document|1|content');
const other = new TextEncoder().encode('acme|document|2|content');
const refused = expect.objectContaining({ name: 'OutsideError', port: 'KeyService', failure: 'refused' });

/** What every `KeyService` promises. Each adapter runs it with its own fixture. */
export function describeKeyService(adapter: string, open: () => Promise<KeyServiceFixture>): void {
  describe(`KeyService on ${adapter}`, () => {
    let fixture: KeyServiceFixture;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.dispose());
    const use = () => fixture;

    describe('wrapping', () => testWrapping(use));
    describe('refusals', () => testRefusals(use));
    describe('versions', () => testVersions(use));
    describe('races and restarts', () => testEndurance(use));
  });
}

function testWrapping(use: Use): void {
  test.each([
    ['an ordinary context', context],
    ['an empty context', new Uint8Array(0)],
    ['the longest context', new Uint8Array(1024).fill(7)],
  ])('gives back what it wrapped under %s', async (_, bound) => {
    await use().keys.create('acme');
    const wrapped = await use().keys.wrap('acme', dataKey, bound);
    expect(await use().keys.unwrap('acme', wrapped, bound)).toEqual(dataKey);
    expect(wrapped.version).toBe(await use().keys.primary('acme'));
    expect(Buffer.from(wrapped.bytes).includes(Buffer.from(dataKey).subarray(0, 8))).toBe(false);
  });

  test('never wraps the same way twice', async () => {
    await use().keys.create('acme');
    const [one, two] = [
      await use().keys.wrap('acme', dataKey, context),
      await use().keys.wrap('acme', dataKey, context),
    ];
    expect(one.bytes).not.toEqual(two.bytes);
  });

  test('gives every caller a key of his own to overwrite', async () => {
    await use().keys.create('acme');
    const wrapped = await use().keys.wrap('acme', dataKey, context);
    (await use().keys.unwrap('acme', wrapped, context)).fill(0);
    expect(await use().keys.unwrap('acme', wrapped, context)).toEqual(dataKey);
  });

  test('is ready', async () => {
    await expect(use().keys.probe()).resolves.toBeUndefined();
  });
}

function testRefusals(use: Use): void {
  test('unwraps nothing under another context or tenant', async () => {
    await use().keys.create('acme');
    await use().keys.create('other');
    const wrapped = await use().keys.wrap('acme', dataKey, context);
    const theirs = { ...wrapped, version: await use().keys.primary('other') };
    await expect(use().keys.unwrap('acme', wrapped, other)).rejects.toEqual(refused);
    await expect(use().keys.unwrap('acme', wrapped, new Uint8Array(0))).rejects.toEqual(refused);
    await expect(use().keys.unwrap('other', theirs, context)).rejects.toEqual(refused);
  });

  test('unwraps nothing that was changed', async () => {
    await use().keys.create('acme');
    const wrapped = await use().keys.wrap('acme', dataKey, context);
    const changed = Array.from(wrapped.bytes, (byte, at) =>
      Uint8Array.from(wrapped.bytes).with(at, byte ^ 1),
    );
    const cut = [
      wrapped.bytes.subarray(1),
      wrapped.bytes.subarray(0, -1),
      new Uint8Array(0),
      new Uint8Array(5),
    ];
    for (const bytes of [...changed, ...cut]) {
      await expect(use().keys.unwrap('acme', { ...wrapped, bytes }, context)).rejects.toEqual(refused);
    }
  });

  test('does nothing for a tenant without a key', async () => {
    await use().keys.create('acme');
    const wrapped = await use().keys.wrap('acme', dataKey, context);
    await expect(use().keys.wrap('nobody', dataKey, context)).rejects.toEqual(refused);
    await expect(use().keys.unwrap('nobody', wrapped, context)).rejects.toEqual(refused);
    await expect(use().keys.rotate('nobody')).rejects.toEqual(refused);
    await expect(use().keys.primary('nobody')).rejects.toEqual(refused);
    await expect(use().keys.destroy('nobody', wrapped.version)).rejects.toEqual(refused);
  });

  test.each(['', 'a/b', '../a', 'A', 'a.b', 'a|b', 'é', 'x'.repeat(41)])(
    'knows no tenant %j',
    async (tenant) => {
      await expect(use().keys.create(tenant)).rejects.toThrow(TypeError);
      await expect(use().keys.wrap(tenant, dataKey, context)).rejects.toThrow(TypeError);
    },
  );

  test.each(['__proto__', 'constructor', '-', '0', 'x'.repeat(40)])('knows a tenant %j', async (tenant) => {
    await expect(use().keys.primary(tenant)).rejects.toEqual(refused);
    await use().keys.create(tenant);
    const wrapped = await use().keys.wrap(tenant, dataKey, context);
    expect(await use().keys.unwrap(tenant, wrapped, context)).toEqual(dataKey);
  });

  test.each([0, 16, 31, 33])('wraps no key of %d bytes', async (size) => {
    await use().keys.create('acme');
    await expect(use().keys.wrap('acme', new Uint8Array(size), context)).rejects.toThrow(TypeError);
  });
}

function testVersions(use: Use): void {
  test('creates once', async () => {
    await use().keys.create('acme');
    const wrapped = await use().keys.wrap('acme', dataKey, context);
    await use().keys.create('acme');
    expect(await use().keys.unwrap('acme', wrapped, context)).toEqual(dataKey);
    expect(await use().keys.primary('acme')).toBe(wrapped.version);
  });

  test('wraps with a new version after a rotation, and unwraps with every one', async () => {
    const { keys } = use();
    await keys.create('acme');
    const wrapped = [await keys.wrap('acme', dataKey, context)];
    for (let n = 0; n < 3; n += 1) {
      const version = await keys.rotate('acme');
      expect(await keys.primary('acme')).toBe(version);
      wrapped.push(await keys.wrap('acme', dataKey, context));
      expect(wrapped.at(-1)?.version).toBe(version);
    }
    expect(new Set(wrapped.map(({ version }) => version)).size).toBe(4);
    for (const one of wrapped) expect(await keys.unwrap('acme', one, context)).toEqual(dataKey);
  });

  test('unwraps nothing with a version that was destroyed, and goes on with the others', async () => {
    const { keys } = use();
    await keys.create('acme');
    const before = await keys.wrap('acme', dataKey, context);
    await keys.rotate('acme');
    const after = await keys.wrap('acme', dataKey, context);
    await keys.destroy('acme', before.version);
    await keys.destroy('acme', before.version);
    await expect(keys.unwrap('acme', before, context)).rejects.toEqual(refused);
    expect(await keys.unwrap('acme', after, context)).toEqual(dataKey);
  });

  test('wraps nothing once the primary version was destroyed, until the next rotation', async () => {
    const { keys } = use();
    await keys.create('acme');
    const wrapped = await keys.wrap('acme', dataKey, context);
    await keys.destroy('acme', wrapped.version);
    await keys.create('acme');
    await expect(keys.wrap('acme', dataKey, context)).rejects.toEqual(refused);
    await expect(keys.primary('acme')).rejects.toEqual(refused);
    await expect(keys.unwrap('acme', wrapped, context)).rejects.toEqual(refused);
    expect(await keys.rotate('acme')).not.toBe(wrapped.version);
    const again = await keys.wrap('acme', dataKey, context);
    expect(await keys.unwrap('acme', again, context)).toEqual(dataKey);
    await expect(keys.unwrap('acme', wrapped, context)).rejects.toEqual(refused);
  });

  test('destroys no version that does not exist', async () => {
    await use().keys.create('acme');
    await expect(use().keys.destroy('acme', '99')).rejects.toEqual(refused);
    expect(await use().keys.primary('acme')).toBeTypeOf('string');
  });
}

function testEndurance(use: Use): void {
  test('makes one key however many create it', async () => {
    const services = [use().keys, await use().another(), await use().another()];
    await Promise.all([...services, ...services].map((keys) => keys.create('acme')));
    const [one, ...others] = services;
    const wrapped = await one?.wrap('acme', dataKey, context);
    for (const keys of others) {
      expect(wrapped && (await keys.unwrap('acme', wrapped, context))).toEqual(dataKey);
      expect(await keys.primary('acme')).toBe(wrapped?.version);
    }
  });

  test('loses no version however many rotate', async () => {
    const services = [use().keys, await use().another(), await use().another()];
    await use().keys.create('acme');
    const turns = Array.from({ length: 4 }, () =>
      services.map(
        async (keys) => [await keys.rotate('acme'), await keys.wrap('acme', dataKey, context)] as const,
      ),
    );
    const done = await Promise.all(turns.flat());
    expect(new Set(done.map(([version]) => version)).size).toBe(12);
    for (const [, wrapped] of done)
      expect(await use().keys.unwrap('acme', wrapped, context)).toEqual(dataKey);
  });

  test('sees at once what another process does', async () => {
    const { keys } = use();
    const there = await use().another();
    await keys.create('acme');
    const wrapped = await there.wrap('acme', dataKey, context);
    expect(await keys.unwrap('acme', wrapped, context)).toEqual(dataKey);
    const version = await there.rotate('acme');
    expect(await keys.primary('acme')).toBe(version);
    await there.destroy('acme', wrapped.version);
    await expect(keys.unwrap('acme', wrapped, context)).rejects.toEqual(refused);
  });
}
