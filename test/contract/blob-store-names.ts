import { expect, test } from 'vitest';
import { ABSENT, type BlobAttributes, type BlobInfo, type BlobStore } from '../../src/documents/index.ts';
import { bytes, create, namesOf, textOf } from './blob-store-kit.ts';

type Use = () => { readonly store: BlobStore };

export function testRanges(use: Use): void {
  const text = 'abcdefghij';

  test.each([
    [0, 10],
    [0, 1],
    [9, 10],
    [3, 7],
  ])('give bytes %i to %i and the size of the whole', async (start, end) => {
    const info = await create(use().store, 'a', bytes(text));
    const blob = await use().store.read('a', { range: { start, end } });
    expect(blob).toMatchObject(info);
    expect(await new Response(blob?.body).text()).toBe(text.slice(start, end));
  });

  test('cross the pieces that a stream is read in', async () => {
    const body = Uint8Array.from({ length: 1_000_000 }, (_value, at) => at % 251);
    await create(use().store, 'large', body);
    const blob = await use().store.read('large', { range: { start: 200_001, end: 900_007 } });
    const back = new Uint8Array(await new Response(blob?.body).arrayBuffer());
    expect(Buffer.compare(back, body.subarray(200_001, 900_007))).toBe(0);
  });

  test.each([
    [0, 0],
    [5, 4],
    [-1, 3],
    [0, 11],
    [10, 11],
    [0.5, 2],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
  ])('are refused from %d to %d', async (start, end) => {
    await create(use().store, 'a', bytes(text));
    await expect(use().store.read('a', { range: { start, end } })).rejects.toThrow(RangeError);
  });

  test('do not lie within an object without a byte', async () => {
    await create(use().store, 'empty', bytes(''));
    await expect(use().store.read('empty', { range: { start: 0, end: 1 } })).rejects.toThrow(RangeError);
  });
}

export function testNames(use: Use): void {
  test.each(['0', 'a/_/-', 'x'.repeat(200), `${'a/'.repeat(99)}bc`])('take the name %j', async (name) => {
    await create(use().store, name, bytes(name));
    expect(await textOf(use().store, name)).toBe(name);
    expect(await namesOf(use().store, '')).toEqual([name]);
    expect(await use().store.delete(name)).toBe(true);
  });

  test.each(
    [
      '',
      '/',
      'a/',
      '/a',
      'a//b',
      '../a',
      'a/..',
      'a/./b',
      '/etc',
      'A',
      'a.b',
      'a b',
      'a\\b',
      'a\0',
      'a\n',
      'é',
    ].concat('x'.repeat(201)),
  )('refuse the name %j everywhere', async (name) => {
    const { store } = use();
    const write = async () => store.write(name, bytes('x'), { ifGeneration: ABSENT });
    for (const call of [
      write,
      async () => store.stat(name),
      async () => store.read(name),
      async () => store.delete(name),
    ]) {
      await expect(call()).rejects.toThrow(TypeError);
    }
    expect(await namesOf(store, '')).toEqual([]);
  });

  test.each<[string, BlobAttributes]>([
    ['a key with a capital', { Expires: '1' }],
    ['a key with a hyphen', { 'a-b': '1' }],
    ['no key', { '': '1' }],
    ['a line end', { a: 'x\r\ny' }],
    ['a NUL', { a: '\0' }],
    ['too much', { a: 'x'.repeat(1024) }],
    ['too much in bytes', { a: 'é'.repeat(512) }],
  ])('refuse attributes with %s', async (_, attributes) => {
    const write = async () => use().store.write('a', bytes('x'), { ifGeneration: ABSENT, attributes });
    await expect(write()).rejects.toThrow(TypeError);
    expect(await use().store.stat('a')).toBeNull();
  });

  test.each<[string, BlobAttributes]>([
    ['no text', { a: '' }],
    ['spaces around', { a: ' x ' }],
    ['other letters', { a: 'Ж 漢 🖋' }],
    ['as much as may be', { a: '"'.repeat(1023) }],
    ['names of functions', { constructor: '1', tostring: '2' }],
  ])('take attributes with %s', async (_, attributes) => {
    await create(use().store, 'a', bytes('x'), attributes);
    expect((await use().store.stat('a'))?.attributes).toEqual(attributes);
  });
}

export function testLists(use: Use): void {
  const names = ['b', 'a/c/d', 'ab', 'a', 'a/b', 'a-b', 'a0', 'a_', 'a/c-d/e'];
  const ordered = ['a', 'a-b', 'a/b', 'a/c-d/e', 'a/c/d', 'a0', 'a_', 'ab', 'b'];

  test.each([
    ['everything', '', '', ordered],
    ['a folder', 'a/', '', ['a/b', 'a/c-d/e', 'a/c/d']],
    ['the start of a segment', 'a', '', ordered.slice(0, 8)],
    ['the start of a deeper segment', 'a/c', '', ['a/c-d/e', 'a/c/d']],
    ['a whole name', 'ab', '', ['ab']],
    ['nothing', 'z', '', []],
    ['nothing in a folder that is none', 'b/', '', []],
    ['what is behind a name', '', 'a/b', ordered.slice(3)],
    ['what is behind a name that is not there', '', 'a/c', ordered.slice(3)],
    ['what is behind a folder', '', 'a/', ordered.slice(2)],
    ['what is behind the last', '', 'b', []],
    ['a folder behind one of it', 'a/', 'a/c-d/e', ['a/c/d']],
    ['a folder that is behind', 'a/', '9', ['a/b', 'a/c-d/e', 'a/c/d']],
    ['a folder that is before', 'a/', 'a0', []],
  ])('give %s, by name', async (_, prefix, after, expected) => {
    await Promise.all(names.map((name) => create(use().store, name)));
    const found: string[] = [];
    for await (const blob of use().store.list(prefix, after)) found.push(blob.name);
    expect(found).toEqual(expected);
  });

  test('give facts of what is current', async () => {
    const { store } = use();
    const first = await create(store, 'a', bytes('1'), { one: '1' });
    const second = await store.write('a', bytes('22'), { ifGeneration: first.generation });
    await create(store, 'b');
    await store.delete('b');
    const found: BlobInfo[] = [];
    for await (const blob of store.list('')) found.push(blob);
    expect(found).toEqual([second]);
  });

  test.each(['/', 'a//', '../', 'A', 'a.b', 'é'])('refuse to start with %j', async (prefix) => {
    await expect(namesOf(use().store, prefix)).rejects.toThrow(TypeError);
  });
}
