import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ErrorCode } from '../../src/redline/index.ts';

const corpus = process.env.REDLINE_CORPUS ?? resolve(import.meta.dirname, '../../../shared/corpus');
/** The folder of hostile documents; the suites that need it run where it is, and must run in CI. */
export const hostile = join(corpus, 'hostile');
export const hostileIsThere = existsSync(join(hostile, 'HOSTILE.tsv'));

const DAMAGED: readonly ErrorCode[] = ['document/damaged-package', 'document/damaged-part'];
const ANY: readonly ErrorCode[] = [
  ...DAMAGED,
  'document/empty',
  'document/not-a-package',
  'document/not-word',
  'document/legacy-format',
  'document/encrypted',
  'document/dtd-forbidden',
  'limits/exceeded',
];

/** The codes that say what the table's words ask for; the first row whose words are there decides. */
const CODES: readonly (readonly [words: RegExp, codes: readonly ErrorCode[]])[] = [
  [/file is empty/, ['document/empty']],
  [/not a Word document/, ['document/not-a-package', 'document/not-word']],
  [/not a valid (?:Word )?package/, ['document/not-word', 'document/damaged-package']],
  [/old \.doc/, ['document/legacy-format']],
  [/encrypted|password-protected/, ['document/encrypted']],
  [/DTD/, ['document/dtd-forbidden']],
  [/expands too far|too many parts/, ['limits/exceeded']],
  [/unsupported compression/, ['document/damaged-package']],
  [/damaged document part/, ['document/damaged-part']],
  [/damaged file/, [...DAMAGED, 'document/not-a-package']],
  [/no body/, ['document/not-word', 'document/damaged-part']],
  [/ignore these entries/, ['document/damaged-package']],
  [/reject clearly/, ANY],
];

export interface Expected {
  readonly codes: readonly ErrorCode[];
  /** Whether it may also be compared: then 0, or 1 for an honest "not exact". */
  readonly mayBeAccepted: boolean;
}

/** What the words of the table ask for. */
export function expectedOf(goodAnswer: string): Expected {
  const mayBeAccepted = /\baccept\b|ignore these entries/.test(goodAnswer);
  const codes = CODES.find(([words]) => words.test(goodAnswer))?.[1] ?? [];
  return { codes, mayBeAccepted };
}

/** File name and the good answer to it, row by row. */
export const hostileTable = (hostileIsThere ? readFileSync(join(hostile, 'HOSTILE.tsv'), 'utf8') : '')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([file = '', , , answer = '']): [string, string] => [file, answer]);
