import { expect, test } from 'vitest';
import { streamFiles } from './stream-files.ts';

const SPEC = { field: 'files', mostFiles: 3, mostBytes: 200 * 1024 * 1024, optionsBytes: 100 };
const TYPE = 'multipart/form-data; boundary=cut';
const PIECE = Buffer.alloc(64 * 1024, 'x');

const part = (field: string, name: string): string =>
  `\r\n--cut\r\ncontent-disposition: form-data; name="${field}"${name === '' ? '' : `; filename="${name}"`}\r\n\r\n`;
const END = '\r\n--cut--\r\n';

/** A form as it arrives; strings are sent as they are, numbers are so many pieces. */
async function* form(...parts: (string | number | Error)[]): AsyncIterable<Uint8Array> {
  for (const one of parts) {
    if (one instanceof Error) throw one;
    if (typeof one === 'string') yield Buffer.from(one);
    else for (let n = 0; n < one; n += 1) yield PIECE;
  }
}

async function sizeOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of body) size += chunk.byteLength;
  return size;
}

test('files are taken one after the other, with their names, and the options', async () => {
  const taken: [string, number][] = [];
  const body = form(part('files', '../a.docx'), 3, part('options', ''), '{}', part('files', 'b'), 2, END);
  const options = await streamFiles(TYPE, body, SPEC, async (name, file) => {
    taken.push([name, await sizeOf(file)]);
  });
  expect(options).toBe('{}');
  expect(taken).toEqual([
    ['a.docx', 3 * PIECE.length],
    ['b', 2 * PIECE.length],
  ]);
});

test('of 90 MB that are taken slowly little more than a piece is held', async () => {
  let [sent, taken, most] = [0, 0, 0];
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of form(part('files', 'a'), 720, part('files', 'b'), 720, END)) {
      sent += chunk.byteLength;
      most = Math.max(most, sent - taken);
      yield chunk;
    }
  }
  await streamFiles(TYPE, counted(), SPEC, async (_, file) => {
    for await (const chunk of file) {
      // Many turns of the event loop go by for each.
      for (let turn = 0; turn < 3; turn += 1) await new Promise((go) => setImmediate(go));
      taken += chunk.byteLength;
    }
  });
  expect(taken).toBe(1440 * PIECE.length);
  expect(most).toBeLessThan(1024 * 1024);
});

const broken = new Error('cut');
test.each<[string, (string | number | Error)[], object, number]>([
  ['breaks off within a file', [part('files', 'a'), 2, broken], broken, 0],
  ['breaks off within the second file', [part('files', 'a'), 1, part('files', 'b'), 1, broken], broken, 1],
  ['ends within a file', [part('files', 'a'), 2], { code: 'request/malformed' }, 0],
  ['has a file that is too large', [part('files', 'a'), 801, END], { code: 'limits/exceeded' }, 0],
  ['has a field that is not known', [part('file', 'a'), 1, END], { code: 'request/field-unknown' }, 0],
  [
    'has too many files',
    [...Array(4).fill(`${part('files', 'a')}x`), END],
    { code: 'request/field-repeated' },
    3,
  ],
  ['has long options', [part('options', ''), 'x'.repeat(101), END], { code: 'request/too-large' }, 0],
])('a form that %s ends what takes it before the request ends', async (_, parts, error, most) => {
  const ended: boolean[] = [];
  let under = 0;
  const reading = streamFiles(TYPE, form(...parts), SPEC, async (_name, file) => {
    under += 1;
    try {
      await sizeOf(file);
      ended.push(true);
    } finally {
      under -= 1;
    }
  });
  await expect(reading).rejects.toMatchObject(error);
  expect(under).toBe(0);
  expect(ended.length).toBeLessThanOrEqual(most);
});

test('what cannot be taken ends the form, and nothing more is taken', async () => {
  let count = 0;
  const body = form(part('files', 'a'), 1, part('files', 'b'), 1, END);
  const reading = streamFiles(TYPE, body, SPEC, async (_name, file) => {
    count += 1;
    await sizeOf(file);
    throw broken;
  });
  await expect(reading).rejects.toBe(broken);
  expect(count).toBe(1);
});
