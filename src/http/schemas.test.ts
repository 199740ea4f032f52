import { expect, test } from 'vitest';
import { docx, p, r, withHeader } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { compare } from '../redline/index.ts';
import { certificateSchema, comparisonSchema } from './schemas.ts';

const ignore = { case: true, headersAndFooters: true };
const { report } = compare(docx(p(r('a B'))), docx(withHeader(p(r('A c')))), { ignore }, nodeCodec);

test('the schemas say what the engine answers, no more and no less', () => {
  expect(certificateSchema.parse(report.certificate)).toEqual(report.certificate);
  const links = { self: '/', redline: '/', html: '/' };
  const answer = { id: 'x', report, links, expiresAt: '2026-01-01T00:00:00.000Z' };
  expect(comparisonSchema.parse(answer)).toEqual(answer);
});
