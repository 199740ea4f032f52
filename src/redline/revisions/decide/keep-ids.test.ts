import { describe, expect, test } from 'vitest';
import { del, docx, ins, p, r } from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { openPackage } from '../../ooxml/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import { listChanges } from '../changes/list.ts';
import { decideChanges } from './decide.ts';

const OPTIONS = { limits: DEFAULT_LIMITS };
const idsOf = (document: Uint8Array): string[] =>
  listChanges(document, OPTIONS, nodeCodec).changes.map((change) => change.id);
const decided = (document: Uint8Array, verdict: 'accept' | 'reject', ...ids: string[]): Uint8Array =>
  decideChanges(document, [{ verdict, changes: { ids } }], OPTIONS, nodeCodec).document;
const ofOurs = (document: Uint8Array): string[] =>
  openPackage(document, nodeCodec, DEFAULT_LIMITS)
    .entries.map((entry) => entry.name)
    .filter((name) => name.startsWith('customXml'));

/** Short changes, all alike, close together: what stands around each changes with every decision. */
const TWINS = docx(
  p(`${r('a')}${ins(r(','))}${r(' b')}${ins(r(','))}${r(' c')}${del('x')}${r('d ')}${ins(r(','))}${r('e')}`) +
    p(`${r('a')}${ins(r(','))}${r(' b')}${ins(r(','))}${r('c')}`),
);

describe('ids of changes outlive decisions', () => {
  const ids = idsOf(TWINS);

  test.each(ids.flatMap((_, at) => (['accept', 'reject'] as const).map((verdict) => [at, verdict] as const)))(
    'on change %i: %s',
    (at, verdict) => {
      const after = decided(TWINS, verdict, ids[at] ?? '');
      expect(idsOf(after)).toEqual(ids.filter((_, i) => i !== at));
    },
  );

  test('one after the other, until nothing is left to say', () => {
    let now = TWINS;
    for (const [at, id] of ids.entries()) {
      now = decided(now, at % 2 === 0 ? 'accept' : 'reject', id);
      expect(idsOf(now)).toEqual(ids.slice(at + 1));
    }
    expect(ofOurs(now)).toEqual([]);
    expect(openPackage(now, nodeCodec, DEFAULT_LIMITS).entries.map((e) => e.name)).toEqual(
      openPackage(TWINS, nodeCodec, DEFAULT_LIMITS).entries.map((e) => e.name),
    );
  });

  test('and what was decided is never found again', () => {
    const after = decided(TWINS, 'reject', ids[0] ?? '');
    expect(() => decided(after, 'accept', ids[0] ?? '')).toThrow(
      expect.objectContaining({ code: 'changes/unknown-id' }),
    );
  });

  test('the document says what it must, and nothing where no id changed', () => {
    const far = docx(
      p(`${r('a ')}${ins(r('one long insertion here'))}`) + p(`${r('b ')}${del('one long deletion')}`),
    );
    expect(ofOurs(decided(far, 'accept', idsOf(far)[0] ?? ''))).toEqual([]);
    expect(ofOurs(decided(TWINS, 'accept', ids[0] ?? ''))).toEqual(['customXml/item1.xml']);
  });
});
