import { expect } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS, decideChanges, listChanges, type Verdict, verify } from '../../src/redline/index.ts';
import { isLookedUp } from './lookup.ts';
import { docx, type Source } from './redlines.ts';

const OPTIONS = { limits: DEFAULT_LIMITS };
const read = (document: Uint8Array) => listChanges(document, OPTIONS, nodeCodec);
const decide = (document: Uint8Array, verdict: Verdict, ids?: readonly string[]) =>
  decideChanges(document, [{ verdict, changes: ids === undefined ? {} : { ids } }], OPTIONS, nodeCodec);
const found = (document: Uint8Array, decided: Uint8Array, mode: Verdict) =>
  verify(document, document, decided, nodeCodec, DEFAULT_LIMITS, undefined, mode).differences;

/**
 * Decides all changes of a document at once, and one by one, both ways: what comes is what the independent reader reads.
 * Returns how many changes there were.
 */
export function isDecided(source: Source): number {
  const document = docx(source);
  const { changes } = read(document);
  expect(new Set(changes.map((c) => c.id)).size).toBe(changes.length);
  isLookedUp(document);
  for (const verdict of ['accept', 'reject'] as const) {
    const { document: all, report } = decide(document, verdict);
    expect(report.left).toBe(0);
    expect(read(all).changes).toEqual([]);
    expect(found(document, all, verdict)).toEqual([]);
    let now = document;
    for (let left = changes; left.length > 0; left = read(now).changes)
      now = decide(now, verdict, [left[0]?.id ?? '']).document;
    expect(found(document, now, verdict)).toEqual([]);
  }
  return changes.length;
}
