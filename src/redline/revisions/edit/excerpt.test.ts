import { describe, expect, test } from 'vitest';
import { documentXml } from '../../../../test/support/package.ts';
import { p, r } from '../../../../test/support/redlines.ts';
import { parseXml } from '../../ooxml/index.ts';
import { excerptOf } from './excerpt.ts';

const BLOCKS = Array.from({ length: 400 }, (_, i) => p(r(`Paragraph ${i} of a long document.`)));
const part = (blocks: readonly string[]): string => documentXml(blocks.join(''));
const rootOf = (xml: string) => parseXml(xml, 512, xml.indexOf('<w:document'));

describe('an excerpt', () => {
  test.each<[string, (blocks: string[]) => unknown, number]>([
    ['a changed block and its neighbours', (b) => b.splice(200, 1, p(r('Changed'))), 3],
    ['a new block and its neighbours', (b) => b.splice(200, 0, p(r('New'))), 4],
    ['a lost block', (b) => b.splice(200, 1), 2],
    [
      'all between two changes',
      (b) => {
        for (const at of [100, 110]) b.splice(at, 1, p(r('Changed')));
      },
      13,
    ],
    ['the first block', (b) => b.splice(0, 1, p(r('Changed'))), 2],
    ['the last block', (b) => b.splice(399, 1, p(r('Changed'))), 2],
    ['a block that is repeated', (b) => b.splice(200, 0, b[200] ?? ''), 4],
  ])('holds %s', (_, change, most) => {
    const blocks = [...BLOCKS];
    change(blocks);
    const [before, after] = [part(BLOCKS), part(blocks)];
    const cut = excerptOf(rootOf(before), after);
    const count = (xml: string): number => xml.split('<w:p>').length - 1;
    expect(count(cut.after)).toBeLessThanOrEqual(most + 1);
    expect(count(cut.after) - count(cut.before)).toBe(blocks.length - BLOCKS.length);
    // What is left out is the same on both sides: put back, it gives both.
    const [head, tail] = [before.indexOf('<w:p>'), '</w:body>'];
    const inside = (xml: string): string => xml.slice(head, xml.indexOf(tail));
    const at = before.indexOf(inside(cut.before));
    expect(before.replace(inside(cut.before), () => inside(cut.after)).length).toBe(after.length);
    expect(at).toBeGreaterThanOrEqual(head);
  });

  test('is the whole where the part is short, or its root changed', () => {
    const short = part(BLOCKS.slice(0, 3));
    expect(excerptOf(rootOf(short), `${short} `)).toMatchObject({ before: short, after: `${short} ` });
    const long = part(BLOCKS);
    const wide = long.replace('<w:document', '<w:document a="b"');
    expect(excerptOf(rootOf(long), wide)).toMatchObject({ before: long, after: wide });
  });
});
