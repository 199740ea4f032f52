import { expect, test } from 'vitest';
import { docx, p, r } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { applyEdits, DEFAULT_LIMITS, readEdits } from './index.ts';

const OPTIONS = { author: 'Ed', date: null, limits: DEFAULT_LIMITS };
const DOCUMENT = docx(p(r('The fee is ten pounds.')) + p(r('It is due at once.')));
const EDITS = readEdits([{ op: 'replace', at: { quote: 'ten' }, with: 'twelve' }]);

test.each<[string, (xml: string) => string]>([
  ['an insertion that is none', (xml) => xml.replaceAll(/<w:ins [^>]*>|<\/w:ins>/g, '')],
  ['a deletion without its words', (xml) => xml.replaceAll(/<w:del [^>]*>.*?<\/w:del>/g, '')],
  ['an id that is there twice', (xml) => xml.replaceAll(/(<w:(?:ins|del) w:id=)"\d+"/g, '$1"7"')],
  ['deleted words that are none', (xml) => xml.replaceAll('w:delText', 'w:t')],
])('edits that were written wrong are refused: %s', (_, broken) => {
  const codec = { ...nodeCodec, encodeUtf8: (xml: string) => nodeCodec.encodeUtf8(broken(xml)) };
  expect(() => applyEdits(DOCUMENT, EDITS, OPTIONS, nodeCodec)).not.toThrow();
  expect(() => applyEdits(DOCUMENT, EDITS, OPTIONS, codec)).toThrow(
    expect.objectContaining({ code: 'edit/not-exact' }),
  );
});
