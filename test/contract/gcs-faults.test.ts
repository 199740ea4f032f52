import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ABSENT } from '../../src/documents/index.ts';
import { OutsideError, type OutsideFailure } from '../../src/kit/index.ts';
import { GcsBlobStore } from '../../src/platform/gcp/index.ts';
import {
  type CallKind,
  type Fault,
  type ObjectServer,
  startObjectServer,
} from '../services/object-server.ts';
import { bytes, create, textOf } from './blob-store-kit.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';

/** Long enough for a busy machine to answer, short enough to wait for what never does. */
const DEADLINE_MS = 1500;
const LARGE = new Uint8Array(5_000_000).map((_, at) => at % 251);
const NAME = 'tenants/t/secret-name';
let server: ObjectServer;
let store: GcsBlobStore;
let bucket: string;

beforeAll(async () => {
  server = await startObjectServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  bucket = await newBucket(server.url);
  store = new GcsBlobStore(callsTo(server.url, DEADLINE_MS), bucket);
  server.calls.length = 0;
});

const put = (body: Uint8Array) => store.write(NAME, body, { ifGeneration: ABSENT });
const failing = (status: number, reason = 'backendError', message = reason) => ({
  status,
  body: JSON.stringify({ error: { code: status, message, errors: [{ reason, message }] } }),
});
const wrongSum = failing(
  400,
  'invalid',
  `Provided CRC32C "AAAAAA==" doesn't match calculated CRC32C "BBBBBB==".`,
);
async function drain(found: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of found);
}
const callsOf = (kind: CallKind) => server.calls.filter((call) => call.split(' ')[1] === kind).length;

/** That a call fails in the port's words, with nothing of what it was about. */
async function expectFailure(
  call: Promise<unknown>,
  failure: OutsideFailure,
  more: object = {},
): Promise<void> {
  const error: unknown = await call.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutsideError);
  expect(error).toMatchObject({ port: 'BlobStore', failure, ...more });
  expect(String(error)).not.toContain('secret-name');
  expect(error).not.toHaveProperty('cause');
}

const BEFORE: readonly [string, Fault, OutsideFailure, object?][] = [
  ['500', { at: 'before', ...failing(500) }, 'unclear'],
  ['502 with a page', { at: 'before', status: 502, body: '<html>Bad gateway' }, 'unclear'],
  ['503', { at: 'before', ...failing(503) }, 'unclear'],
  [
    '503 and when to come again',
    { at: 'before', ...failing(503), headers: { 'Retry-After': '7' } },
    'unclear',
    { retryAfterMs: 7000 },
  ],
  ['408', { at: 'before', ...failing(408) }, 'unclear'],
  ['a closed connection', { at: 'before', drop: true }, 'unclear'],
  ['nothing', { at: 'before', stall: true }, 'unclear'],
  [
    '429',
    { at: 'before', ...failing(429), headers: { 'Retry-After': '3' } },
    'unavailable',
    { retryAfterMs: 3000 },
  ],
  ['403 for too many calls', { at: 'before', ...failing(403, 'rateLimitExceeded') }, 'unavailable'],
  ['another checksum', { at: 'before', ...wrongSum }, 'unavailable'],
  ['401', { at: 'before', ...failing(401, 'authError') }, 'refused'],
  ['403', { at: 'before', ...failing(403, 'forbidden') }, 'refused'],
  ['400', { at: 'before', ...failing(400, 'invalid', 'Invalid argument.') }, 'refused'],
  ['409', { at: 'before', ...failing(409, 'conflict') }, 'refused'],
];
const AFTER: readonly [string, Fault][] = [
  ['503', { at: 'after', ...failing(503) }],
  ['a closed connection', { at: 'after', drop: true }],
  ['nothing', { at: 'after', stall: true }],
  ['no object', { at: 'answer', change: () => ({ kind: 'storage#nothing' }) }],
];

describe('a write in one call', () => {
  test.each(BEFORE)(
    'that is answered by %s leaves nothing and is not repeated',
    async (_, fault, failure, more) => {
      server.fail('insert', fault);
      await expectFailure(put(bytes('x')), failure, more);
      expect(callsOf('insert')).toBe(1);
      expect(await store.stat(NAME)).toBeNull();
    },
  );

  test.each(AFTER)('that is done and answered by %s is unclear', async (_, fault) => {
    server.fail('insert', fault);
    await expectFailure(put(bytes('x')), 'unclear');
    expect(callsOf('insert')).toBe(1);
    expect(await textOf(store, NAME)).toBe('x');
  });

  test('that is answered with another checksum is damaged, and not kept', async () => {
    server.fail('insert', { at: 'answer', change: (resource) => ({ ...resource, crc32c: 'AAAAAA==' }) });
    await expectFailure(put(bytes('x')), 'damaged');
    expect(await store.stat(NAME)).toBeNull();
  });

  test('that cannot be sent is unavailable', async () => {
    const gone = await startObjectServer();
    await gone.stop();
    const nowhere = new GcsBlobStore(callsTo(gone.url, DEADLINE_MS), bucket);
    await expectFailure(nowhere.write(NAME, bytes('x'), { ifGeneration: ABSENT }), 'unavailable');
    await expectFailure(nowhere.write(NAME, LARGE, { ifGeneration: ABSENT }), 'unavailable');
    await expectFailure(nowhere.delete(NAME), 'unavailable');
    await expectFailure(nowhere.stat(NAME), 'unavailable');
  });

  test('to a bucket that is not there is refused, and so is all else', async () => {
    const lost = new GcsBlobStore(callsTo(server.url, DEADLINE_MS), 'no-such-bucket');
    for (const call of [
      () => lost.write(NAME, bytes('x'), { ifGeneration: ABSENT }),
      () => lost.write(NAME, LARGE, { ifGeneration: ABSENT }),
      () => lost.stat(NAME),
      () => lost.read(NAME),
      () => lost.delete(NAME),
      () => lost.purge(NAME),
      () => lost.probe(),
    ]) {
      await expectFailure(call(), 'refused');
    }
  });
});

