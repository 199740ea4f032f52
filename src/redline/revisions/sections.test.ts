import { describe, expect, test } from 'vitest';
import { bare, redlineOf, redlineTable, sameTable } from '../../../test/support/engine.ts';
import { documentXml, type Parts, partXml } from '../../../test/support/package.ts';
import { change, del, ins, markOf, p, r, sdt, withHeader } from '../../../test/support/redlines.ts';

const FOX = 'The quick brown fox jumps over the lazy dog';
const DUE = 'Payment is due within thirty days of the invoice';
const LAW = 'This agreement is governed by the laws of Norway';
const page = (width: number): string => `<w:pgSz w:w="${width}" w:h="100"/>`;
const sect = (content: string): string => `<w:sectPr>${content}</w:sectPr>`;
const whole = (content: string, parts: Parts = {}): Parts => ({
  'word/document.xml': documentXml(content),
  ...parts,
});
const GRID = '<w:cols w:space="720"/><w:titlePg/><w:docGrid w:linePitch="360"/>';
const use = (kind: string, type: string, id: string): string =>
  `<w:${kind}Reference w:type="${type}" r:id="${id}"/>`;
const head = (text: string): string => partXml('w:hdr', p(r(text)));
const foot = (text: string): string => partXml('w:ftr', p(r(text)));

describe('section properties', () => {
  redlineTable([
    [
      'the page of the last section changes',
      whole(p(r('a')) + sect(page(50) + GRID)),
      whole(p(r('a')) + sect(page(60) + GRID)),
      p(r('a')) + sect(page(60) + GRID + change('sectPr', page(50) + GRID)),
      { sections: 1 },
    ],
    [
      'the page of a section in the middle changes: its paragraph stays',
      p(r(FOX), sect(page(50))) + p(r(DUE)),
      p(r(FOX), sect(page(60))) + p(r(DUE)),
      p(r(FOX), sect(page(60) + change('sectPr', page(50)))) + p(r(DUE)),
      { sections: 1 },
    ],
    [
      'a section survives a change of its words',
      p(r('a b'), sect(page(50) + GRID)) + p(r(DUE)),
      p(r('a c'), sect(page(50) + GRID)) + p(r(DUE)),
      p(r('a ') + del('b') + ins(r('c')), sect(page(50) + GRID)) + p(r(DUE)),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'a section goes with its paragraph',
      p(r(FOX), sect(page(50))) + p(r(DUE)),
      p(r(DUE)),
      p(del(FOX), markOf('del') + sect(page(50))) + p(r(DUE)),
      { deletions: 1, wordsDeleted: 9 },
    ],
  ]);

  test.each<[string, string, string]>([
    ['comes', p(r(FOX)) + p(r(DUE)), p(r(FOX), sect(page(50))) + p(r(DUE))],
    ['goes', p(r(FOX), sect(page(50))) + p(r(DUE)), p(r(FOX)) + p(r(DUE))],
    [
      'goes where another comes',
      p(r(FOX), sect(page(50))) + p(r(DUE)) + p(r(LAW)),
      p(r(FOX)) + p(r(DUE), sect(page(60))) + p(r(LAW)),
    ],
    [
      'is alone in an empty paragraph that goes',
      p(r(FOX)) + p('', sect(page(50))) + p(r(DUE)),
      p(r(FOX)) + p(r(DUE)),
    ],
    [
      'moves with its paragraph',
      p(r(FOX), sect(page(50))) + p(r(DUE)) + p(r(LAW)),
      p(r(DUE)) + p(r(FOX), sect(page(50))) + p(r(LAW)),
    ],
    [
      'goes at the end of a control that goes',
      sdt(p(r(FOX)) + p(r(DUE), sect(page(50)))) + p(r(LAW)),
      p(r(FOX)) + p(r(DUE)) + p(r(LAW)),
    ],
  ])('a section break %s', (_, a, b) => {
    expect(redlineOf(a, b).report.identical).toBe(false);
  });
});

describe('a last section that stands before the last blocks counts behind them', () => {
  const early = (words: string): Parts => whole(p(r(words)) + sect(page(50)) + p(r(DUE)));
  const usual = (words: string, width = 50): Parts => whole(p(r(words)) + p(r(DUE)) + sect(page(width)));

  test.each<[string, Parts, Parts, number]>([
    ['on both sides', early(FOX), early(LAW), 0],
    ['in the original', early(FOX), usual(LAW, 60), 1],
    ['in the modified document', usual(FOX), early(LAW), 0],
    ['and nothing else is different', usual(FOX), early(FOX), 0],
  ])('%s', (_, original, modified, sections) => {
    expect(redlineOf(original, modified).report.counts).toMatchObject({ sections, moves: 0 });
  });
});

