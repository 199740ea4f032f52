import { describe, expect, test } from 'vitest';
import {
  bare,
  changes,
  redlineOf,
  redlineOfFiles,
  redlineTable,
  sameTable,
} from '../../../test/support/engine.ts';
import { documentXml, type Parts, partXml } from '../../../test/support/package.ts';
import {
  body,
  change,
  del,
  docx,
  ins,
  link,
  numbered,
  p,
  r,
  type Source,
  styled,
  t,
  tag,
} from '../../../test/support/redlines.ts';

const style = (id: string, name: string, rPr: string): string =>
  `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/><w:rPr>${rPr}</w:rPr></w:style>`;
const inStyle = (id: string, styles: string, text = 'a'): Parts => ({
  ...body(p(r(text), `<w:pStyle w:val="${id}"/>`)),
  'word/styles.xml': partXml('w:styles', styles),
});
const list = (id: number): string => `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="${id}"/></w:numPr>`;
const picture = (id: string): string =>
  `<w:r><w:drawing><wp:inline><a:blip r:embed="${id}"/></wp:inline></w:drawing></w:r>`;
const pictured = (content: string, data: Uint8Array, name = 'a.png', id = 'i1'): Source => [
  { ...body(p(content)), [`word/media/${name}`]: data },
  [[id, 'image', `media/${name}`]],
];
const [RED, BLUE] = [new Uint8Array([1, 2, 3]), new Uint8Array([4, 5, 6])];

describe('styles', () => {
  redlineTable([
    [
      'a style that only one side has is carried; the paragraph changes its style',
      inStyle('A', style('A', 'Mine', '<w:b/>')),
      inStyle('B', style('B', 'Theirs', '<w:i/>')),
      p(r('a'), `<w:pStyle w:val="B"/>${change('pPr', '<w:pStyle w:val="A"/>')}`),
      { paragraphFormatting: 1 },
    ],
    [
      'two styles under one id are two: the one that comes is renamed',
      styled('A', 'My'),
      styled('A', 'Your'),
      p(r('a'), `<w:pStyle w:val="A2"/>${change('pPr', '<w:pStyle w:val="A"/>')}`),
      { paragraphFormatting: 1 },
    ],
  ]);

  test('a definition that differs cannot be tracked: it is reported', () => {
    const { report } = redlineOf(
      inStyle('A', style('A', 'My', '<w:b/>')),
      inStyle('A', style('A', 'My', '<w:i/>'), 'b'),
    );
    expect(report.notCompared).toEqual([
      { part: 'word/styles.xml', reason: expect.stringContaining('"my"') },
    ]);
  });

  test('a carried style brings the style it builds on', () => {
    const based = style('B', 'Child', '').replace('<w:rPr>', '<w:basedOn w:val="P"/><w:rPr>');
    const { part } = redlineOf(p(r('a')), inStyle('B', based + style('P', 'Parent', '<w:b/>')));
    expect(part('word/styles.xml')).toContain('w:val="Parent"');
  });

  sameTable([
    ['one name under two ids', styled('A', 'My'), styled('B', 'My')],
    ['names that differ by case', styled('A', 'heading 1'), styled('A', 'Heading 1')],
  ]);
});

describe('numbering', () => {
  redlineTable([
    [
      'a list that starts elsewhere is another list: both definitions are in the result',
      numbered(1, 1),
      numbered(1, 5),
      p(r('a'), `${list(2)}${change('pPr', list(1))}`),
      { paragraphFormatting: 1 },
    ],
  ]);

  test('a list comes where there was none', () => {
    const { part, names } = redlineOf(p(r('a')), numbered(3, 1));
    const name = names.find((n) => n.includes('numbering')) ?? '';
    expect(part(name)).toMatch(/<w:abstractNum .*<w:num /);
  });

  sameTable([['a list under another id', numbered(1, 1), numbered(2, 1)]]);
});