describe('a write in pieces', () => {
  test('goes in equal ones, the checksum with the last', async () => {
    expect(await put(LARGE)).toMatchObject({ size: LARGE.length });
    expect(server.calls).toEqual([
      'POST start',
      'PUT piece bytes 0-2097151/*',
      'PUT piece bytes 2097152-4194303/*',
      'PUT last bytes 4194304-4999999/5000000',
    ]);
  });

  test.each([1, 2, 3].map((count) => count * 2_097_152))(
    'ends where the pieces do: %i bytes',
    async (size) => {
      async function* body() {
        for (let at = 0; at < size; at += 65_536) yield LARGE.subarray(0, 65_536);
      }
      expect(await store.write(NAME, body(), { ifGeneration: ABSENT })).toMatchObject({ size });
    },
  );

  test.each<[CallKind, string, Fault]>([
    ['piece', '503', { at: 'before', ...failing(503) }],
    ['piece', '503, when it has it', { at: 'after', ...failing(503) }],
    ['piece', 'a closed connection', { at: 'before', drop: true }],
    ['piece', 'a closed connection, when it has it', { at: 'after', drop: true }],
    ['piece', 'nothing', { at: 'after', stall: true }],
    ['last', '503', { at: 'before', ...failing(503) }],
    ['last', '503, when it is done', { at: 'after', ...failing(503) }],
    ['last', 'a closed connection', { at: 'before', drop: true }],
    ['last', 'a closed connection, when it is done', { at: 'after', drop: true }],
    ['last', 'nothing, when it is done', { at: 'after', stall: true }],
    ['last', 'no JSON, when it is done', { at: 'after', status: 200, body: '<html>' }],
  ])('goes on after %s was answered by %s', async (kind, _, fault) => {
    server.fail(kind, fault);
    const info = await put(LARGE);
    expect(info).toMatchObject({ size: LARGE.length });
    expect(await store.stat(NAME)).toEqual(info);
    const back = new Uint8Array(await new Response((await store.read(NAME))?.body).arrayBuffer());
    expect(Buffer.compare(back, LARGE)).toBe(0);
  });

  test('sends again only what has not arrived', async () => {
    server.fail('piece', { at: 'after', status: 308, headers: { Range: 'bytes=0-1048575' } });
    await put(LARGE);
    expect(server.calls.slice(1, 4)).toEqual([
      'PUT piece bytes 0-2097151/*',
      'PUT piece bytes 1048576-2097151/*',
      'PUT piece bytes 2097152-4194303/*',
    ]);
  });

  const gone: Fault = { at: 'before', ...failing(410, 'gone') };
  const busy: Fault = { at: 'before', ...failing(429), headers: { 'Retry-After': '3' } };
  const down: Fault = { at: 'before', ...failing(503) };
  const lost: Fault = { at: 'after', drop: true };
  test.each<[string, [CallKind, Fault, number?][], OutsideFailure, boolean]>([
    ['never begins', [['start', down]], 'unavailable', false],
    ['may not begin', [['start', { at: 'before', ...failing(403, 'forbidden') }]], 'refused', false],
    ['is held up', [['piece', busy]], 'unavailable', false],
    ['loses its session', [['piece', gone]], 'unavailable', false],
    ['gets no piece through', [['piece', down, 10]], 'unavailable', false],
    ['gets its last piece not through', [['last', down, 10]], 'unclear', false],
    [
      'is not heard of again',
      [
        ['last', lost],
        ['ask', down],
      ],
      'unclear',
      true,
    ],
    [
      'is forgotten after its end',
      [
        ['last', lost],
        ['ask', gone],
      ],
      'unclear',
      true,
    ],
    [
      'is held up after its end',
      [
        ['last', lost],
        ['ask', busy],
      ],
      'unclear',
      true,
    ],
    ['changes on its way', [['last', { at: 'before', ...wrongSum }]], 'unavailable', false],
    ['makes no progress', [['piece', { at: 'before', status: 308 }, 10]], 'unavailable', false],
    [
      'has more than was sent',
      [['piece', { at: 'before', status: 308, headers: { Range: 'bytes=0-9999999' } }]],
      'unavailable',
      false,
    ],
  ])('that %s ends in an error', async (_, faults, failure, isDone) => {
    for (const [kind, fault, times] of faults) server.fail(kind, fault, times);
    await expectFailure(put(LARGE), failure);
    server.forget();
    expect((await store.stat(NAME)) !== null).toBe(isDone);
  });

  test('is null when the condition fails at its end', async () => {
    const slow = async function* () {
      yield LARGE;
      await create(store, NAME, bytes('faster'));
    };
    expect(await store.write(NAME, slow(), { ifGeneration: ABSENT })).toBeNull();
    expect(await textOf(store, NAME)).toBe('faster');
  });

  test('is cancelled when its body breaks off', async () => {
    const broken = async function* () {
      yield LARGE;
      throw new Error('The upload broke off.');
    };
    await expect(store.write(NAME, broken(), { ifGeneration: ABSENT })).rejects.toThrow(
      'The upload broke off.',
    );
    await expect.poll(() => callsOf('delete')).toBe(1);
  });
});

