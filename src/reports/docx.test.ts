import { expect, test, vi } from 'vitest';
import { textOf } from '../../test/support/engine.ts';
import { del, docx, ins, p, r } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { changeReport, DEFAULT_LIMITS } from '../redline/index.ts';
import { reportDocx } from './index.ts';

const OPTIONS = {
  original: 'a & b.docx',
  modified: 'c.docx',
  date: '2026-03-31T12:00:00Z',
  limits: DEFAULT_LIMITS,
};
const redline = docx(p(`${r('The fee is ')}${del('ten\ttwo')}${ins(r('twelve &lt;b&gt;'))}${r('.')}`));
const report = changeReport(redline, OPTIONS, nodeCodec);

test('a report as a Word document: names, figures, before and after', async () => {
  const bytes = await reportDocx(report, nodeCodec);
  const xml = textOf(bytes, 'word/document.xml');
  for (const text of ['Change report', 'a &amp; b.docx', 'Words inserted', 'Replaced', 'twelve &lt;b&gt;'])
    expect(xml).toContain(text);
  expect(xml).toMatch(/<w:strike\/>|<w:strike w:val="true"\/>/);
  expect(xml).toContain('<w:u w:val="double"');
  expect(textOf(bytes, 'docProps/core.xml')).toContain('2026-03-31T12:00:00Z');
});

test('equal reports make equal bytes', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2020-01-01T00:00:00Z') });
  const first = await reportDocx(report, nodeCodec);
  vi.setSystemTime('2030-01-01T00:00:00Z');
  expect(await reportDocx(structuredClone(report), nodeCodec)).toEqual(first);
  const undated = { ...report, date: null };
  expect(await reportDocx(undated, nodeCodec)).toEqual(await reportDocx(undated, nodeCodec));
  vi.useRealTimers();
});