describe('pictures and links', () => {
  test('a picture that comes is carried', () => {
    const { xml, names } = redlineOf(p(r('a')), pictured(r('a') + picture('i1'), RED));
    expect(xml).toMatch(/<w:ins><w:r><w:drawing>/);
    expect(names).toContain('word/media/a.png');
  });

  test('another picture under the same name is renamed', () => {
    const { xml, names } = redlineOf(pictured(picture('i1'), RED), pictured(picture('i1'), BLUE));
    expect(xml).toMatch(/<w:del>.*r:embed="i1".*<w:ins>.*r:embed="rId\d+"/);
    expect(names.filter((n) => n.endsWith('.png'))).toEqual(['word/media/a.png', 'word/media/a_2.png']);
  });

  test('the same picture under another name is shared', () => {
    const { names, report } = redlineOf(
      pictured(r('a') + picture('i1'), RED),
      pictured(r('b') + picture('i9'), RED, 'other.png', 'i9'),
    );
    expect(names.filter((n) => n.endsWith('.png'))).toEqual(['word/media/a.png']);
    expect(report.counts).toMatchObject({ insertions: 1, deletions: 1 });
  });

  test('a chart is carried with what it leads to', () => {
    const relationships = 'http://schemas.openxmlformats.org/package/2006/relationships';
    const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/package';
    const chart = (data: Uint8Array): Source => [
      {
        ...body(
          p(
            `${r('a')}<w:r><w:drawing><wp:inline><c:chart xmlns:c="urn:c" r:id="c1"/></wp:inline></w:drawing></w:r>`,
          ),
        ),
        'word/charts/chart1.xml': '<c:chartSpace xmlns:c="urn:c"/>',
        'word/charts/_rels/chart1.xml.rels': `<Relationships xmlns="${relationships}"><Relationship Id="rId1" Type="${type}" Target="../embeddings/book.bin"/></Relationships>`,
        'word/embeddings/book.bin': data,
      },
      [['c1', 'chart', 'charts/chart1.xml']],
    ];
    const { names } = redlineOf(chart(RED), chart(BLUE));
    expect(names.filter((n) => n.endsWith('.bin'))).toHaveLength(2);
  });

  test('a link that collides with another id gets a new one', () => {
    const to = (target: string): Source => [
      body(p(r('x ') + link(r('a'), 'l1'))),
      [['l1', 'hyperlink', target]],
    ];
    const { xml } = redlineOf(to('https://a.example/'), to('https://b.example/?x=1&amp;y=2'));
    expect(xml).toMatch(/r:id="l1".*r:id="rId\d+"/);
  });
});

describe('ways to write XML', () => {
  const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  const strange = (prefix: string, text: string, quote = '"'): Parts => {
    const [name, declared] = prefix === '' ? ['', 'xmlns'] : [`${prefix}:`, `xmlns:${prefix}`];
    const q = (value: string): string => `${quote}${value}${quote}`;
    return {
      'word/document.xml': `<?xml version="1.0"?><${name}document ${declared}=${q(word)} xmlns:w9=${q(word)}><${name}body><${name}p><${name}pPr><${name}jc w9:val=${q('center')}/></${name}pPr><${name}r><${name}t>${text}</${name}t></${name}r></${name}p><${name}sectPr/></${name}body></${name}document>`,
    };
  };
  const plain = (text: string): Source => p(r(text), '<w:jc w:val="center"/>');

  test.each<[string, Source, Source]>([
    ['another prefix', strange('x', 'a b'), plain('a c')],
    ['no prefix', strange('', 'a b'), plain('a c')],
    ['single quotes', strange('w', 'a b', "'"), plain('a c')],
    ['another prefix on both sides', strange('x', 'a b'), strange('y', 'a c')],
  ])('%s', (_, a, b) => {
    expect(redlineOf(a, b).xml).toContain(bare(r('a ') + del('b') + ins(r('c'))));
  });

  const utf16 = (text: string): Parts => {
    const xml = `<?xml version="1.0" encoding="UTF-16"?>${documentXml(`${p(r(text))}<w:sectPr/>`)}`;
    return { 'word/document.xml': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml, 'utf16le')]) };
  };

  test('UTF-16 is read, and what is written says that it is UTF-8', () => {
    const { bytes, xml } = redlineOf(utf16('café b'), p(r('café c')));
    expect(xml).toBe(bare(p(r('café ') + del('b') + ins(r('c')))));
    expect(Buffer.from(bytes).length).toBeGreaterThan(0);
    redlineOf(utf16('a'), utf16('b'));
  });

  const toStrict = (xml: string): string =>
    xml.replace(
      /http:\/\/schemas\.openxmlformats\.org\/(?:(wordprocessingml)\/2006|(officeDocument)\/2006)\//g,
      (_, word: string, office: string) => `http://purl.oclc.org/ooxml/${word ?? office}/`,
    );

  test('Strict documents stay Strict', () => {
    const strict = (source: Parts): Uint8Array =>
      docx(Object.fromEntries(Object.entries(source).map(([name, text]) => [name, toStrict(String(text))])));
    const { xml, part } = redlineOfFiles(strict(body(p(r('a b')))), strict(body(p(r('a c')))));
    expect(xml).toBe(bare(p(r('a ') + del('b') + ins(r('c')))));
    expect(part('word/document.xml')).toContain('http://purl.oclc.org/ooxml/wordprocessingml/main');
    redlineOfFiles(strict(body(p(r('a b')))), docx(p(r('a c'))));
  });

  test('what a reader may ignore stays ignorable', () => {
    const extended: Parts = {
      'word/document.xml': documentXml(
        `${p(`<w:r><w:rPr><q:glow/></w:rPr>${t('a b')}</w:r>`)}<w:sectPr/>`,
      ).replace('<w:document ', '<w:document xmlns:q="urn:q" mc:Ignorable="q" '),
    };
    const { part } = redlineOf(p(r('x')), extended);
    expect(part('word/document.xml')).toMatch(/<w:document [^>]*xmlns:q="urn:q"[^>]*mc:Ignorable="q"/);
  });
});

