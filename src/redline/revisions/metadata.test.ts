import { expect, test } from 'vitest';
import { documentXml, partXml } from '../../../test/support/package.ts';
import { docx, p, r, type Source } from '../../../test/support/redlines.ts';
import { nodeCodec } from '../../kit/index.ts';
import { compare, DEFAULT_LIMITS, METADATA } from '../index.ts';
import { openPackage } from '../ooxml/index.ts';

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006';
const coreOf = (who: string): string =>
  `<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties"><cp:lastModifiedBy>${who}</cp:lastModifiedBy></cp:coreProperties>`;
const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;
const by = (who: string, words: string): Source => ({
  'word/document.xml': documentXml(
    `<w:p w:rsidR="00AB12CD" w:rsidRDefault="00AB12CD">${r(words)}${r(' w:rsidR="x"')}</w:p><w:sectPr/>`,
  ),
  'word/settings.xml': partXml('w:settings', '<w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids>'),
  'docProps/core.xml': coreOf(who),
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships">${
    relation('rId1', `${OFFICE}/relationships/officeDocument`, 'word/document.xml') +
    relation('rId2', `${PACKAGE}/relationships/metadata/core-properties`, 'docProps/core.xml')
  }</Relationships>`,
});

test.each(METADATA)('the metadata of a redline: %s', (metadata) => {
  const [a, b] = [docx(by('Ann', 'a b')), docx(by('Bo', 'a c'))];
  const { redline, report } = compare(a, b, { metadata }, nodeCodec);
  expect(report).toMatchObject({ verification: { exact: true }, options: { metadata } });
  const pkg = openPackage(redline, nodeCodec, DEFAULT_LIMITS);
  const who = /<cp:lastModifiedBy>(\w+)</.exec(pkg.text('docProps/core.xml'))?.[1];
  expect(who).toBe({ original: 'Ann', modified: 'Bo', remove: undefined }[metadata]);
  const sessions = ['word/document.xml', 'word/settings.xml'].map((part) => /00AB12CD/.test(pkg.text(part)));
  expect(sessions).toEqual(metadata === 'remove' ? [false, false] : [true, true]);
  expect(pkg.text('word/document.xml')).toContain('> w:rsidR="x"<');
});

test('properties that only the modified document has come along', () => {
  const [a, b] = [docx(p(r('a'))), docx(by('Bo', 'a c'))];
  const { redline } = compare(a, b, { metadata: 'modified' }, nodeCodec);
  const pkg = openPackage(redline, nodeCodec, DEFAULT_LIMITS);
  const core = pkg.relationships('').find((rel) => rel.type.endsWith('/core-properties'))?.part;
  expect(pkg.text(core ?? '')).toBe(coreOf('Bo'));
});
