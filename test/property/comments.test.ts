import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import {
  applyEdits,
  type Comment,
  DEFAULT_LIMITS,
  listComments,
  RedlineError,
  readEdits,
} from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { docx, p, r } from '../support/redlines.ts';

const EDITOR = { author: 'Ed', date: '2024-06-01T00:00:00Z', limits: DEFAULT_LIMITS };
const QUOTES = ['One', 'One two', 'two three', 'Four', 'five six seven', 'seven'];
const DOCUMENT = docx(p(r('One two three')) + p(r('Four five')) + p(r('five six seven')));

interface Known {
  readonly id: string;
  readonly root: string;
  readonly text: string;
}

type Step = readonly [op: 'comment' | 'reply' | 'resolve' | 'reopen' | 'deleteComment', which: number];
const steps = fc.array(
  fc.tuple(
    fc.constantFrom<Step[0]>('comment', 'comment', 'reply', 'reply', 'resolve', 'reopen', 'deleteComment'),
    fc.nat(1000),
  ),
  { minLength: 1, maxLength: 14 },
);

/** What should be there, kept beside the document. */
class Model {
  known: Known[] = [];
  readonly resolved = new Set<string>();

  apply([op, which]: Step, id: string | undefined, target: Known | undefined): void {
    if (op === 'comment') this.known.push({ id: id ?? '', root: id ?? '', text: `c${which}` });
    if (target === undefined) return;
    if (op === 'reply') this.known.push({ id: id ?? '', root: target.root, text: `c${which}` });
    if (op === 'resolve') this.resolved.add(target.root);
    if (op === 'reopen') this.resolved.delete(target.root);
    if (op !== 'deleteComment') return;
    this.known = this.known.filter((c) => (target.id === target.root ? c.root : c.id) !== target.id);
    // Its number may be given again.
    this.resolved.delete(target.id);
  }

  expectIn(listed: readonly Comment[]): void {
    expect(listed.map(({ id, parent, text }) => ({ id, parent, text }))).toEqual(
      this.known.map(({ id, root, text }) => ({ id, parent: root === id ? null : root, text })),
    );
    for (const { id, resolved, parent } of listed)
      if (parent === null) expect(resolved, `state of ${id}`).toBe(this.resolved.has(id));
  }
}

const all = (xml: string, pattern: RegExp): string[] => Array.from(xml.matchAll(pattern), (m) => m[1] ?? '');

/** The parts that speak of comments speak of the same ones, and each has one range and one reference. */
function expectInStep(document: Uint8Array): void {
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  const text = (name: string): string => (pkg.has(`word/${name}.xml`) ? pkg.text(`word/${name}.xml`) : '');
  const ids = all(text('comments'), /<w:comment [^>]*?w:id="(\d+)"/g);
  const paragraphs = all(text('comments'), /w14:paraId="([0-9A-F]{8})"/g);
  const listed = all(text('commentsExtended'), /w15:paraId="([0-9A-F]{8})"/g);
  expect(new Set(paragraphs).size).toBe(paragraphs.length);
  expect(listed.every((id) => paragraphs.includes(id))).toBe(true);
  expect(
    all(text('commentsExtended'), /paraIdParent="([0-9A-F]{8})"/g).every((id) => listed.includes(id)),
  ).toBe(true);
  expect(all(text('commentsIds'), /w16cid:paraId="([0-9A-F]{8})"/g)).toEqual(paragraphs);
  if (ids.length > 0) expect(text('people')).toContain('w15:author="Ed"');
  for (const mark of ['commentRangeStart', 'commentRangeEnd', 'commentReference'])
    expect(all(pkg.text(pkg.main), new RegExp(`<w:${mark} w:id="(\\d+)"`, 'g')).sort(), mark).toEqual(
      [...ids].sort(),
    );
}

test('whatever is done with comments, every part keeps step', () => {
  let done = 0;
  const law = fc.property(steps, (list) => {
    const model = new Model();
    let document = DOCUMENT;
    for (const step of list) {
      const [op, which] = step;
      const target = model.known[which % Math.max(1, model.known.length)];
      const about = { comment: target?.id ?? '99', text: `c${which}` };
      const edit =
        op === 'comment'
          ? { op, at: { quote: QUOTES[which % QUOTES.length] }, text: `c${which}` }
          : op === 'reply'
            ? { op, ...about }
            : { op, comment: about.comment };
      try {
        const edited = applyEdits(document, readEdits([edit]), EDITOR, nodeCodec);
        expect(op === 'comment' || target !== undefined).toBe(true);
        model.apply(step, edited.report.edits[0]?.comment, target);
        document = edited.document;
        done += 1;
      } catch (error) {
        if (!(error instanceof RedlineError)) throw error;
        expect([error.code, target]).toEqual(['edit/anchor-unknown', undefined]);
      }
      model.expectIn(listComments(document, DEFAULT_LIMITS, nodeCodec));
      expectInStep(document);
    }
  });
  fc.assert(law, { seed: 20260611, numRuns: 60 });
  expect(done).toBeGreaterThan(100);
});
