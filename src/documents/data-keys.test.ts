import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutsideError } from '../kit/index.ts';
import { DataKeys, type DataKeysOptions, keyContext } from './data-keys.ts';
import type { KeyService, WrappedKey } from './key-service.ts';

const content = keyContext({ tenant: 'acme', document: 'd1', version: '1', purpose: 'content' });
const report = keyContext({ tenant: 'acme', document: 'd1', version: '1', purpose: 'report' });

/** Wraps by remembering; counts what it is asked. */
class RememberingKeys implements KeyService {
  readonly unwrapped: Uint8Array[] = [];
  version = 'v1';
  failing = false;
  readonly #known = new Map<string, Uint8Array>();
  create = async () => {};
  rotate = async () => this.version;
  primary = async () => this.version;
  destroy = async () => {};
  probe = async () => {};
  async wrap(tenant: string, key: Uint8Array, context: Uint8Array): Promise<WrappedKey> {
    const bytes = Uint8Array.of(this.#known.size);
    this.#known.set([tenant, this.version, bytes, context].join('/'), Uint8Array.from(key));
    return { version: this.version, bytes };
  }
  async unwrap(tenant: string, { version, bytes }: WrappedKey, context: Uint8Array): Promise<Uint8Array> {
    await null;
    const known = this.#known.get([tenant, version, bytes, context].join('/'));
    if (known === undefined || this.failing) throw new OutsideError('KeyService', 'refused', 'not this one');
    const key = Uint8Array.from(known);
    this.unwrapped.push(key);
    return key;
  }
}

function setUp(options: Partial<DataKeysOptions> = {}) {
  const service = new RememberingKeys();
  const time = { now: 1_000_000, timers: [] as { ms: number; run: () => void }[] };
  const dataKeys = new DataKeys(service, {
    clock: () => time.now,
    timer: (ms, run) => {
      const one = { ms, run };
      time.timers.push(one);
      return () => time.timers.splice(time.timers.indexOf(one), 1);
    },
    ...options,
  });
  /** A key that is wrapped but not in the cache. */
  const stored = async (fill: number, tenant = 'acme') => ({
    key: new Uint8Array(32).fill(fill),
    wrapped: await service.wrap(tenant, new Uint8Array(32).fill(fill), content),
  });
  return { service, time, dataKeys, stored };
}

const zeros = new Uint8Array(32);

describe('data keys', () => {
  test('are fresh, and open again without a call', async () => {
    const { dataKeys, service } = setUp();
    const one = await dataKeys.create('acme', content);
    const other = await dataKeys.create('acme', content);
    expect(one.key).toHaveLength(32);
    expect(one.key).not.toEqual(other.key);
    expect(await dataKeys.open('acme', one.wrapped, content)).toEqual(one.key);
    expect(await dataKeys.open('acme', other.wrapped, content)).toEqual(other.key);
    expect(service.unwrapped).toEqual([]);
  });

  test('come from the random source that was given', async () => {
    const { dataKeys } = setUp({ random: (size) => new Uint8Array(size).fill(5) });
    expect((await dataKeys.create('acme', content)).key).toEqual(new Uint8Array(32).fill(5));
  });

  test('belong to whoever asked: overwriting one harms nobody', async () => {
    const { dataKeys } = setUp();
    const { key, wrapped } = await dataKeys.create('acme', content);
    const kept = Uint8Array.from(key);
    key.fill(0);
    (await dataKeys.open('acme', wrapped, content)).fill(0);
    expect(await dataKeys.open('acme', wrapped, content)).toEqual(kept);
  });

  test('open once for many at the same time', async () => {
    const { dataKeys, service, stored } = setUp();
    const { key, wrapped } = await stored(7);
    const opened = await Promise.all(
      Array.from({ length: 50 }, () => dataKeys.open('acme', wrapped, content)),
    );
    expect(opened).toEqual(Array.from({ length: 50 }, () => key));
    expect(service.unwrapped).toEqual([zeros]);
  });

  test('are asked for anew under another context, tenant or version', async () => {
    const { dataKeys } = setUp();
    const { wrapped } = await dataKeys.create('acme', content);
    await expect(dataKeys.open('acme', wrapped, report)).rejects.toThrow(OutsideError);
    await expect(dataKeys.open('other', wrapped, content)).rejects.toThrow(OutsideError);
    await expect(dataKeys.open('acme', { ...wrapped, version: 'v9' }, content)).rejects.toThrow(OutsideError);
  });

  test('fail for everybody who waits, and not for the next', async () => {
    const { dataKeys, service, stored } = setUp();
    const { key, wrapped } = await stored(7);
    service.failing = true;
    const two = [dataKeys.open('acme', wrapped, content), dataKeys.open('acme', wrapped, content)];
    expect((await Promise.allSettled(two)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    service.failing = false;
    expect(await dataKeys.open('acme', wrapped, content)).toEqual(key);
  });

  test('are asked for anew once their time is over, however often they are used', async () => {
    const { dataKeys, service, stored, time } = setUp({ lifetimeMs: 60_000 });
    const { wrapped } = await stored(7);
    await dataKeys.open('acme', wrapped, content);
    time.now += 59_999;
    await dataKeys.open('acme', wrapped, content);
    expect(service.unwrapped).toHaveLength(1);
    time.now += 1;
    await dataKeys.open('acme', wrapped, content);
    expect(service.unwrapped).toHaveLength(2);
  });

  test('give way to newer ones, first the one that was not used the longest', async () => {
    const { dataKeys, service, stored } = setUp({ count: 2 });
    const [one, two, three] = [await stored(1), await stored(2), await stored(3)];
    for (const { wrapped } of [one, two, one, three, one]) await dataKeys.open('acme', wrapped, content);
    expect(service.unwrapped).toHaveLength(3);
    await dataKeys.open('acme', two.wrapped, content);
    expect(service.unwrapped).toHaveLength(4);
  });

  test('of a tenant are forgotten, and no others', async () => {
    const { dataKeys, service, stored } = setUp();
    const [mine, theirs] = [await stored(1), await stored(2, 'other')];
    await dataKeys.open('acme', mine.wrapped, content);
    await dataKeys.open('other', theirs.wrapped, content);
    dataKeys.forget('acme');
    await dataKeys.open('acme', mine.wrapped, content);
    await dataKeys.open('other', theirs.wrapped, content);
    expect(service.unwrapped).toHaveLength(3);
  });

  test('that are being unwrapped while they are forgotten are not kept', async () => {
    const { dataKeys, service, stored } = setUp();
    const { key, wrapped } = await stored(1);
    const opening = dataKeys.open('acme', wrapped, content);
    dataKeys.forget('acme');
    expect(await opening).toEqual(key);
    await dataKeys.open('acme', wrapped, content);
    expect(service.unwrapped).toHaveLength(2);
  });

  test('all go at the end, and the timer with them', async () => {
    const { dataKeys, service, stored, time } = setUp();
    await dataKeys.open('acme', (await stored(1)).wrapped, content);
    dataKeys.close();
    expect(service.unwrapped).toEqual([zeros]);
    expect(time.timers).toEqual([]);
  });

  test('are wrapped again by the version that is primary now', async () => {
    const { dataKeys, service, stored } = setUp();
    const { key, wrapped } = await stored(1);
    service.version = 'v2';
    const again = await dataKeys.rewrap('acme', wrapped, content);
    expect(again.version).toBe('v2');
    expect(service.unwrapped).toEqual([zeros]);
    expect(await dataKeys.open('acme', again, content)).toEqual(key);
    await expect(dataKeys.rewrap('acme', wrapped, report)).rejects.toThrow(OutsideError);
  });

  test('are right whatever comes in whichever order, and never more than allowed', () => {
    const step = fc.record({
      kind: fc.constantFrom(
        'open' as const,
        'open' as const,
        'open' as const,
        'forget' as const,
        'wait' as const,
      ),
      which: fc.nat(5),
      ms: fc.nat(40_000),
    });
    return fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, count) => {
          const { dataKeys, service, stored, time } = setUp({ count, lifetimeMs: 60_000 });
          const keys = [];
          for (let n = 0; n < 6; n += 1) keys.push(await stored(n + 1));
          const running: Promise<void>[] = [];
          for (const { kind, which, ms } of steps) {
            const { key, wrapped } = keys[which] ??
              keys[0] ?? { key: zeros, wrapped: { version: '', bytes: zeros } };
            if (kind === 'forget') dataKeys.forget('acme');
            if (kind === 'wait') time.now += ms;
            if (kind === 'wait') await null;
            if (kind === 'open') {
              running.push(dataKeys.open('acme', wrapped, content).then((got) => expect(got).toEqual(key)));
            }
          }
          await Promise.all(running);
          dataKeys.close();
          expect(service.unwrapped.length).toBeLessThanOrEqual(running.length);
        },
      ),
    );
  });
});

describe('the context of a key', () => {
  test('names what it is for', () => {
    expect(new TextDecoder().decode(content)).toBe('acme|d1|1|content');
  });

  test.each(['', 'a|b', 'a b', 'ä', 'a\n', 'x'.repeat(101)])('has no part %j', (part) => {
    const parts = { tenant: 'acme', document: 'd1', version: '1', purpose: 'content' };
    for (const name of Object.keys(parts)) {
      expect(() => keyContext({ ...parts, [name]: part })).toThrow(TypeError);
    }
  });
});
