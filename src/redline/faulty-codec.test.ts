import { expect, test } from 'vitest';
import { EDITOR } from '../../test/support/edits.ts';
import { docx, ins, p, r } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import type { Codec } from './codec.ts';
import {
  applyEdits,
  combine,
  compare,
  compareOptions,
  DEFAULT_LIMITS,
  RedlineError,
  readEdits,
} from './index.ts';

/** A platform that writes one word for another: whatever goes through it comes out wrong, in a sound package. */
const faulty = (word: string, instead: string): Codec => ({
  ...nodeCodec,
  encodeUtf8: (text) => nodeCodec.encodeUtf8(text.replaceAll(word, instead)),
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof RedlineError) return error.code;
    throw error;
  }
  return 'none';
};

const [base, modified] = [docx(p(r('a kept')) + p(r('c'))), docx(p(r('a kept fresh')) + p(r('c')))];
const tracked = docx(p(r('a kept') + ins(r(' fresh'))) + p(r('c')));
const insert = readEdits([{ op: 'insert', at: { quote: 'a kept' }, side: 'after', text: 'fresh' }]);
const options = { policy: 'keep', date: null, limits: DEFAULT_LIMITS } as const;

/** What is written, by way of which codec, and the refusal. */
const ROWS: readonly (readonly [what: string, code: string, work: (codec: Codec) => unknown])[] = [
  ['a comparison', 'redline/not-exact', (codec) => compare(base, modified, compareOptions({}), codec)],
  ['edits', 'edit/not-exact', (codec) => applyEdits(base, insert, EDITOR, codec)],
  [
    'a combination',
    'combine/not-exact',
    (codec) => combine(base, [{ document: tracked, reviewer: 'Ann' }], options, codec),
  ],
];

test.each(ROWS)('what a platform writes otherwise than asked is found out: %s', (_, code, work) => {
  expect(codeOf(() => work(nodeCodec))).toBe('none');
  expect(codeOf(() => work(faulty('fresh', 'stale')))).toBe(code);
});