describe('headers and footers', () => {
  const withBoth = (text: string, width = 50): Parts =>
    whole(
      p(r('a')) +
        sect(
          `${use('header', 'default', 'header1') + use('footer', 'first', 'footer1') + page(width)}<w:titlePg/>`,
        ),
      {
        'word/header1.xml': head(text),
        'word/footer1.xml': foot(text),
      },
    );

  test('their words change in the parts', () => {
    const { xml, part, report } = redlineOf(withBoth('a b'), withBoth('a c'));
    const changed = bare(p(r('a ') + del('b') + ins(r('c'))));
    expect(part('word/header1.xml')).toContain(changed);
    expect(part('word/footer1.xml')).toContain(changed);
    expect(xml).toContain(use('header', 'default', 'header1'));
    expect(report.stories.filter((s) => s.changes > 0).map((s) => s.story)).toEqual([
      'footer first',
      'header default',
    ]);
  });

  test('one comes as an inserted one', () => {
    const { part, names } = redlineOf(p(r('a')), withHeader(p(r('new head'))));
    const name = names.find((n) => n.startsWith('word/header')) ?? '';
    expect(part(name)).toContain(bare(ins(r('new head'))));
  });

  test('one that goes is deleted in its part; the reference stays', () => {
    const { xml, part } = redlineOf(withHeader(p(r('old head'))), p(r('a')));
    expect(part('word/header1.xml')).toContain(bare(del('old head')));
    expect(xml).toContain('<w:headerReference');
  });

  test('a header for first pages comes beside the default one', () => {
    const both = whole(
      p(r('a')) +
        sect(`${use('header', 'default', 'header1') + use('header', 'first', 'header2')}<w:titlePg/>`),
      {
        'word/header1.xml': head('all'),
        'word/header2.xml': head('first'),
      },
    );
    const { xml } = redlineOf(
      whole(p(r('a')) + sect(use('header', 'default', 'header1')), { 'word/header1.xml': head('all') }),
      both,
    );
    expect(xml.match(/w:type="(default|first)"/g)).toHaveLength(2);
  });

  test('a section that inherits its header gets its own where the other side has one', () => {
    const two = (second: string, parts: Parts): Parts =>
      whole(p(r(FOX), sect(use('header', 'default', 'header1'))) + p(r(DUE)) + sect(second), {
        'word/header1.xml': head('one'),
        ...parts,
      });
    const { part, names } = redlineOf(
      two('', {}),
      two(use('header', 'default', 'header2'), { 'word/header2.xml': head('two') }),
    );
    const headers = names.filter((n) => n.startsWith('word/header'));
    expect(headers.length).toBeGreaterThan(1);
    expect(headers.map(part).join('')).toContain(bare(del('one') + ins(r('two'))));
  });

  test('a picture in a header that comes is carried with its relationship', () => {
    const rels =
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/a.png"/></Relationships>';
    const picture = '<w:r><w:pict><v:shape><v:imagedata r:id="rId1"/></v:shape></w:pict></w:r>';
    const { names } = redlineOf(p(r('a')), {
      ...withHeader(p(picture)),
      'word/_rels/header1.xml.rels': rels,
      'word/media/a.png': new Uint8Array([1, 2, 3]),
    });
    expect(names.filter((n) => n.endsWith('.png'))).toHaveLength(1);
  });

  sameTable([
    ['a blank header and none', withHeader(p('')), p(r('a'))],
    ['a header whose runs are split', withHeader(p(r('head'))), withHeader(p(r('he') + r('ad')))],
    [
      'a header under another name',
      withHeader(p(r('head'))),
      whole(p(r('a')) + sect(use('header', 'default', 'header7')), { 'word/header7.xml': head('head') }),
    ],
    [
      'an inherited header and the same one named again',
      whole(p(r(FOX), sect(use('header', 'default', 'header1'))) + p(r(DUE)) + sect(''), {
        'word/header1.xml': head('one'),
      }),
      whole(
        p(r(FOX), sect(use('header', 'default', 'header1'))) +
          p(r(DUE)) +
          sect(use('header', 'default', 'header1')),
        { 'word/header1.xml': head('one') },
      ),
    ],
  ]);
});
