import { describe, expect, test } from 'vitest';
import { bare } from '../../../../test/support/engine.ts';
import { bookmark, cell, docx, gone, p, r, row, tbl } from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { compare } from '../../compare.ts';
import { openPackage } from '../../ooxml/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import type { Comparison } from '../../report.ts';

const by = (author: string, name: string, content: string): string =>
  `<w:${name} w:id="7" w:author="${author}" w:date="2020-01-01T00:00:00Z">${content}</w:${name}>`;
const ins = (text: string): string => by('B', 'ins', r(text));
const del = (text: string): string => by('B', 'del', gone(text));
const markOf = (name: string): string => `<w:rPr>${by('B', name, '')}</w:rPr>`;
const ours = (name: string, content: string): string => by('Us', name, content);
const TAIL = p(r('The end.'));
const bold = (text: string): string => r(text, `<w:b/>${by('B', 'rPrChange', '<w:rPr/>')}`);
const centred = `<w:jc w:val="center"/>${by('B', 'pPrChange', '<w:pPr/>')}`;

function beside(original: string, modified: string): Comparison {
  const options = { author: 'Us', date: '2020-01-01T00:00:00Z', tracked: 'preserve' } as const;
  return compare(docx(original), docx(modified), options, nodeCodec);
}

/** The body without what only tells revisions apart, but with their authors. */
function shown(data: Uint8Array): string {
  const xml = openPackage(data, nodeCodec, DEFAULT_LIMITS).text('word/document.xml');
  const body = /<w:body>([\s\S]*)<w:sectPr\/>/.exec(xml)?.[1] ?? '';
  return bare(withAuthors(body));
}

/** Names of authors as attributes that survive `bare`. */
const withAuthors = (xml: string): string => xml.replace(/ w:author="(\w+)"/g, ' w:author="$1" by="$1"');

