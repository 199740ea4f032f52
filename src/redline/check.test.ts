import { describe, expect, test } from 'vitest';
import { docx, ins, p, r, withHeader } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { canonicalJson, digestOf } from './certificate.ts';
import { type CertificateCheck, checkCertificate, type Documents } from './check.ts';
import { type Certificate, compare, DEFAULT_LIMITS, type GivenOptions } from './index.ts';

const [original, modified] = [docx(withHeader(p(r('a B c')))), docx(withHeader(p(r('A d c'))))];
const OPTIONS: GivenOptions = { author: 'Ann', date: '2026-01-02T03:04:05Z', ignore: { case: true } };
const { redline, report } = compare(original, modified, OPTIONS, nodeCodec);
const { certificate } = report;
const documents: Documents = { original, modified, redline };

const check = (given: unknown, files: Documents = documents): CertificateCheck =>
  checkCertificate(given, files, nodeCodec, DEFAULT_LIMITS);
const about = (found: CertificateCheck): string[] => found.mismatches.map((m) => m.about);
/** The certificate with other content, and a digest that fits it. */
const forged = (more: object): object => {
  const body = { ...certificate, ...more };
  return { ...body, digest: digestOf(body, nodeCodec) };
};

describe('a certificate', () => {
  test('names the files, the engine, every option and every story', () => {
    const { sha256 } = nodeCodec;
    expect(certificate).toMatchObject({
      format: 'redline-certificate/1',
      engine: report.engine,
      documents: { original: sha256(original), modified: sha256(modified), redline: sha256(redline) },
      options: report.options,
      outcome: [
        { story: 'body', text: true, structure: true, format: true },
        { story: 'header 1 default', text: true, structure: true, format: true },
      ],
      ignored: ['case'],
      notCompared: report.notCompared,
    });
    expect(compare(original, modified, OPTIONS, nodeCodec).report.certificate).toEqual(certificate);
  });

  test('holds for its own documents, also after a journey as JSON', () => {
    expect(check(certificate)).toMatchObject({ valid: true, mismatches: [], verification: { exact: true } });
    expect(check(JSON.parse(JSON.stringify(certificate, null, 2))).valid).toBe(true);
  });

  test.each(['accept', 'reject', 'preserve'] as const)(
    'holds where earlier changes are treated by %s',
    (tracked) => {
      const [a, b] = [docx(p(r('a ') + ins(r('b')))), docx(p(r('a ') + ins(r('b')) + r(' c')))];
      const found = compare(a, b, { ...OPTIONS, tracked }, nodeCodec);
      const files = { original: a, modified: b, redline: found.redline };
      expect(check(found.report.certificate, files)).toMatchObject({ valid: true, mismatches: [] });
    },
  );

  const other = docx(p(r('x')));
  test.each<[what: string, files: Partial<Documents>, mismatches: string[]]>([
    ['another original', { original: other }, ['original', 'outcome']],
    ['another modified document', { modified: other }, ['modified', 'outcome']],
    ['another redline', { redline: other }, ['redline', 'outcome']],
    ['a redline that is none', { redline: Uint8Array.of(1) }, ['redline', 'outcome']],
    [
      'sides that were swapped',
      { original: modified, modified: original },
      ['original', 'modified', 'outcome'],
    ],
  ])('does not hold for %s', (_, files, mismatches) => {
    expect(about(check(certificate, { ...documents, ...files }))).toEqual(mismatches);
  });

  test.each<[what: string, more: object, mismatches: string[]]>([
    ['another engine', { engine: '0.0.1' }, ['engine']],
    ['another author', { options: { ...report.options, author: 'Bo' } }, ['options']],
    ['another list of what is ignored', { ignored: [] }, ['options']],
    [
      'less that is ignored than was',
      { options: { ...report.options, ignore: { ...report.options.ignore, case: false } }, ignored: [] },
      ['outcome', 'options'],
    ],
    ['a story less', { outcome: certificate.outcome.slice(1) }, ['outcome']],
    ['a part more', { notCompared: [{ part: 'word/x.xml', reason: 'x' }] }, ['notCompared']],
  ])('that was forged with %s does not hold', (_, more, mismatches) => {
    expect(about(check(forged(more)))).toEqual(mismatches);
    expect(about(check({ ...certificate, ...more }))).toEqual(['digest', ...mismatches]);
  });

  test.each<[what: string, given: unknown, message: RegExp]>([
    ['nothing', null, /no certificate/],
    ['a text', 'x', /no certificate/],
    ['another format', { ...certificate, format: 'redline-certificate/2' }, /"format"/],
    ['a member more', { ...certificate, more: 1 }, /no member "more"/],
    ['a member less', { ...certificate, outcome: undefined }, /"outcome"/],
    [
      'a hash that is none',
      { ...certificate, documents: { ...certificate.documents, redline: 'x' } },
      /"documents"/,
    ],
    ['an option less', { ...certificate, options: { author: 'Ann' } }, /every option/],
    [
      'an option that is none',
      { ...certificate, options: { ...certificate.options, x: 1 } },
      /x is no option/,
    ],
    ['an option of another value', { ...certificate, options: { ...certificate.options, date: 7 } }, /date/],
  ])('that is %s is none', (_, given, message) => {
    const found = check(given);
    expect([found.valid, about(found)]).toEqual([false, ['format']]);
    expect(found.mismatches[0]?.message).toMatch(message);
  });

  test('holds no text of the documents', () => {
    const [a, b] = [docx(p(r('confidential'))), docx(p(r('secret')))];
    const text = JSON.stringify(compare(a, b, {}, nodeCodec).report.certificate satisfies Certificate);
    expect(text).not.toMatch(/confidential|secret/);
  });
});

test.each<[unknown, string]>([
  [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
  [{ é: 1, z: { y: 2, x: '"\n' } }, '{"z":{"x":"\\"\\n","y":2},"é":1}'],
  [{ a: undefined }, '{}'],
])('%j as canonical JSON', (value, want) => {
  expect(canonicalJson(value)).toBe(want);
});
