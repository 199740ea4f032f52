import { describe, expect, test } from 'vitest';
import { buildDocx, type Parts } from '../../../test/support/package.ts';
import { nodeCodec } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../options.ts';
import { PackageEditor } from './editor.ts';
import { openPackage, type Package } from './package.ts';

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const STRICT = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
const MAIN = 'word/document.xml';
const open = (data: Uint8Array): Package => openPackage(data, nodeCodec, DEFAULT_LIMITS);
const docx = (parts: Parts = {}, links: Parameters<typeof buildDocx>[1] = []): Package =>
  open(buildDocx(parts, links));
const edit = (base: Package = docx()): PackageEditor => new PackageEditor(base, nodeCodec);
const reopened = (editor: PackageEditor): Package => open(editor.bytes());
const image = (...data: number[]): Uint8Array => new Uint8Array(data);
const rels = (...entries: readonly (readonly [id: string, target: string])[]): string =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${entries
    .map(([id, target]) => `<Relationship Id="${id}" Type="${OFFICE}/x" Target="${target}"/>`)
    .join('')}</Relationships>`;

test('an editor that was not used changes nothing', () => {
  expect(edit().touched).toBe(false);
});

describe('parts', () => {
  test('a replaced part is written, the others keep their stored bytes', () => {
    const base = docx();
    const editor = edit(base);
    editor.replace('word/styles.xml', '<w:styles>ü</w:styles>');
    const pkg = reopened(editor);
    expect(pkg.text('word/styles.xml')).toBe('<w:styles>ü</w:styles>');
    const stored = (p: Package): unknown => p.entries.find((e) => e.name === MAIN)?.stored;
    expect(stored(pkg)).toEqual(stored(base));
    expect(pkg.entries.map((e) => e.name)).toEqual(base.entries.map((e) => e.name));
  });

  test('an added part has a content type and a free name', () => {
    const editor = edit();
    expect(editor.add('word/styles.xml', '<a/>', 'type/one')).toBe('word/styles_2.xml');
    expect(editor.add('WORD/Styles.xml', '<b/>', 'type/two')).toBe('WORD/Styles_3.xml');
    const pkg = reopened(editor);
    expect(pkg.text('word/styles_2.xml')).toBe('<a/>');
    expect(pkg.contentType('word/styles_2.xml')).toBe('type/one');
  });

  test('what was read as UTF-16 is declared as UTF-8 when it is written', () => {
    const editor = edit();
    editor.replace('word/styles.xml', '<?xml version="1.0" encoding="UTF-16"?><a/>');
    expect(reopened(editor).text('word/styles.xml')).toBe('<?xml version="1.0" encoding="UTF-8"?><a/>');
  });
});

describe('relationships', () => {
  test('one that is there is used, another gets a free id', () => {
    const editor = edit(docx({}, [['rId7', 'hyperlink', 'https://a.example/']]));
    expect(editor.relate(MAIN, `${OFFICE}/hyperlink`, { url: 'https://a.example/' })).toBe('rId7');
    const fresh = editor.relate(MAIN, `${OFFICE}/hyperlink`, { url: 'https://b.example/?a=1&b="2"' });
    expect(editor.relate(MAIN, `${OFFICE}/hyperlink`, { url: 'https://b.example/?a=1&b="2"' })).toBe(fresh);
    const found = reopened(editor)
      .relationships(MAIN)
      .filter((r) => r.id === fresh);
    expect(found).toEqual([
      expect.objectContaining({ target: 'https://b.example/?a=1&b="2"', external: true }),
    ]);
  });

  test('the conformance class of the base decides the type', () => {
    const strict = docx({
      '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${STRICT}/officeDocument" Target="word/document.xml"/></Relationships>`,
    });
    const editor = edit(strict);
    const id = editor.relate(MAIN, `${OFFICE}/hyperlink`, { url: 'https://a.example/' });
    expect(editor.relationships(MAIN).find((r) => r.id === id)?.type).toBe(`${STRICT}/hyperlink`);
  });

  test('a part without relationships gets its first', () => {
    const editor = edit();
    const name = editor.add('word/x.xml', '<a/>', 'type/one');
    editor.relate(name, `${OFFICE}/hyperlink`, { url: 'https://a.example/' });
    expect(reopened(editor).relationships(name)).toHaveLength(1);
  });
});

describe('carrying parts of another package', () => {
  test('an equal part is shared, whatever it is called', () => {
    const editor = edit(docx({ 'word/media/a.png': image(1) }));
    expect(editor.carry(docx({ 'word/media/z.png': image(1) }), 'word/media/z.png')).toBe('word/media/a.png');
    expect(editor.touched).toBe(false);
  });

  test('another part under the same name is renamed, once', () => {
    const editor = edit(docx({ 'word/media/a.png': image(1) }));
    const other = docx({ 'word/media/a.png': image(2) });
    expect(editor.carry(other, 'word/media/a.png')).toBe('word/media/a_2.png');
    expect(editor.carry(other, 'word/media/a.png')).toBe('word/media/a_2.png');
    expect([...reopened(editor).bytes('word/media/a_2.png')]).toEqual([2]);
  });

  test('a part brings what it leads to', () => {
    const other = docx({
      'word/charts/c.xml': '<c/>',
      'word/charts/_rels/c.xml.rels': rels(['rId1', '../embeddings/b.bin']),
      'word/embeddings/b.bin': image(3),
    });
    const editor = edit();
    const pkg = ((name: string) => ({ name, pkg: reopened(editor) }))(
      editor.carry(other, 'word/charts/c.xml'),
    );
    const [rel] = pkg.pkg.relationships(pkg.name);
    expect([...pkg.pkg.bytes(rel?.part ?? '')]).toEqual([3]);
  });

  const chart = (data: number): Parts => ({
    'word/charts/c.xml': '<c/>',
    'word/charts/_rels/c.xml.rels': rels(['rId1', '../embeddings/b.bin']),
    'word/embeddings/b.bin': image(data),
  });
  test.each<[string, number, string]>([
    ['leads to the same is shared', 3, 'word/charts/c.xml'],
    ['leads to something else is another part', 4, 'word/charts/c_2.xml'],
  ])('a part that %s', (_, data, name) => {
    expect(edit(docx(chart(3))).carry(docx(chart(data)), 'word/charts/c.xml')).toBe(name);
  });

  test('parts that lead to one another are carried once', () => {
    const circle = (text: string): Parts => ({
      'word/a.xml': `<a>${text}</a>`,
      'word/_rels/a.xml.rels': rels(['rId1', 'b.xml']),
      'word/b.xml': '<b/>',
      'word/_rels/b.xml.rels': rels(['rId1', 'a.xml']),
    });
    const editor = edit(docx(circle('x')));
    expect(editor.carry(docx(circle('x')), 'word/a.xml')).toBe('word/a.xml');
    expect(editor.carry(docx(circle('y')), 'word/b.xml')).toMatch(/^word\/b(_2)?\.xml$/);
    expect(reopened(editor).main).toBe(MAIN);
  });
});
