import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Service as Client, downloadOperation, showLater, waitForOperation } from '../../src/client/index.ts';
import { textPdf } from '../support/files.ts';
import { asking, json, keep, word } from './kept.ts';
import { ended, LATER, placeOf } from './later.ts';
import { openPress, type Press } from './printing.ts';
import { runHere } from './run-here.ts';
import { form, type Service, startService } from './service.ts';

// PDFs that are made later, by a program that stands in the place of LibreOffice.

let press: Press;
let service: Service;
beforeAll(async () => {
  press = await openPress();
  service = await startService({ settings: { REDLINE_OFFICE: press.path } });
});
afterEach(() => press.release());
afterAll(async () => {
  await service.stop();
  await press.close();
});
const ask = asking(() => service);

const RENT = [word('The rent is 100.'), word('The rent is 120.')] as const;
/** Bytes behind the line that makes it a PDF: what was printed. */
const printed = (pdf: Uint8Array): string => Buffer.from(pdf).toString('latin1');

async function redlineOf(): Promise<{ readonly document: string; readonly self: string }> {
  const { body } = await keep(ask, ...RENT);
  const made = await ask(`${body.links.self}/redlines`, json('POST', {}));
  return { document: body.id, self: made.body.links.self };
}

const print = (document: Uint8Array, options: object = {}, headers: Record<string, string> = LATER) =>
  ask('/v1/pdfs', { method: 'POST', body: form({ document, options }), headers });

