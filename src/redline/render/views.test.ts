import { describe, expect, test } from 'vitest';
import { buildDocx, documentXml, type Parts, partXml } from '../../../test/support/package.ts';
import { by, del, ins, p, r } from '../../../test/support/rendering.ts';
import { nodeCodec } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../options.ts';
import { listChanges } from '../revisions/index.ts';
import { renderBlocks, renderHtml, renderPage, type View } from './html.ts';
import type { HtmlBlock } from './stories.ts';

const documentOf = (body: string, parts: Parts = {}): Uint8Array =>
  buildDocx({ 'word/document.xml': documentXml(body), ...parts });
const blocksOf = (body: string, view: View = 'inline', parts: Parts = {}): HtmlBlock[] => [
  ...renderBlocks(documentOf(body, parts), { view, limits: DEFAULT_LIMITS }, nodeCodec).blocks,
];
const named = (id: string, content: string): string => `<w:p w14:paraId="${id}">${content}</w:p>`;

describe('blocks', () => {
  const BODY =
    named('0000ABCD', r('one')) +
    p(r('two')) +
    `<w:sdt><w:sdtContent>${p(r('two'))}</w:sdtContent></w:sdt>` +
    `<w:tbl><w:tr w14:paraId="00000b0b"><w:tc>${p(r('cell'))}</w:tc></w:tr></w:tbl>` +
    named('0000ABCD', r('again'));

  test('have ids of their own, from the paragraph or from its words', () => {
    const ids = blocksOf(BODY).map((block) => block.id);
    expect(ids).toEqual([
      'p0000ABCD',
      expect.stringMatching(/^t[a-z0-9]+$/),
      expect.stringMatching(/^t[a-z0-9]+-2$/),
      'p00000B0B',
      'p0000ABCD-2',
    ]);
  });

  test('keep their ids when other blocks come', () => {
    const before = blocksOf(BODY).map((block) => block.id);
    const after = blocksOf(p(ins(r('new'))) + BODY).map((block) => block.id);
    expect(after.slice(1)).toEqual(before);
  });

  test('come in reading order, each with its story', () => {
    const parts = {
      'word/header1.xml': partXml('w:hdr', p(r('Top'))),
      'word/footer1.xml': partXml('w:ftr', p(r('End'))),
      'word/footnotes.xml': partXml('w:footnotes', `<w:footnote w:id="2">${p(r('Note'))}</w:footnote>`),
    };
    const body = `${p(`${r('x')}<w:r><w:footnoteReference w:id="2"/></w:r>`)}<w:sectPr><w:footerReference w:type="default" r:id="footer1"/><w:headerReference w:type="default" r:id="header1"/></w:sectPr>`;
    for (const view of ['inline', 'side-by-side'] as const) {
      const blocks = blocksOf(body, view, parts);
      expect(blocks.map(({ story }) => story)).toEqual(['header', 'body', 'footnotes', 'footer']);
      expect(blocks.map(({ id }) => id)).toEqual(['header-1', expect.any(String), 'footnote-2', 'footer-1']);
    }
  });

  test('are made when they are taken', () => {
    const damaged = buildDocx({
      'word/document.xml': documentXml(
        `${p(r('fine'))}<w:sectPr><w:footerReference w:type="default" r:id="footer1"/></w:sectPr>`,
      ),
      'word/footer1.xml': '<w:ftr',
    });
    const { blocks } = renderBlocks(damaged, { view: 'inline', limits: DEFAULT_LIMITS }, nodeCodec);
    expect(blocks.next().value).toMatchObject({ html: '<p>fine</p>' });
    expect(() => blocks.next()).toThrow(expect.objectContaining({ code: 'document/damaged-part' }));
  });

  test('make the page', () => {
    const document = documentOf(BODY);
    for (const view of ['inline', 'side-by-side'] as const) {
      const page = [...renderPage(document, { view, limits: DEFAULT_LIMITS }, nodeCodec)].join('');
      expect(page).toBe(renderHtml(document, nodeCodec, DEFAULT_LIMITS, view));
      for (const { html } of blocksOf(BODY, view)) expect(page).toContain(html);
    }
  });

  test('what is no document is refused before the first', () => {
    expect(() =>
      renderPage(new Uint8Array(3), { view: 'inline', limits: DEFAULT_LIMITS }, nodeCodec),
    ).toThrow(expect.objectContaining({ code: 'document/not-a-package' }));
  });
});

/** What the two columns say, block by block. */
function columns(body: string, parts: Parts = {}): (readonly [old: string, fresh: string])[] {
  return blocksOf(body, 'side-by-side', parts).map(({ html }) => {
    const [, old = '', fresh = ''] =
      /^<div class="pair[ a-z]*"><div class="old">(.*)<\/div><div class="new">(.*)<\/div><\/div>$/s.exec(
        html,
      ) ?? [];
    return [old, fresh];
  });
}
const words = (html: string): string => html.replace(/<[^>]*>/g, '');

