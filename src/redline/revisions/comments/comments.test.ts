import { describe, expect, test } from 'vitest';
import { EDITOR, edited, refusal } from '../../../../test/support/edits.ts';
import { bare } from '../../../../test/support/engine.ts';
import { ins, noteRef, p, r, withNotes } from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { applyEdits, type Comment, listComments, readEdits } from '../../index.ts';
import { elements, openPackage } from '../../ooxml/index.ts';

const comment = (quote: string, text: string, until?: string): object => ({
  op: 'comment',
  at: { quote },
  text,
  ...(until === undefined ? {} : { until: { quote: until } }),
});
const list = (bytes: Uint8Array): Comment[] => listComments(bytes, EDITOR.limits, nodeCodec);
const next = (bytes: Uint8Array, edits: readonly object[]): Uint8Array =>
  applyEdits(bytes, readEdits(edits), EDITOR, nodeCodec).document;

describe('comments', () => {
  test('stand on words, overlap, and run across paragraphs', () => {
    const { bytes, xml } = edited(p(r('One two')) + p(r('Three four')), [
      comment('One two', 'First\nline'),
      comment('two', 'Second', 'Three'),
    ]);
    expect(xml).toBe(
      bare(
        p(
          '<w:commentRangeStart w:id="1"/>' +
            r('One ') +
            '<w:commentRangeStart w:id="2"/>' +
            r('two') +
            '<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>',
        ) +
          p(
            `${r('Three')}<w:commentRangeEnd w:id="2"/><w:r><w:commentReference w:id="2"/></w:r>${r(' four')}`,
          ),
      ),
    );
    expect(list(bytes)).toMatchObject([
      {
        id: '1',
        author: 'Me',
        initials: 'M',
        text: 'First\nline',
        quote: 'One two',
        resolved: false,
        parent: null,
      },
      { id: '2', text: 'Second', quote: 'two\nThree', story: 'body' },
    ]);
  });

  test('stand in notes and in insertions of others', () => {
    const source = withNotes(p(ins(r('One'))) + p(noteRef(3)), { 3: p(r('Note here')) });
    const { bytes } = edited(source, [comment('here', 'a'), comment('One', 'b')], true);
    expect(list(bytes)).toMatchObject([
      { text: 'a', story: 'footnote', quote: 'here' },
      { text: 'b', story: 'body', quote: 'One' },
    ]);
  });

  test('are answered, resolved, reopened and deleted, and every part keeps step', () => {
    const first = edited(p(r('One two')), [comment('two', 'Why?')]).bytes;
    const answered = next(first, [
      { op: 'reply', comment: '1', text: 'Because' },
      { op: 'resolve', comment: '1' },
    ]);
    expect(list(answered)).toMatchObject([
      { id: '1', resolved: true, parent: null, quote: 'two' },
      { id: '2', parent: '1', quote: 'two', text: 'Because' },
    ]);
    const more = next(answered, [
      { op: 'reopen', comment: '2' },
      { op: 'reply', comment: '2', text: 'Still' },
    ]);
    expect(list(more)).toMatchObject([{ resolved: false }, {}, { id: '3', parent: '1' }]);
    expect(list(next(more, [{ op: 'deleteComment', comment: '3' }]))).toHaveLength(2);
    const none = next(more, [{ op: 'deleteComment', comment: '1' }]);
    expect(list(none)).toEqual([]);
    const left = openPackage(none, nodeCodec, EDITOR.limits);
    for (const kind of ['comments', 'commentsExtended', 'commentsIds'])
      expect(elements(left.root(`word/${kind}.xml`)), kind).toEqual([]);
    expect(left.text(left.main)).not.toContain('<w:comment');
    expect(left.text('word/people.xml')).toContain('w15:author="Me"');
  });

  test('go together with edits of the same words', () => {
    const { xml } = edited(p(r('One two')), [comment('two', 'x'), { op: 'delete', at: { quote: 'two' } }]);
    expect(xml).toContain('<w:commentRangeStart w:id="1"/><w:del>');
  });

  test.each<[string, object, string]>([
    ['no such comment', { op: 'reply', comment: '9', text: 'x' }, 'edit/anchor-unknown'],
    ['a range that ends before it begins', comment('two', 'x', 'One'), 'edit/invalid'],
  ])('refused: %s', (_, edit, code) => {
    expect(refusal(p(r('One two')), [edit]).code).toBe(code);
  });
});
