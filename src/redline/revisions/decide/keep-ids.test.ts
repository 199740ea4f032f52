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

  test('nor is what became another change, however many decisions later', () => {
    const by = (author: string, name: 'ins' | 'del', content: string): string =>
      `<w:${name} w:id="7" w:author="${author}" w:date="2024-05-01T00:00:00Z">${content}</w:${name}>`;
    const blank = '<w:r><w:delText xml:space="preserve"> </w:delText></w:r>';
    const source = docx(
      p(
        by('Ann', 'del', blank) +
          by('Bo', 'ins', r('x')) +
          by('Ann', 'ins', by('Bo', 'del', blank)) +
          by('Bo', 'ins', by('Ann', 'del', blank)) +
          by('Ann', 'ins', by('Cy', 'del', blank)) +
          by('Ann', 'ins', r(' ')) +
          r('Confidential'),
      ),
    );
    const seen = new Map<string, string>();
    const say = (now: Uint8Array): void => {
      for (const c of listChanges(now, OPTIONS, nodeCodec).changes) {
        const what = `${c.kind} ${c.author}`;
        expect(seen.get(c.id) ?? what, c.id).toBe(what);
        seen.set(c.id, what);
      }
    };
    const orders = [5, 4, 1, 2, 0, 3].map((_, i, all) => [...all.slice(i), ...all.slice(0, i)]);
    for (const order of orders) {
      seen.clear();
      say(source);
      const first = idsOf(source);
      let now = source;
      const lost = new Set<string>();
      for (const at of order) {
        const id = first[at] ?? '';
        const there = new Set(idsOf(now));
        if (lost.has(id)) expect(there, 'an id that was lost').not.toContain(id);
        if (!there.has(id)) continue;
        now = decided(now, 'reject', id);
        say(now);
        for (const old of there) if (!idsOf(now).includes(old)) lost.add(old);
      }
    }
  });

  test('the document says what it must, and nothing where no id changed', () => {
    const far = docx(
      p(`${r('a ')}${ins(r('one long insertion here'))}`) + p(`${r('b ')}${del('one long deletion')}`),
    );
    expect(ofOurs(decided(far, 'accept', idsOf(far)[0] ?? ''))).toEqual([]);
    expect(ofOurs(decided(TWINS, 'accept', ids[0] ?? ''))).toEqual(['customXml/item1.xml']);
  });
});