describe('a PDF that is made later', () => {
  test.each([
    ['redline', 'Lease (redline).docx, version 1: PDF', /^%PDF-1.4\nPK/],
    ['blackline', 'Lease (redline).docx, version 1: PDF of the static comparison', /^%PDF-1.4\nPK/],
    ['report', 'Lease (redline).docx, version 1: PDF of the change report', /^%PDF-1.4\nPK/],
  ])('of a kept redline, as its %s', async (subject, name, content) => {
    const { document, self } = await redlineOf();
    const path = `${self}/pdf?subject=${subject}`;
    const taken = await ask(path, { headers: LATER });
    expect(taken.headers.get('preference-applied')).toBe('respond-async');
    const done = await ended(ask, placeOf(taken));
    expect(done).toMatchObject({ kind: 'pdf', name, percent: 100, error: null });
    expect(done.result).toMatchObject({ kind: 'pdfs', subject, link: `${done.links.self}/result` });
    const { status, headers, body, etag } = await ask(done.result.link);
    expect([status, headers.get('content-type'), body.byteLength]).toEqual([
      ...[200, 'application/pdf', done.result.size],
    ]);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${subject}.pdf"`);
    expect(printed(body)).toMatch(content);
    expect(body).toEqual((await ask(path)).body);
    expect((await ask(done.result.link, { headers: { 'if-none-match': etag } })).status).toBe(304);
    // It goes with the document.
    await ask('/v1/erasures', json('POST', { document, reason: 'asked' }));
    expect((await ask(done.result.link)).status).toBe(404);
  });

  test('of a version of a document, and of a file', async () => {
    const { body } = await keep(ask, ...RENT);
    const kept = await ended(ask, placeOf(await ask(`${body.links.self}/pdf?version=1`, { headers: LATER })));
    expect(kept.name).toBe('Lease.docx, version 1: PDF');
    const sent = await ended(ask, placeOf(await print(RENT[0])));
    expect(sent.name).toBe('document.docx: PDF');
    const [one, other] = [await ask(kept.result.link), await ask(sent.result.link)];
    expect(other.body).toEqual(one.body);
  });

  test('is not printed twice, and each operation has one of its own', async () => {
    const document = word('Printed once.');
    const first = await ended(ask, placeOf(await print(document)));
    const begun = press.begun();
    const second = await ended(ask, placeOf(await print(document)));
    expect(press.begun()).toBe(begun);
    expect(second.result.id).not.toBe(first.result.id);
    await ended(ask, placeOf(await print(document, { subject: 'blackline' })));
    expect(press.begun()).toBe(begun + 1);
  });

  test('is asked for by `redline/client`, and waited for by command', async () => {
    const { body } = await keep(ask, word('For programs.'));
    const client = new Client(service.url);
    const taken = await showLater(client, { id: body.id }, 'pdf', { query: { subject: 'report' } });
    const waited = await runHere('operations', 'wait', taken.id, '--server', service.url);
    expect(waited).toMatchObject({ code: 0, text: expect.stringMatching(/^kind +pdf$/m) });
    expect(waited.text).toContain(`/v1/operations/${taken.id}/result`);
    expect(await waitForOperation(client, taken.id)).toMatchObject({ state: 'succeeded' });
    const pdf = await downloadOperation(client, taken.id);
    expect([pdf.name, pdf.type]).toEqual(['report.pdf', 'application/pdf']);
    expect(printed(await pdf.bytes())).toMatch(/^%PDF/);
  });

  test('ends with the program and all that it started when it is cancelled', async () => {
    press.hold();
    const place = placeOf(await print(word('Held.')));
    await press.runs(2);
    expect((await ask(place)).body).toMatchObject({ state: 'running' });
    const cancelled = await runHere(
      ...['operations', 'cancel', place.split('/').at(-1) ?? '', '--server', service.url],
    );
    expect(cancelled.code).toBe(0);
    await press.runs(0);
    expect((await ask(place)).body).toMatchObject({ state: 'cancelled', result: null });
    expect((await ask(`${place}/result`)).body).toMatchObject({ status: 404, code: 'comparison/not-found' });
    // The next one has the press to itself.
    press.release();
    expect(await ended(ask, placeOf(await print(word('Not held.'))))).toMatchObject({ state: 'succeeded' });
  });

  test('is refused at once for what is no Word document, and fails for what is none in truth', async () => {
    const file = new FormData();
    file.set('file', new Blob([textPdf('no contract')]), 'a.pdf');
    const { body } = await ask('/v1/documents', { method: 'POST', body: file });
    const refused = await ask(`${body.links.self}/pdf`, { headers: LATER });
    expect(refused.body).toMatchObject({ code: 'documents/not-word' });
    expect(await ended(ask, placeOf(await print(Uint8Array.of(1))))).toMatchObject({
      ...{ state: 'failed', replayable: false, error: { code: 'document/not-a-package', status: 415 } },
    });
  });
});

test('where printing takes too long it is stopped, and can be begun again', async () => {
  const short = await startService({
    settings: { REDLINE_OFFICE: press.path, REDLINE_DEADLINE_MS: '1500' },
  });
  try {
    const there = asking(() => short);
    const body = form({ document: word('Held for long.') });
    press.hold();
    const place = placeOf(await there('/v1/pdfs', { method: 'POST', body, headers: LATER }));
    expect(await ended(there, place)).toMatchObject({
      ...{ state: 'failed', replayable: true, error: { code: 'work/deadline-exceeded', status: 422 } },
    });
    await press.runs(0);
    press.release();
    expect((await there(`${place}/replay`, { method: 'POST' })).status).toBe(200);
    expect(await ended(there, place)).toMatchObject({ state: 'succeeded' });
  } finally {
    await short.stop();
  }
});

test('where nothing prints it is refused at once', async () => {
  const bare = await startService();
  try {
    const there = asking(() => bare);
    const { body } = await keep(there, ...RENT);
    const kept = await there(`${body.links.self}/pdf`, { headers: LATER });
    const sent = await there('/v1/pdfs', {
      ...{ method: 'POST', body: form({ document: RENT[0] }), headers: LATER },
    });
    for (const { status, body } of [kept, sent])
      expect([status, body.code]).toEqual([501, 'pdf/not-available']);
  } finally {
    await bare.stop();
  }
});