/** A sentence, both documents, the redline, and how many parts could not keep what they held. */
const ROWS: readonly (readonly [what: string, original: string, modified: string, redline: string])[] = [
  [
    'a change beside an earlier one',
    p(r('One ') + ins('two') + r(' three.')),
    p(r('One ') + ins('two') + r(' three four.')),
    p(r('One ') + ins('two') + r(' three') + ours('ins', r(' four')) + r('.')),
  ],
  [
    'a deletion in an earlier insertion',
    p(r('One ') + ins('two big words') + r(' three.')),
    p(r('One ') + ins('two words') + r(' three.')),
    p(r('One ') + ins('two ') + by('B', 'ins', ours('del', gone('big '))) + ins('words') + r(' three.')),
  ],
  [
    'an earlier insertion that was accepted',
    p(r('One ') + ins('two') + r(' three.')),
    p(r('One two three.')),
    p(r('One ') + by('B', 'ins', ours('del', gone('two'))) + ours('ins', r('two')) + r(' three.')),
  ],
  [
    'an earlier deletion that was rejected',
    p(r('One ') + del('two') + r(' three.')),
    p(r('One two three.')),
    p(r('One ') + del('two') + ours('ins', r('two')) + r(' three.')),
  ],
  [
    'a deletion that only the modified document holds',
    p(r('One two three.')),
    p(r('One ') + del('two') + r(' three.')),
    p(r('One ') + ours('del', gone('two')) + ours('ins', del('two')) + r(' three.')),
  ],
  [
    'an insertion that only the modified document holds',
    p(r('One  three.')),
    p(r('One ') + ins('two') + r(' three.')),
    p(r('One ') + ins('two') + r(' three.')),
  ],
  [
    'a paragraph with a tracked mark that both hold',
    p(ins('Whole'), markOf('ins')) + p(r('Next one.')),
    p(ins('Whole'), markOf('ins')) + p(r('Next two.')),
    p(ins('Whole'), markOf('ins')) +
      p(r('Next ') + ours('del', gone('one')) + ours('ins', r('two')) + r('.')),
  ],
  [
    'paragraphs that a bookmark holds together',
    p(`<w:bookmarkStart w:id="1" w:name="b"/>${ins('Whole')}`, markOf('ins')) +
      p('<w:bookmarkEnd w:id="1"/>') +
      TAIL,
    p(`<w:bookmarkStart w:id="1" w:name="b"/>${ins('Whole')}`, markOf('ins')) +
      p('<w:bookmarkEnd w:id="1"/>') +
      p(r('The very end.')),
    p(`<w:bookmarkStart w:id="1" w:name="b"/>${ins('Whole')}`, markOf('ins')) +
      p('<w:bookmarkEnd w:id="1"/>') +
      p(r('The ') + ours('ins', r('very ')) + r('end.')),
  ],
  [
    'a row that both hold',
    tbl(row(cell(p(r('a')))) + row(cell(p(ins('b'))), by('B', 'ins', ''))) + TAIL,
    tbl(row(cell(p(r('a')))) + row(cell(p(ins('b'))), by('B', 'ins', ''))) + p(r('The very end.')),
    tbl(row(cell(p(r('a')))) + row(cell(p(ins('b'))), by('B', 'ins', ''))) +
      p(r('The ') + ours('ins', r('very ')) + r('end.')),
  ],
  [
    'an edited paragraph with a tracked mark',
    p(ins('Whole one'), markOf('ins')) + TAIL,
    p(ins('Whole two'), markOf('ins')) + TAIL,
    p(ins('Whole ') + by('B', 'ins', ours('del', gone('one'))) + ins('two'), markOf('ins')) + TAIL,
  ],
  [
    'an inserted paragraph that goes again',
    p(ins('Whole one'), markOf('ins')) + TAIL,
    TAIL,
    p(
      by('B', 'ins', ours('del', gone('Whole one'))),
      `<w:rPr>${by('B', 'ins', '')}${ours('del', '')}</w:rPr>`,
    ) + TAIL,
  ],
  [
    'an inserted row that goes again',
    tbl(row(cell(p(r('a')))) + row(cell(p(ins('b'))), by('B', 'ins', ''))) + TAIL,
    tbl(row(cell(p(r('a'))))) + TAIL,
    tbl(
      row(cell(p(r('a')))) +
        row(cell(p(by('B', 'ins', ours('del', gone('b'))))), by('B', 'ins', '') + ours('del', '')),
    ) + TAIL,
  ],
  [
    'words beside formatting that was tracked',
    p(bold('One ') + r('two.')) + TAIL,
    p(bold('One ') + r('three.')) + TAIL,
    p(bold('One ') + ours('del', gone('two')) + ours('ins', r('three')) + r('.')) + TAIL,
  ],
  [
    'formatting that was tracked and is accepted',
    p(bold('One ') + r('two.')) + TAIL,
    p(r('One ', '<w:b/>') + r('two.')) + TAIL,
    p(bold('One ') + r('two.')) + TAIL,
  ],
  [
    'words in a paragraph whose alignment was tracked',
    p(r('One two.'), centred) + TAIL,
    p(r('One three.'), centred) + TAIL,
    p(r('One ') + ours('del', gone('two')) + ours('ins', r('three')) + r('.'), centred) + TAIL,
  ],
];

describe('earlier changes stay beside ours', () => {
  test.each(ROWS)('%s', (_, original, modified, redline) => {
    const { report, redline: data } = beside(original, modified);
    expect(report.verification.exact).toBe(true);
    expect(shown(data)).toBe(bare(withAuthors(redline)));
    expect(report.notCompared).toEqual([]);
  });

  test('the same document keeps its bytes', () => {
    const content = p(r('One ') + ins('two') + bookmark('b', r('three')));
    const { report, redline } = beside(content, content);
    expect([report.identical, Buffer.compare(redline, docx(content))]).toEqual([true, 0]);
  });

  test('what cannot stay is marked as ours, and reported', () => {
    const right = '<w:jc w:val="right"/>';
    const { report, redline } = beside(p(r('One two.'), centred) + TAIL, p(r('One two.'), right) + TAIL);
    expect(report.verification.exact).toBe(true);
    expect(shown(redline)).toBe(
      bare(withAuthors(p(r('One two.'), right + ours('pPrChange', '<w:pPr/>')) + TAIL)),
    );
    expect(report.notCompared).toMatchObject([
      { part: 'word/document.xml', reason: expect.stringContaining('could not be kept') },
    ]);
  });
});
