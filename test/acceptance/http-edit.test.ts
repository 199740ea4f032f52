import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { docx, ins, p, r } from '../support/redlines.ts';
import { form, type Service, startService } from './service.ts';

const document = docx(p(r('The fee is ten.')) + p(ins(r('The fee is due.'))));

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

function ask(path: string, options: object, accept = '*/*', file = document): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: 'POST',
    body: form({ document: file, options }),
    headers: { accept },
  });
}

const bytesOf = async (answer: Response): Promise<Uint8Array> => new Uint8Array(await answer.arrayBuffer());
const xmlOf = (bytes: Uint8Array): string =>
  openPackage(bytes, nodeCodec, DEFAULT_LIMITS).text('word/document.xml');

describe('edits, comments and cleaning', () => {
  test('a list of edits gives a document, and its comments can be listed', async () => {
    const edits = [
      { op: 'replace', at: { quote: 'ten' }, with: 'twelve' },
      { op: 'comment', at: { quote: 'is due' }, text: 'When?' },
    ];
    const answer = await ask('/v1/edits', { author: 'Ann', edits });
    expect(answer.headers.get('content-disposition')).toContain('edited.docx');
    const bytes = await bytesOf(answer);
    expect(xmlOf(bytes)).toMatch(/<w:del [^>]*w:author="Ann"[^>]*>.*ten.*<\/w:del><w:ins /);
    const comments = await ask('/v1/comments', {}, 'application/json', bytes);
    expect(await comments.json()).toMatchObject([{ author: 'Ann', quote: 'is due', text: 'When?' }]);
  });

  test('a document is scrubbed, with a list of what went', async () => {
    const answer = await ask(
      '/v1/scrubs',
      { kinds: ['authors'], roles: { A: 'Supplier' } },
      'application/json',
    );
    expect(answer.status).toBe(201);
    const { report } = (await answer.json()) as { report: object };
    expect(report).toEqual({
      removed: [{ kind: 'authors', part: 'word/document.xml', count: 1 }],
      left: [],
      roles: ['Supplier'],
    });
  });

  test.each([
    [{ edits: [{ op: 'delete', at: { quote: 'The fee' } }] }, 422, 'edit/quote-ambiguous'],
    [{ edits: [{ op: 'delete', at: { quote: 'nowhere' } }] }, 422, 'edit/quote-not-found'],
    [{ edits: [{ op: 'delete', at: { quote: 'ten', odd: 1 } }] }, 400, 'options/invalid'],
    [{ edits: [{ op: 'odd' }] }, 400, 'options/invalid'],
    [{ edits: [{ op: 'delete', at: {} }] }, 400, 'edit/invalid'],
  ])('%j is refused', async (options, status, code) => {
    expect(await (await ask('/v1/edits', options)).json()).toMatchObject({ status, code });
  });

  test('an ambiguous quote names the places that it may mean', async () => {
    const answer = await ask('/v1/edits', { edits: [{ op: 'delete', at: { quote: 'The fee' } }] });
    expect(await answer.json()).toMatchObject({
      details: { edit: 0, candidates: [{ after: ' is ten.' }, { after: ' is due.' }] },
    });
  });

  test('copies of reviewers are combined', async () => {
    const body = new FormData();
    const file = (text: string): Blob => new Blob([Uint8Array.from(docx(p(r(text))))]);
    body.append('base', file('The fee is ten.'), 'base.docx');
    body.append('copies', file('The fee is six.'), 'a.docx');
    body.append('copies', file('A fee is ten.'), 'b.docx');
    body.append('options', JSON.stringify({ reviewers: ['Ann', 'Bo'] }));
    const answer = await fetch(`${service.url}/v1/combinations`, { method: 'POST', body });
    expect(answer.status).toBe(200);
    expect(xmlOf(await bytesOf(answer))).toMatch(/w:author="Bo".*w:author="Ann"/);
  });

  test('whoever is preferred stands where copies meet, and the report says who does not', async () => {
    const body = new FormData();
    const file = (text: string): Blob => new Blob([Uint8Array.from(docx(p(r(text))))]);
    body.append('base', file('The fee is ten.'), 'base.docx');
    body.append('copies', file('The fee is six.'), 'a.docx');
    body.append('copies', file('The fee is two.'), 'b.docx');
    body.append(
      'options',
      JSON.stringify({ reviewers: ['Ann', 'Bo'], policy: 'prefer', prefer: ['Bo', 'Ann'] }),
    );
    const accept = 'application/json';
    const answer = await fetch(`${service.url}/v1/combinations`, {
      method: 'POST',
      body,
      headers: { accept },
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      report: { conflicts: [{ reviewers: ['Ann', 'Bo'], leftOut: 'Ann' }], movesDissolved: false },
    });
  });
});
