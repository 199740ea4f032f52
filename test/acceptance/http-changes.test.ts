import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChangeList } from '../../src/redline/index.ts';
import { del, docx, ins, p, r } from '../support/redlines.ts';
import { form, type Service, startService } from './service.ts';

const document = docx(
  p(`${r('The fee is ')}${del('ten')}${ins(r('=twelve'))}${r('.')}`) +
    p(`${r('The term is ')}${ins(r('More'))}`),
);

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

function ask(path: string, parts: Parameters<typeof form>[0], accept = '*/*'): Promise<Response> {
  return fetch(`${service.url}${path}`, { method: 'POST', body: form(parts), headers: { accept } });
}

const list = async (data: Uint8Array, filter: object = {}): Promise<ChangeList> => {
  const answer = await ask('/v1/changes', { document: data, options: { filter } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as ChangeList;
};

test('changes are listed, filtered', async () => {
  expect((await list(document)).changes.map((c) => c.kind)).toEqual(['replacement', 'insertion']);
  expect(await list(document, { kinds: ['insertion'], from: '2024-01-01' })).toMatchObject({
    changes: [{ after: 'More' }],
    total: 2,
  });
});

test('changes are listed as CSV', async () => {
  const answer = await ask('/v1/changes', { document }, 'text/csv');
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
  expect(await answer.text()).toContain('"ten","\'=twelve"');
});

test('changes are decided one by one, each in the document that the one before gave', async () => {
  let now = document;
  for (const { id } of (await list(document)).changes) {
    const decisions = [{ verdict: 'accept', changes: { ids: [id] } }];
    const answer = await ask('/v1/decisions', { document: now, options: { decisions } });
    expect(answer.status).toBe(200);
    now = new Uint8Array(await answer.arrayBuffer());
  }
  expect((await list(now)).total).toBe(0);
});

test('a decided document is kept with its report when JSON is asked for', async () => {
  const decisions = [{ verdict: 'reject', changes: {} }];
  const answer = await ask('/v1/decisions', { document, options: { decisions } }, 'application/json');
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject({ report: { accepted: [], gone: [], left: 0 } });
});

test.each([
  ['an unknown id', [{ verdict: 'accept', changes: { ids: ['c1'] } }], 404, 'changes/unknown-id'],
  [
    'both verdicts',
    [
      { verdict: 'accept', changes: { kinds: ['insertion'] } },
      { verdict: 'reject', changes: { text: 'More' } },
    ],
    409,
    'changes/conflicting-decisions',
  ],
  ['a verdict that is none', [{ verdict: 'keep', changes: {} }], 400, 'options/invalid'],
  ['no decisions', [], 400, 'options/invalid'],
  ['a condition that is none', [{ verdict: 'accept', changes: { odd: 1 } }], 400, 'options/invalid'],
])('refuse %s', async (_, decisions, status, code) => {
  const answer = await ask('/v1/decisions', { document, options: { decisions } });
  expect(await answer.json()).toMatchObject({ status, code });
});
