import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asking, json, keep, word } from './kept.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
const ask = asking(() => service);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('copies of several reviewers', () => {
  const base = word('The fee is ten.', 'The term is one year.');
  const ann = word('The fee is six.', 'The term is one year.');
  const bo = word('The fee is ten.', 'The term is two years.');

  test('become one redline of the document', async () => {
    const { body: document } = await keep(ask, base, ann);
    const other = await keep(ask, bo);
    const path = `${document.links.self}/redlines/combinations`;
    const asked = {
      base: { version: 1 },
      copies: [{ version: 2 }, { document: other.body.id }],
      name: 'Both.docx',
      options: { reviewers: ['Ann', 'Bo'] },
    };
    const made = await ask(path, json('POST', asked));
    const self = made.body.links.self;
    expect(made).toMatchObject({
      status: 201,
      body: {
        kind: 'combined',
        name: 'Both.docx',
        original: { version: 1, sha256: sha256(base) },
        modified: null,
        copies: [{ version: 2 }, { document: other.body.id, version: 1, sha256: sha256(bo) }],
        options: { reviewers: ['Ann', 'Bo'], policy: 'keep' },
        summary: { exact: true, conflicts: 0 },
        certificate: null,
        current: { origin: { kind: 'combined', counts: { copies: 2, conflicts: 0 } } },
      },
    });
    expect((await ask(`${self}/changes`)).body.authors.toSorted()).toEqual(['Ann', 'Bo']);
    expect((await ask(made.body.current.links.result)).body).toMatchObject({
      reviewers: [{ reviewer: 'Ann' }, { reviewer: 'Bo' }],
    });
    const none = await ask(`${self}/certificate`);
    expect(none).toMatchObject({ status: 404, body: { code: 'redlines/no-certificate' } });
    expect((await ask(`${document.links.self}/redlines`)).body.redlines).toMatchObject([
      { kind: 'combined', modified: null, copies: [{}, {}] },
    ]);
  });

  test('come as files, and meet', async () => {
    const { body: document } = await keep(ask, base);
    const form = new FormData();
    form.append('copies', new Blob([Uint8Array.from(ann)]), 'Ann.docx');
    form.append(
      'copies',
      new Blob([Uint8Array.from(word('The fee is two.', 'The term is one year.'))]),
      'Bo.docx',
    );
    form.append('options', JSON.stringify({ options: { reviewers: ['Ann', 'Bo'] } }));
    const made = await ask(`${document.links.self}/redlines/combinations`, { method: 'POST', body: form });
    expect(made).toMatchObject({
      status: 201,
      body: {
        original: { document: document.id, version: 1 },
        copies: [
          { document: null, version: null, name: 'Ann.docx', sha256: sha256(ann) },
          { document: null, version: null, name: 'Bo.docx' },
        ],
      },
    });
    const { body: result } = await ask(made.body.current.links.result);
    expect(result.conflicts).toMatchObject([{ reviewers: ['Ann', 'Bo'] }, { reviewers: ['Ann', 'Bo'] }]);
    expect(made.body.summary.conflicts).toBe(2);
  });

  test.each<[string, object, number, string]>([
    ['no copies', { options: { reviewers: ['Ann'] } }, 400, 'options/invalid'],
    [
      'fewer reviewers than copies',
      { copies: [{}, {}], options: { reviewers: ['Ann'] } },
      400,
      'options/invalid',
    ],
    [
      'a copy that is not there',
      { copies: [{ version: 9 }], options: { reviewers: ['Ann'] } },
      404,
      'documents/version-not-found',
    ],
    ['nobody named', { copies: [{}] }, 400, 'options/invalid'],
    [
      'copies that must not meet',
      {
        base: { version: 1 },
        copies: [{ version: 2 }, { version: 3 }],
        options: { reviewers: ['Ann', 'Bo'], policy: 'refuse' },
      },
      422,
      'combine/conflict',
    ],
  ])('are refused: %s', async (_, asked, status, code) => {
    const { body: document } = await keep(ask, base, ann, word('The fee is two.', 'The term is one year.'));
    const path = `${document.links.self}/redlines/combinations`;
    expect(await ask(path, json('POST', asked))).toMatchObject({ status, body: { code } });
    expect((await ask(`${document.links.self}/redlines`)).body.redlines).toEqual([]);
  });
});