describe('side by side', () => {
  const row = (trPr: string, text: string): string =>
    `<w:tr>${trPr && `<w:trPr>${trPr}</w:trPr>`}<w:tc>${p(r(text))}</w:tc></w:tr>`;
  const move = (kind: string, id: number): string =>
    p(
      `<w:move${kind}RangeStart w:id="${id}" w:name="m"/><w:move${kind} ${by(id + 1)}>${r('it')}</w:move${kind}><w:move${kind}RangeEnd w:id="${id}"/>`,
      `<w:rPr><w:move${kind} ${by(id + 2)}/></w:rPr>`,
    );
  test.each<[string, string, readonly (readonly [string, string])[]]>([
    ['words', p(`${r('a ')}${del('old')}${ins(r('new'))}`), [['a old', 'a new']]],
    ['a paragraph that came', p(ins(r('x')), `<w:rPr><w:ins ${by(3)}/></w:rPr>`), [['', 'x¶']]],
    ['a paragraph that went', p(del('x'), `<w:rPr><w:del ${by(3)}/></w:rPr>`), [['x¶', '']]],
    [
      'rows',
      `<w:tbl>${row('', 'a')}${row(`<w:ins ${by(1)}/>`, 'b')}${row(`<w:del ${by(2)}/>`, 'c')}</w:tbl>`,
      [['ac', 'ab']],
    ],
    ['a table that came', `<w:tbl>${row(`<w:ins ${by(1)}/>`, 'b')}</w:tbl>`, [['', 'b']]],
    [
      'cells',
      `<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel ${by(1)}/></w:tcPr>${p(r('a'))}</w:tc><w:tc>${p(r('b'))}</w:tc></w:tr></w:tbl>`,
      [['ab', 'b']],
    ],
    [
      'a move',
      move('From', 10) + p(r('-')) + move('To', 20),
      [
        ['moved down ↓it¶', ''],
        ['-', '-'],
        ['', 'moved from above ↑it¶'],
      ],
    ],
  ])('%s', (_, body, expected) => {
    expect(columns(body).map(([old, fresh]) => [words(old), words(fresh)])).toEqual(expected);
  });

  test('the original has its own numbers and formatting', () => {
    const parts = {
      'word/numbering.xml': partXml(
        'w:numbering',
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
      ),
    };
    const list = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>';
    const body =
      p(del('gone'), `${list}<w:rPr><w:del ${by(1)}/></w:rPr>`) +
      p(r('now', `<w:b/><w:rPrChange ${by(2)}><w:rPr><w:i/></w:rPr></w:rPrChange>`), list);
    const [, second] = columns(body, parts);
    expect(second?.[0]).toBe('<p><span class="label">2.</span> <i>now</i></p>');
    expect(second?.[1]).toContain('<span class="label">1.</span>');
    expect(second?.[1]).toContain('<b>now</b>');
  });

  test('both ends of a move lead to each other', () => {
    const html = columns(`${move('From', 10)}${move('To', 20)}`)
      .flat()
      .join('');
    expect(html).toContain('id="r-old-move-1-from"');
    expect(html).toContain('href="#r-move-1-to"');
    expect(html).toContain('id="r-move-1-to"');
    expect(html).toContain('href="#r-old-move-1-from"');
  });

  test('no id of the page stands twice', () => {
    const parts = {
      'word/footnotes.xml': partXml('w:footnotes', `<w:footnote w:id="2">${p(r('Note'))}</w:footnote>`),
      'word/comments.xml': partXml(
        'w:comments',
        `<w:comment w:id="1" w:author="A">${p(r('Why'))}</w:comment>`,
      ),
    };
    const body = p(
      `${r('x')}<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="1"/></w:r>`,
    );
    const html = blocksOf(body, 'side-by-side', parts)
      .map((block) => block.html)
      .join('');
    const ids = Array.from(html.matchAll(/ id="([^"]*)"/g), (m) => m[1]);
    expect(ids.length).toBe(6);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/ href="#([^"]*)"/g)) expect(ids).toContain(target);
  });
});

describe('the ids of changes', () => {
  const move = (kind: string, id: number): string =>
    p(
      `<w:move${kind}RangeStart w:id="${id}" w:name="m"/><w:move${kind} ${by(id + 1)}>${r('it')}</w:move${kind}><w:move${kind}RangeEnd w:id="${id}"/>`,
    );
  const body =
    p(`${r('a ')}${del('old')}${ins(r('new'))}${r(' z')}`) +
    p(r('now', `<w:b/><w:rPrChange ${by(5)}><w:rPr/></w:rPrChange>`)) +
    p(r('here'), `<w:jc w:val="center"/><w:pPrChange ${by(6)}><w:pPr/></w:pPrChange>`) +
    move('From', 10) +
    move('To', 20) +
    `<w:tbl><w:tr><w:trPr><w:ins ${by(30)}/></w:trPr><w:tc>${p(r('row'))}</w:tc></w:tr></w:tbl>`;
  const { changes } = listChanges(documentOf(body), { limits: DEFAULT_LIMITS }, nodeCodec);

  test.each(['inline', 'side-by-side'] as const)('are those of the document: %s', (view) => {
    const html = blocksOf(body, view)
      .map((block) => block.html)
      .join('');
    const shown = new Set(Array.from(html.matchAll(/ data-id="([^"]*)"/g), (m) => m[1]));
    expect(changes.map(({ kind }) => kind)).toEqual([
      'replacement',
      'run-formatting',
      'paragraph-formatting',
      'move',
      'row-insertion',
    ]);
    // Formatting is said of the modified document alone.
    expect([...shown].sort()).toEqual(changes.map(({ id }) => id).sort());
  });

  test('are one for both sides of a replacement', () => {
    const [{ html } = { html: '' }] = blocksOf(body);
    const ids = Array.from(html.matchAll(/ data-id="([^"]*)"/g), (m) => m[1]);
    expect(ids).toEqual([changes[0]?.id, changes[0]?.id]);
  });
});
