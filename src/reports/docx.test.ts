import { expect, test } from 'vitest';
import { del, docx, ins, p, r } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { changeReport, DEFAULT_LIMITS } from '../redline/index.ts';
import { openPackage } from '../redline/ooxml/index.ts';
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
  const pkg = openPackage(await reportDocx(report, nodeCodec), nodeCodec, DEFAULT_LIMITS);
  const xml = pkg.text('word/document.xml');
  for (const text of ['Change report', 'a &amp; b.docx', 'Words inserted', 'Replaced', 'twelve &lt;b&gt;'])
    expect(xml).toContain(text);
  expect(xml).toMatch(/<w:strike\/>|<w:strike w:val="true"\/>/);
  expect(xml).toContain('<w:u w:val="double"');
  expect(pkg.text('docProps/core.xml')).toContain('2026-03-31T12:00:00Z');
});

test('equal reports make equal bytes', async () => {
  const first = await reportDocx(report, nodeCodec);
  await expect.poll(() => new Date().getMilliseconds()).toBeGreaterThanOrEqual(0);
  expect(await reportDocx(structuredClone(report), nodeCodec)).toEqual(first);
  const undated = { ...report, date: null };
  expect(await reportDocx(undated, nodeCodec)).toEqual(await reportDocx(undated, nodeCodec));
});