describe('inputs that hold tracked changes', () => {
  redlineTable([
    [
      'count as what they say when those are accepted',
      p(r('a ') + ins(r('b')) + del('c')),
      p(r('a d')),
      p(r('a ') + del('b') + ins(r('d'))),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
  ]);
  test('the same words tracked and plain are no change', () => {
    const { xml, report } = redlineOf(p(r('a ') + ins(r('b')) + del('c')), p(r('a b')));
    expect(xml).toBe(bare(p(r('a ') + r('b'))));
    expect(report.counts.insertions + report.counts.deletions).toBe(0);
  });
  test('the modified side may hold them as well', () => {
    const { xml } = redlineOf(
      p(r('a b')),
      p(r('a ') + tag('del', '<w:r><w:delText>b</w:delText></w:r>') + ins(r('c'))),
    );
    expect(xml).toBe(bare(p(r('a ') + del('b') + ins(r('c')))));
  });
});

test('parts that nothing touches keep their bytes', () => {
  const extra: Parts = { 'word/theme.bin': RED, 'customXml/item1.xml': '<x  y="1"/>' };
  const { part } = redlineOf({ ...body(p(r('a'))), ...extra }, { ...body(p(r('b'))), ...extra });
  expect(part('customXml/item1.xml')).toBe('<x  y="1"/>');
});

describe('what a document holds twice', () => {
  const blip = (id: string): string =>
    `<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><a:blip r:embed="${id}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`;
  const pictured = (ids: readonly [string, string], words: string): Source => [
    {
      ...body(p(blip(ids[0])) + p(blip(ids[1])) + p(r(words))),
      'word/media/one.png': 'the same',
      'word/media/two.png': 'the same',
    },
    [
      [ids[0], 'image', 'media/one.png'],
      [ids[1], 'image', 'media/two.png'],
    ],
  ];

  test('one picture under two names keeps its place, whatever its relationships are called', () => {
    const { report } = redlineOf(pictured(['a', 'b'], 'old'), pictured(['x', 'y'], 'new'));
    expect(changes(report)).toEqual({ insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 });
  });

  const linkedTwice = (ids: readonly [string, string], words: string): Source => [
    body(p(link(r('one'), ids[0])) + p(link(r('two'), ids[1])) + p(r(words))),
    ids.map((id): [string, string, string] => [id, 'hyperlink', 'https://example.org/']),
  ];

  test('one address under two relationships likewise, in whatever order they are listed', () => {
    const listed = linkedTwice(['a', 'b'], 'old');
    const turned: Source = Array.isArray(listed) ? [listed[0], [...listed[1]].reverse()] : listed;
    const { report } = redlineOf(turned, linkedTwice(['x', 'y'], 'new'));
    expect(changes(report)).toEqual({ insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 });
  });
});
