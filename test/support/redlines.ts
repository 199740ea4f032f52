import { expect } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { verify } from '../../src/redline/verify/index.ts';
import { buildDocx, documentXml, type Parts, partXml } from './package.ts';

export const WHO = 'w:author="A" w:date="2024-05-01T00:00:00Z"';
let lastId = 0;
export const tag = (name: string, content: string): string => {
  lastId += 1;
  return `<w:${name} w:id="${lastId}" ${WHO}>${content}</w:${name}>`;
};
export const mark = (name: string): string => tag(name, '');
export const t = (text: string): string => `<w:t xml:space="preserve">${text}</w:t>`;
export const r = (text: string, rPr = ''): string => `<w:r>${rPr && `<w:rPr>${rPr}</w:rPr>`}${t(text)}</w:r>`;
export const gone = (text: string): string =>
  `<w:r><w:delText xml:space="preserve">${text}</w:delText></w:r>`;
export const ins = (content: string): string => tag('ins', content);
export const del = (text: string): string => tag('del', gone(text));
export const p = (content: string, pPr = ''): string =>
  `<w:p>${pPr && `<w:pPr>${pPr}</w:pPr>`}${content}</w:p>`;
export const markOf = (name: string, more = ''): string => `<w:rPr>${mark(name)}${more}</w:rPr>`;
export const change = (name: string, former: string): string =>
  tag(`${name}Change`, `<w:${name}>${former}</w:${name}>`);
export const cell = (content: string, tcPr = ''): string =>
  `<w:tc>${tcPr && `<w:tcPr>${tcPr}</w:tcPr>`}${content}</w:tc>`;
export const row = (cells: string, trPr = ''): string =>
  `<w:tr>${trPr && `<w:trPr>${trPr}</w:trPr>`}${cells}</w:tr>`;
export const tbl = (rows: string, tblPr = '', grid = '<w:gridCol w:w="100"/>'): string =>
  `<w:tbl><w:tblPr>${tblPr}</w:tblPr><w:tblGrid>${grid}</w:tblGrid>${rows}</w:tbl>`;
export const sdt = (content: string, name = 'x'): string =>
  `<w:sdt><w:sdtPr><w:tag w:val="${name}"/></w:sdtPr><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
export const bookmark = (name: string, content: string, id = 1): string =>
  `<w:bookmarkStart w:id="${id}" w:name="${name}"/>${content}<w:bookmarkEnd w:id="${id}"/>`;
export const field = (code: string, result: string): string =>
  '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' +
  `<w:r><w:instrText xml:space="preserve">${code}</w:instrText></w:r>` +
  `<w:r><w:fldChar w:fldCharType="separate"/></w:r>${r(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>`;
export const moved = (kind: 'moveFrom' | 'moveTo', text: string, name = 'm1', id = 900): string =>
  `<w:${kind}RangeStart w:id="${id}" w:name="${name}" ${WHO}/>${tag(kind, r(text))}<w:${kind}RangeEnd w:id="${id}"/>`;
export const ranged = (kind: 'Ins' | 'Del', content: string): string =>
  `<w:customXml${kind}RangeStart w:id="800" ${WHO}/><w:sdt><w:sdtPr><w:tag w:val="x"/></w:sdtPr><w:sdtContent>` +
  `<w:customXml${kind}RangeEnd w:id="800"/>${content}<w:customXml${kind}RangeStart w:id="801" ${WHO}/>` +
  `</w:sdtContent></w:sdt><w:customXml${kind}RangeEnd w:id="801"/>`;
export const body = (content: string): Parts => ({
  'word/document.xml': documentXml(`${content}<w:sectPr/>`),
});
export const box = (content: string): string =>
  '<w:r><w:pict><v:shape><v:textbox><w:txbxContent>' +
  `${content}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>`;
export const link = (content: string, id: string): string =>
  `<w:hyperlink r:id="${id}">${content}</w:hyperlink>`;

export type Links = Parameters<typeof buildDocx>[1];
export type Source = string | Parts | readonly [parts: Parts, links: Links];

function isLinked(source: Source): source is readonly [parts: Parts, links: Links] {
  return Array.isArray(source);
}

export function docx(source: Source): Uint8Array {
  if (typeof source === 'string') return buildDocx(body(source));
  return isLinked(source) ? buildDocx(source[0], source[1]) : buildDocx(source);
}

const header = (content: string): string => partXml('w:hdr', content);
export const withHeader = (content: string): Parts => ({
  'word/document.xml': documentXml(
    `${p(r('a'))}<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>`,
  ),
  'word/header1.xml': header(content),
});
export const noteRef = (id: number): string => `<w:r><w:footnoteReference w:id="${id}"/></w:r>`;
export const withNotes = (content: string, notes: Readonly<Record<number, string>>): Parts => ({
  ...body(content),
  'word/footnotes.xml': partXml(
    'w:footnotes',
    Object.entries(notes)
      .map(([id, inner]) => `<w:footnote w:id="${id}">${inner}</w:footnote>`)
      .join(''),
  ),
});
export const numbered = (numId: number, start: number): Parts => ({
  ...body(p(r('a'), `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="${numId}"/></w:numPr>`)),
  'word/numbering.xml': partXml(
    'w:numbering',
    `<w:abstractNum w:abstractNumId="7"><w:nsid w:val="0000000${numId}"/><w:lvl w:ilvl="0"><w:start w:val="${start}"/></w:lvl>` +
      `</w:abstractNum><w:num w:numId="${numId}"><w:abstractNumId w:val="7"/></w:num>`,
  ),
});
export const styled = (id: string, name: string): Parts => ({
  ...body(p(r('a'), `<w:pStyle w:val="${id}"/>`)),
  'word/styles.xml': partXml('w:styles', `<w:style w:styleId="${id}"><w:name w:val="${name}"/></w:style>`),
});
export const linked = (target: string, id = 'l1'): Source => [
  body(p(link(r('a'), id))),
  [[id, 'hyperlink', target]],
];

/** What verification finds, one line each: `reject text lines of body` or `fault range: …`. */
export function findings(original: Source, modified: Source, redline: Source): string[] {
  const [a, b, c] = [original, modified, redline].map(docx) as [Uint8Array, Uint8Array, Uint8Array];
  const found = verify(a, b, c, nodeCodec, DEFAULT_LIMITS);
  const lines = [
    ...found.differences.map((d) => `${d.direction} ${d.level} ${d.aspect} of ${d.story}`),
    ...found.faults.map((f) => `fault ${f.code}: ${f.message}`),
  ];
  expect(found.exact).toBe(lines.length === 0);
  return lines;
}
