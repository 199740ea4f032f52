import { describe, expect, test } from 'vitest';
import { decodeHead, encodeHead, HEAD_FORMAT } from './head.ts';

const TIME = '2026-11-22T09:00:00.000Z';
const AUDIT = { tenant: 't', actor: { kind: 'operator', id: 'ann' }, credential: 'loopback', address: null };

/** As the first format was written, to the letter. */
const FIRST_FORMAT = {
  format: 1,
  tenant: 't',
  id: 'd_1',
  name: 'Lease.docx',
  labels: ['nda'],
  owner: 'ann',
  state: 'active',
  createdAt: TIME,
  updatedAt: TIME,
  deletedAt: null,
  versions: [
    {
      number: 1,
      content: 'c_1',
      key: { version: 'k1', bytes: { base64: 'AQI=' } },
      facts: { type: 'application/pdf', size: 3, sha256: 'ab', pages: 1, scanned: 'structure' },
      origin: { kind: 'upload' },
      createdAt: TIME,
      createdBy: 'ann',
    },
  ],
  sequence: 1,
  commit: {
    operation: 'o_1',
    at: TIME,
    records: [
      {
        ...AUDIT,
        id: 'o_1-0',
        at: TIME,
        requestId: 'r',
        action: 'document.created',
        document: 'd_1',
        version: 1,
        outcome: 'done',
      },
    ],
  },
  earlier: [],
};

const OWNER = { role: 'owner', expiresAt: null, addedAt: TIME, addedBy: 'ann' };

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe('a stored head', () => {
  test('of the first format is read as one of a document, with nothing lost', () => {
    const head = decodeHead(bytes(FIRST_FORMAT));
    expect(head).toMatchObject({ format: HEAD_FORMAT, redline: null, name: 'Lease.docx', sequence: 1 });
    expect(head.versions[0]?.key.bytes).toEqual(Uint8Array.of(1, 2));
    const again = JSON.parse(new TextDecoder().decode(encodeHead(head)));
    const members = [{ ...OWNER, subject: 'key:ann' }];
    expect(again).toEqual({ ...FIRST_FORMAT, format: HEAD_FORMAT, members, redline: null, older: [] });
  });

  test('of the second format has all its versions in it', () => {
    const head = decodeHead(bytes({ ...FIRST_FORMAT, format: 2, redline: null }));
    expect(head).toMatchObject({ format: HEAD_FORMAT, older: [], versions: [{ number: 1 }] });
  });

  test.each([
    ['operator', 'operator:operator'],
    ['p_0123', 'person:p_0123'],
    ['0123456789abcdef', 'key:0123456789abcdef'],
  ])('of before there were members belongs to who made it: %s', (owner, subject) => {
    const third = { ...FIRST_FORMAT, format: 3, owner, redline: null, older: [] };
    expect(decodeHead(bytes(third)).members).toEqual([{ ...OWNER, subject, addedBy: owner }]);
    expect(decodeHead(bytes({ ...third, redline: {} })).members).toEqual([]);
    expect(decodeHead(bytes({ ...third, state: 'taken', owner: '' })).members).toEqual([]);
  });

  test('is the same after writing and reading', () => {
    const head = decodeHead(bytes(FIRST_FORMAT));
    expect(decodeHead(encodeHead(head))).toEqual(head);
  });

  test.each([0, 5, '1', null])('of the format %j is refused', (format) => {
    expect(() => decodeHead(bytes({ ...FIRST_FORMAT, format }))).toThrow('Update it.');
  });
});
