import { describe, expect, test } from 'vitest';
import { buildZip, documentXml, type Parts } from '../../../test/support/package.ts';
import { p, r } from '../../../test/support/redlines.ts';
import { nodeCodec } from '../../kit/index.ts';
import { compare, DEFAULT_LIMITS } from '../index.ts';
import { openPackage } from './package.ts';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const VBA = 'http://schemas.microsoft.com/office/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

const rels = (...entries: string[]): string =>
  `<Relationships xmlns="${PACKAGE}/relationships">${entries.join('')}</Relationships>`;
const rel = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;

/** A document of a kind, with macros where `macros` says so. */
function made(type: string, words: string, macros: boolean): Uint8Array {
  const override = (part: string, of: string): string =>
    `<Override PartName="/${part}" ContentType="${of}"/>`;
  const parts: Parts = {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${override('word/document.xml', type)}${macros ? override('word/vbaProject.bin', 'application/vnd.ms-office.vbaProject') + override('word/vbaData.xml', 'application/vnd.ms-word.vbaData+xml') : ''}</Types>`,
    '_rels/.rels': rels(rel('rId1', `${OFFICE}/officeDocument`, 'word/document.xml')),
    'word/document.xml': documentXml(`${p(r(words))}<w:sectPr/>`),
  };
  if (!macros) return buildZip(parts);
  return buildZip({
    ...parts,
    'word/_rels/document.xml.rels': rels(rel('rId9', `${VBA}/vbaProject`, 'vbaProject.bin')),
    'word/vbaProject.bin': 'Sub AutoOpen',
    'word/_rels/vbaProject.bin.rels': rels(rel('rId1', `${VBA}/wordVbaData`, 'vbaData.xml')),
    'word/vbaData.xml': '<w:vbaSuppData/>',
  });
}

const KINDS: readonly (readonly [name: string, type: string, macros: boolean])[] = [
  ['a document', `${WORD}.document.main+xml`, false],
  ['a template', `${WORD}.template.main+xml`, false],
  ['a document with macros', 'application/vnd.ms-word.document.macroEnabled.main+xml', true],
  ['a template with macros', 'application/vnd.ms-word.template.macroEnabledTemplate.main+xml', true],
];

describe.each(KINDS)('the redline of %s', (_, type, macros) => {
  test.each(KINDS)('and %s is a document without macros', (_name, otherType, otherMacros) => {
    const [a, b] = [made(type, 'alpha beta', macros), made(otherType, 'alpha gamma', otherMacros)];
    const { redline, report } = compare(a, b, { limits: DEFAULT_LIMITS }, nodeCodec);
    const pkg = openPackage(redline, nodeCodec, DEFAULT_LIMITS);
    expect(pkg.contentType(pkg.main)).toBe(`${WORD}.document.main+xml`);
    expect(pkg.entries.filter((e) => /vba/i.test(e.name))).toEqual([]);
    expect(pkg.text('[Content_Types].xml')).not.toMatch(/vba|macro|template/i);
    expect(pkg.relationships(pkg.main).filter((x) => /vba/i.test(x.type))).toEqual([]);
    const said = report.notCompared.filter((n) => n.part === 'word/vbaProject.bin');
    expect(said).toHaveLength(macros || otherMacros ? 1 : 0);
    expect(report.counts).toMatchObject({ insertions: 1, deletions: 1 });
  });
});

test('a document with macros and itself differ in nothing but the macros', () => {
  const data = made('application/vnd.ms-word.document.macroEnabled.main+xml', 'alpha', true);
  const { redline, report } = compare(data, data, { limits: DEFAULT_LIMITS }, nodeCodec);
  expect(Object.values(report.counts).every((n) => n === 0)).toBe(true);
  expect(openPackage(redline, nodeCodec, DEFAULT_LIMITS).has('word/vbaProject.bin')).toBe(false);
});