describe('a question', () => {
  const questions: readonly [string, CallKind, () => Promise<unknown>][] = [
    ['stat', 'get', () => store.stat(NAME)],
    ['read of the facts', 'get', () => store.read(NAME)],
    ['read of the bytes', 'media', () => store.read(NAME)],
    ['list', 'list', () => drain(store.list(''))],
    ['generations', 'list', () => drain(store.generations(NAME))],
    ['purge that looks', 'list', () => store.purge(NAME)],
    ['purge that removes', 'delete', () => store.purge(NAME)],
    ['probe that writes', 'insert', () => store.probe()],
  ];
  const answers: readonly [string, Fault, OutsideFailure, object?][] = [
    [
      '503',
      { at: 'before', ...failing(503), headers: { 'Retry-After': '7' } },
      'unavailable',
      { retryAfterMs: 7000 },
    ],
    ['a closed connection', { at: 'before', drop: true }, 'unavailable'],
    ['nothing', { at: 'before', stall: true }, 'unavailable'],
    ['429', { at: 'before', ...failing(429) }, 'unavailable'],
    ['403', { at: 'before', ...failing(403, 'forbidden') }, 'refused'],
  ];
  const cases = questions.flatMap(([name, kind, ask]) =>
    answers.map((answer) => [name, answer[0], kind, ask, answer] as const),
  );

  test.each(cases)(
    '%s that is answered by %s is not repeated',
    async (_, __, kind, ask, [, fault, failure, more]) => {
      await create(store, NAME);
      server.calls.length = 0;
      server.fail(kind, fault);
      await expectFailure(ask(), failure, more);
      expect(callsOf(kind)).toBe(1);
    },
  );
});

describe('a removal', () => {
  test.each(BEFORE.filter(([name]) => name !== 'another checksum'))(
    'that is answered by %s removes nothing',
    async (_, fault, failure, more) => {
      await create(store, NAME);
      server.fail('delete', fault);
      await expectFailure(store.delete(NAME), failure, more);
      expect(callsOf('delete')).toBe(1);
      expect(await store.stat(NAME)).not.toBeNull();
    },
  );

  test.each(AFTER.slice(0, 3))('that is done and answered by %s is unclear', async (_, fault) => {
    await create(store, NAME);
    server.fail('delete', fault);
    await expectFailure(store.delete(NAME), 'unclear');
    expect(await store.stat(NAME)).toBeNull();
  });
});

describe('bytes that are read', () => {
  const reading = async () => {
    const blob = await store.read(NAME);
    return new Response(blob?.body).arrayBuffer();
  };

  test.each(['drop', 'stall'] as const)(
    'end in an error when the connection does in the middle: %s',
    async (then) => {
      await create(store, NAME, LARGE);
      server.fail('media', { at: 'middle', bytes: 100_000, then });
      await expectFailure(reading(), 'unavailable');
    },
  );

  test.each<[string, (whole: Buffer) => Buffer]>([
    ['other', (whole) => Buffer.concat([Buffer.of(9), whole.subarray(1)])],
    ['fewer', (whole) => whole.subarray(0, -1)],
    ['more', (whole) => Buffer.concat([whole, Buffer.of(0)])],
    ['none', () => Buffer.alloc(0)],
  ])('are damaged when they are %s than were written', async (_, change) => {
    await create(store, NAME, LARGE);
    server.bucket(bucket).corruptBytes(NAME, change);
    let seen = 0;
    const counting = async () => {
      for await (const piece of (await store.read(NAME))?.body ?? []) seen += piece.length;
    };
    await expectFailure(counting(), 'damaged');
    expect(seen).toBeLessThan(LARGE.length);
  });

  test('are looked for again when their generation has gone meanwhile', async () => {
    await create(store, NAME, bytes('x'));
    server.fail('media', { at: 'before', ...failing(404, 'notFound') });
    expect(await textOf(store, NAME)).toBe('x');
  });
});
