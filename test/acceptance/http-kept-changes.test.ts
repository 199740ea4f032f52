import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { textPdf } from '../support/files.ts';
import { docx, ins, p, r } from '../support/redlines.ts';
import { type Answer, asking, file, json, keep, word } from './kept.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
const ask = asking(() => service);

const OLD = word('The fee is ten.', 'The term is one year.');
const NEW = word('The fee is twelve.', 'The term is one whole year.');

/** Something with the same two changes, a replacement and an insertion, as a document and as a redline. */
const PLACES: Readonly<Record<string, () => Promise<Answer>>> = {
  document: async () => {
    const { body } = await keep(ask, OLD, NEW);
    const redline = await ask(`${body.links.self}/redlines`, json('POST', {}));
    const { body: bytes } = await ask(redline.body.links.content);
    return await ask('/v1/documents', { method: 'POST', body: file(bytes) });
  },
  redline: async () => {
    const { body } = await keep(ask, OLD, NEW);
    return await ask(`${body.links.self}/redlines`, json('POST', {}));
  },
};

describe.each(Object.entries(PLACES))('a %s', (_, begin) => {
  let made: Answer;
  let self = '';
  beforeEach(async () => {
    made = await begin();
    self = made.body.links.self;
  });
  const changes = async (query = '') => (await ask(`${self}/changes${query}`)).body.changes;
  const send = (path: string, body: object, etag = made.etag, headers: Record<string, string> = {}) =>
    ask(`${self}/${path}`, json('POST', body, { 'if-match': etag, ...headers }));

  test('lists its changes, by every filter', async () => {
    const all = await ask(`${self}/changes`);
    expect(all).toMatchObject({
      status: 200,
      etag: made.etag,
      body: { total: 2, authors: ['operator'], changes: [{ kind: 'replacement' }, { kind: 'insertion' }] },
    });
    const [first, second] = all.body.changes;
    const day = first.date.slice(0, 10);
    for (const [query, expected] of [
      [`ids=${first.id}`, [first]],
      [`ids=${first.id}&ids=${second.id}`, [first, second]],
      ['kinds=insertion', [second]],
      ['kinds=insertion&kinds=deletion', [second]],
      ['authors=operator&text=TWELVE', [first]],
      ['authors=Ann', []],
      [`from=${day}`, [first, second]],
      [`to=${day}`, []],
      ['story=footnote', []],
      ['version=1', [first, second]],
    ] as const) {
      expect(await changes(`?${query}`), query).toEqual(expected);
    }
    expect(await ask(`${self}/changes`, { headers: { 'if-none-match': made.etag } })).toMatchObject({
      status: 304,
    });
    const csv = await ask(`${self}/changes`, { headers: { accept: 'text/csv' } });
    expect(Buffer.from(csv.body).toString()).toContain('twelve');
  });

  test('is decided: each request is one commit and one version', async () => {
    const [first, second] = await changes();
    const one = await send('decisions', { decisions: [{ verdict: 'accept', changes: { ids: [first.id] } }] });
    expect(one).toMatchObject({
      status: 201,
      body: {
        version: 2,
        result: { accepted: [first.id], rejected: [], left: 1 },
        state: {
          versions: 2,
          current: {
            number: 2,
            origin: { kind: 'decided', counts: { accepted: 1, rejected: 0, gone: 0, left: 1 } },
          },
        },
      },
    });
    expect(one.headers.get('location')).toBe(`${self}/versions/2`);
    expect(await ask(self)).toMatchObject({ etag: one.etag, body: one.body.state });
    expect(await changes()).toMatchObject([{ id: second.id }]);
    expect(await changes('?version=1')).toHaveLength(2);
    const { body: result } = await ask(`${self}/versions/2/result`);
    expect(result).toEqual(one.body.result);
    const undone = await ask(`${self}/versions/1/restore`, {
      method: 'POST',
      headers: { 'if-match': one.etag },
    });
    expect(undone).toMatchObject({
      status: 201,
      body: { versions: 3, current: { origin: { kind: 'restored', version: 1 } } },
    });
    const both = await send(
      'decisions',
      {
        decisions: [
          { verdict: 'accept', changes: { ids: [first.id] } },
          { verdict: 'reject', changes: { ids: [second.id] } },
        ],
      },
      undone.etag,
    );
    expect(both.body).toMatchObject({ version: 4, result: { left: 0 } });
    expect(await changes()).toEqual([]);
  });

  test('is edited and commented in the name of who asks, or of whom they say', async () => {
    const edit = { op: 'replace', at: { quote: 'one whole year' }, with: 'two years' };
    const edited = await send('edits', { edits: [edit] });
    expect(edited).toMatchObject({
      status: 201,
      body: {
        version: 2,
        result: { edits: [{ op: 'replace' }] },
        state: { current: { origin: { kind: 'edited' } } },
      },
    });
    expect((await changes('?text=two')).map(({ author }: { author: string }) => author)).toEqual([
      'operator',
    ]);
    const edits = [{ op: 'comment', at: { quote: 'The fee' }, text: 'Why?' }];
    const commented = await send('comments', { author: 'Ann', edits }, edited.etag);
    expect(commented).toMatchObject({
      status: 201,
      body: { version: 3, state: { current: { origin: { kind: 'commented', counts: { comments: 1 } } } } },
    });
    const [{ comment }] = commented.body.result.edits;
    const listed = await ask(`${self}/comments`);
    expect(listed).toMatchObject({
      etag: commented.etag,
      body: [{ id: comment, author: 'Ann', text: 'Why?', quote: 'The fee' }],
    });
    const more = [
      { op: 'reply', comment, text: 'Because.' },
      { op: 'resolve', comment },
    ];
    expect(await send('comments', { edits: more }, commented.etag)).toMatchObject({ status: 201 });
    expect((await ask(`${self}/comments`)).body).toMatchObject([
      { resolved: true },
      { author: 'operator', text: 'Because.' },
    ]);
    const foreign = await send('comments', { edits: [edit] }, commented.etag);
    expect(foreign).toMatchObject({ status: 400, body: { code: 'request/invalid' } });
  });

  test('is cleaned', async () => {
    const scrubbed = await send('scrubs', { roles: { operator: 'Buyer' } });
    expect(scrubbed).toMatchObject({
      status: 201,
      body: { state: { current: { origin: { kind: 'scrubbed' } } } },
    });
    expect((await ask(`${self}/changes`)).body.authors).toEqual(['Buyer']);
  });

  test('stays as it is where nothing would change', async () => {
    const decisions = [{ verdict: 'accept', changes: { authors: ['Nobody'] } }];
    const answer = await send('decisions', { decisions });
    expect(answer).toMatchObject({
      status: 200,
      etag: made.etag,
      body: { version: null, result: { accepted: [], left: 2 } },
    });
    expect((await ask(self)).etag).toBe(made.etag);
  });

  test('answers the same request the same, whatever came between', async () => {
    const body = { decisions: [{ verdict: 'accept', changes: { kinds: ['insertion'] } }] };
    const key = { 'idempotency-key': `${self}-key` };
    const first = await send('decisions', body, made.etag, key);
    await send('decisions', { decisions: [{ verdict: 'reject', changes: {} }] }, first.etag);
    expect(await send('decisions', body, made.etag, key)).toMatchObject({
      status: 201,
      etag: first.etag,
      body: first.body,
    });
    expect((await ask(self)).body.versions).toBe(3);
  });

  test('of two writers one wins, and the other is told', async () => {
    const body = { decisions: [{ verdict: 'accept', changes: {} }] };
    const answers = await Promise.all([send('decisions', body), send('decisions', body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 412]);
    const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
    expect(lost?.body).toMatchObject({
      code: 'documents/stale',
      details: { expected: made.etag.replaceAll('"', ''), current: won?.etag.replaceAll('"', '') },
    });
    expect((await ask(self)).body.versions).toBe(2);
  });

  test.each([
    ['html', '', 'text/html', 'twelve'],
    ['html', '?view=side-by-side', 'text/html', 'twelve'],
    ['report', '', 'application/json', '"counts"'],
    ['report', '?original=A', 'text/html', 'twelve'],
    ['report', '', 'text/csv', 'twelve'],
    ['report', '', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'PK'],
    ['blackline', '', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'PK'],
  ])('is shown as %s%s in %s', async (path, query, accept, expected) => {
    const response = await fetch(`${service.url}${self}/${path}${query}`, { headers: { accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(accept);
    expect(await response.text()).toContain(expected);
  });

  test('is not read twice where a client has it, and not worked on for headers alone', async () => {
    const page = await ask(`${self}/html`);
    const again = await ask(`${self}/html`, { headers: { 'if-none-match': page.etag } });
    expect(again.status).toBe(304);
    const policy = (answer: Answer) => answer.headers.get('content-security-policy');
    expect(policy(again)).toBe(policy(page));
    const head = await ask(`${self}/html`, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, etag: page.etag });
    await expect.poll(() => service.health()).toMatchObject({ pool: { running: 0, places: 0 } });
  });

  const decide = { decisions: [{ verdict: 'accept', changes: {} }] };
  const quote = (text: string) => ({ edits: [{ op: 'delete', at: { quote: text } }] });
  test.each<[string, string, object, Record<string, string> | null, number, string]>([
    ['without a state', 'decisions', decide, {}, 428, 'request/precondition-required'],
    ['in no state at all', 'decisions', decide, { 'if-match': 'x' }, 412, 'request/precondition-failed'],
    ['in another state', 'decisions', decide, { 'if-match': '"1"' }, 412, 'documents/stale'],
    ['of no change', 'decisions', { decisions: [] }, null, 400, 'request/invalid'],
    [
      'of a change that is not there',
      'decisions',
      { decisions: [{ verdict: 'accept', changes: { ids: ['x'] } }] },
      null,
      404,
      'changes/unknown-id',
    ],
    [
      'both ways',
      'decisions',
      {
        decisions: [
          { verdict: 'accept', changes: {} },
          { verdict: 'reject', changes: {} },
        ],
      },
      null,
      409,
      'changes/conflicting-decisions',
    ],
    ['of words that are not there', 'edits', quote('nothing like it'), null, 422, 'edit/quote-not-found'],
    ['of words that are there twice', 'edits', quote('is'), null, 422, 'edit/quote-ambiguous'],
    ['of an edit that is none', 'edits', { edits: [{ op: 'x' }] }, null, 400, 'request/invalid'],
    [
      'of a comment that is not there',
      'comments',
      { edits: [{ op: 'resolve', comment: '99' }] },
      null,
      422,
      'edit/anchor-unknown',
    ],
    ['of no kind', 'scrubs', { kinds: [] }, null, 400, 'request/invalid'],
    [
      'with a key that cannot be one',
      'decisions',
      decide,
      { 'if-match': '"1"', 'idempotency-key': 'ü' },
      400,
      'request/idempotency-key',
    ],
    ['of more than is read', 'scrubs', { roles: { a: 'x'.repeat(70_000) } }, null, 413, 'request/too-large'],
  ])('is not changed %s: %s', async (_, path, body, headers, status, code) => {
    const answer = await ask(`${self}/${path}`, json('POST', body, headers ?? { 'if-match': made.etag }));
    expect(answer).toMatchObject({ status, body: { code } });
    expect((await ask(self)).etag).toBe(made.etag);
  });

  test.each([
    ['changes?kinds=x', 400, 'request/invalid'],
    ['changes?version=9', 404, 'documents/version-not-found'],
    ['changes?page=1', 400, 'request/invalid'],
    ['html?view=x', 400, 'request/invalid'],
    ['pdf?subject=x', 400, 'request/invalid'],
    ['pdf', 501, 'pdf/not-available'],
  ])('is not read as %s', async (path, status, code) => {
    expect(await ask(`${self}/${path}`)).toMatchObject({ status, body: { code } });
  });

  test('is gone for every operation once it is deleted', async () => {
    const deleted = await ask(self, { method: 'DELETE', headers: { 'if-match': made.etag } });
    const code = `${self.includes('/r_') ? 'redlines' : 'documents'}/deleted`;
    for (const path of ['changes', 'comments', 'html', 'pdf', 'blackline', 'report']) {
      expect(await ask(`${self}/${path}`), path).toMatchObject({ status: 410, body: { code } });
    }
    expect(await send('decisions', decide, deleted.etag)).toMatchObject({ status: 410, body: { code } });
  });
});

test.each([
  ['{', 'application/json', 400, 'request/malformed'],
  ['', 'application/json', 400, 'request/malformed'],
  ['[]', 'application/json', 400, 'request/invalid'],
  ['{}', 'text/plain', 415, 'request/not-json'],
])('the body %j as %s is refused', async (body, type, status, code) => {
  const made = await keep(ask, OLD);
  const headers = { 'content-type': type, 'if-match': made.etag };
  for (const [method, path] of [
    ['POST', '/decisions'],
    ['PATCH', ''],
  ] as const) {
    const answer = await ask(`${made.body.links.self}${path}`, { method, body, headers });
    expect(answer).toMatchObject({ status, body: { code } });
  }
});

test('a PDF is kept, and neither shown nor edited', async () => {
  const made = await ask('/v1/documents', { method: 'POST', body: file(Buffer.from(textPdf('x'))) });
  const refused = { status: 409, body: { code: 'documents/not-word' } };
  for (const path of ['changes', 'comments', 'html', 'blackline', 'report']) {
    expect(await ask(`${made.body.links.self}/${path}`), path).toMatchObject(refused);
  }
  const edits = [{ op: 'delete', at: { quote: 'x' } }];
  const edited = await ask(
    `${made.body.links.self}/edits`,
    json('POST', { edits }, { 'if-match': made.etag }),
  );
  expect(edited).toMatchObject(refused);
});

test('changes of others stay theirs when a document is edited', async () => {
  const made = await ask('/v1/documents', {
    method: 'POST',
    body: file(docx(p(`${r('The term is ')}${ins(r('long'))}${r(' and firm')}`))),
  });
  const edits = [{ op: 'replace', at: { quote: 'firm' }, with: 'fixed' }];
  await ask(
    `${made.body.links.self}/edits`,
    json('POST', { author: 'Ann', edits }, { 'if-match': made.etag }),
  );
  expect((await ask(`${made.body.links.self}/changes`)).body.authors.toSorted()).toEqual(['A', 'Ann']);
});
