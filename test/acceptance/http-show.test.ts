import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { del, docx, ins, p, r } from '../support/redlines.ts';
import { form, type Service, startService } from './service.ts';

const redline = docx(p(`${r('The fee is ')}${del('ten')}${ins(r('twelve'))}${r(' pounds.')}`));

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

function ask(path: string, options: object | undefined, accept = '*/*'): Promise<Response> {
  const body = form({ document: redline, ...(options === undefined ? {} : { options }) });
  return fetch(`${service.url}${path}`, { method: 'POST', body, headers: { accept } });
}

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('a document with tracked changes', () => {
  test('as a page of two columns', async () => {
    const html = await (await ask('/v1/html', { view: 'side-by-side' })).text();
    expect(html).toContain('<article class="redline columns">');
    expect(html).toMatch(/<div class="old">.*ten.*<div class="new">.*twelve/);
  });

  test('as a static comparison, with the looks that are asked for', async () => {
    const answer = await ask('/v1/blacklines', { deletion: { decoration: 'double-strike', color: null } });
    expect(answer.headers.get('content-type')).toBe(DOCX);
    expect(answer.headers.get('content-disposition')).toContain('blackline.docx');
    const xml = openPackage(new Uint8Array(await answer.arrayBuffer()), nodeCodec, DEFAULT_LIMITS).text(
      'word/document.xml',
    );
    expect(xml).toContain('<w:rPr><w:dstrike/></w:rPr><w:t xml:space="preserve">ten</w:t>');
    expect(xml).toContain('<w:u w:val="double"/></w:rPr><w:t xml:space="preserve">twelve</w:t>');
  });

  test('as a static comparison with its figures', async () => {
    const answer = await ask('/v1/blacklines', undefined, 'application/json');
    expect(answer.status).toBe(201);
    const { report, links } = (await answer.json()) as { report: object; links: { document: string } };
    expect(report).toMatchObject({ words: { original: 5, modified: 5, inserted: 1, deleted: 1 } });
    expect((await fetch(`${service.url}${links.document}`)).headers.get('content-type')).toBe(DOCX);
  });

  test.each([
    ['a view', '/v1/html', { view: 'upside-down' }],
    ['a decoration', '/v1/blacklines', { insertion: { decoration: 'blink' } }],
    ['a colour', '/v1/blacklines', { moveTo: { color: 'red' } }],
    ['a look', '/v1/blacklines', { formatting: 'dots' }],
  ])('%s that is none is refused', async (_, path, options) => {
    const answer = await ask(path, options);
    expect(await answer.json()).toMatchObject({ status: 400, code: 'options/invalid' });
  });
});

describe('a change report', () => {
  const OPTIONS = { original: 'first', modified: 'second', date: '2026-03-31T12:00:00Z' };
  test.each([
    ['*/*', DOCX, /^PK/],
    ['application/json', 'application/json', /"original": "first".*"before": "ten"/s],
    ['text/html', 'text/html; charset=utf-8', /<del>ten<\/del>/],
    ['text/csv', 'text/csv; charset=utf-8; header=present', /"ten","twelve"/],
  ])('as %s', async (accept, type, content) => {
    const answer = await ask('/v1/reports', OPTIONS, accept);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    expect(text).toMatch(content);
    const again = Buffer.from(await (await ask('/v1/reports', OPTIONS, accept)).arrayBuffer());
    expect(again.toString('latin1')).toBe(text);
  });

  test('of a date that is none is refused', async () => {
    expect(await (await ask('/v1/reports', { date: 'soon' })).json()).toMatchObject({
      code: 'options/invalid',
    });
  });
});

describe('a comparison', () => {
  const a = docx(p(r('The fee is ten.')));
  const b = docx(p(r('The fee is twelve.')));
  test.each([
    ['docx', '*/*', DOCX, /^PK/],
    ['html', '*/*', 'text/html; charset=utf-8', /^<!doctype html>.*<del [^>]*>ten<\/del>.*<\/html>\n$/s],
    ['json', '*/*', 'application/json', /"exact":true/],
    ['report', '*/*', DOCX, /^PK/],
    ['report', 'application/json', 'application/json', /"original": "original.docx"/],
    ['report', 'text/html', 'text/html; charset=utf-8', /<b>original.docx<\/b> compared with/],
    ['report', 'text/csv', 'text/csv; charset=utf-8; header=present', /"ten","twelve"/],
  ])('as %s, %s', async (format, accept, type, content) => {
    const answer = await fetch(`${service.url}/v1/comparisons?format=${format}`, {
      method: 'POST',
      body: form({ original: a, modified: b }),
      headers: { accept },
    });
    expect(answer.headers.get('content-type')).toBe(type);
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toMatch(content);
  });

  test.each([
    ['odd', '*/*', 400, 'options/invalid'],
    ['report', 'image/png', 406, 'request/not-acceptable'],
    ['pdf', '*/*', 501, 'pdf/not-available'],
  ])('as %s, %s, is refused', async (format, accept, status, code) => {
    const answer = await fetch(`${service.url}/v1/comparisons?format=${format}`, {
      method: 'POST',
      body: form({ original: a, modified: b }),
      headers: { accept },
    });
    expect(await answer.json()).toMatchObject({ status, code });
  });
});

describe('a PDF', () => {
  const { office } = readConfig({}, process.env).printer;
  const pdfFrom = async (settings: Record<string, string>, subject: string): Promise<Response> => {
    const printing = await startService({ settings });
    try {
      const body = form({ document: redline, options: { subject } });
      const answer = await fetch(`${printing.url}/v1/pdfs`, { method: 'POST', body });
      const { pdf } = (await printing.health()) as unknown as { pdf: object };
      expect(pdf).toEqual({ docx: settings.REDLINE_OFFICE !== undefined, html: false });
      return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
    } finally {
      await printing.stop();
    }
  };

  // `npm test` installs the program; who runs this suite alone may not have it.
  test.skipIf(office === null).each(['redline', 'blackline', 'report'])('of a %s', async (subject) => {
    const answer = await pdfFrom({ REDLINE_OFFICE: office ?? '' }, subject);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect((await answer.text()).slice(0, 5)).toBe('%PDF-');
  });

  test('where nothing can print', async () => {
    const answer = await pdfFrom({}, 'blackline');
    expect(await answer.json()).toMatchObject({ status: 501, code: 'pdf/not-available' });
  });

  test('of a program that fails', async () => {
    const answer = await pdfFrom({ REDLINE_OFFICE: '/bin/false' }, 'redline');
    expect(await answer.json()).toMatchObject({ status: 422, code: 'pdf/failed' });
  });
});
