import { describe, expect, test } from 'vitest';
import { unexpectedStory } from './edit-outcome.ts';
import type { Asked, Edit } from './revisions/index.ts';
import { type Accepted, type AcceptedLine, element } from './verify/index.ts';

const LETTERS = 'ABCDEFGH';
const alphabet = (milestone: number): string => String.fromCodePoint(0xf0000 + milestone);
/** `<A` … `A>` stand for the two milestones of the first place, `<B` … `B>` for those of the second. */
const surveyed = (line: string): string =>
  line
    .replace(/<([A-H])/g, (_, l: string) => alphabet(2 * LETTERS.indexOf(l)))
    .replace(/([A-H])>/g, (_, l: string) => alphabet(2 * LETTERS.indexOf(l) + 1));
const stretch = (place: number, text: string): Asked['at'] => ({
  part: 'word/document.xml',
  start: 2 * place,
  end: 2 * place + 1,
  text,
});
const ask = (edit: object, text: string, stays = false): Asked => ({
  edit: { at: {}, ...edit } as Edit,
  at: stretch(0, text),
  to: undefined,
  stays,
});
/** A line of which all characters look alike, and so does the mark. */
const lineOf = (line: string, over: Partial<AcceptedLine> = {}): AcceptedLine => ({
  line,
  format: line.startsWith('P ') ? `${line.length - 2} (w:rPr)\n1 \u00b6\n` : '',
  ...{ style: '', numbering: '', direct: '', links: '', objects: '', controls: '', table: '' },
  properties: line.startsWith('P ') ? element('w:pPr') : undefined,
  ...over,
});
const accepted = (stories: Readonly<Record<string, readonly (string | AcceptedLine)[]>>): Accepted => ({
  stories: new Map(
    Object.entries(stories).map(([name, lines]) => [
      name,
      lines.map((l) => (typeof l === 'string' ? lineOf(l) : l)),
    ]),
  ),
  characters: (format, restyle) =>
    format +
    restyle([])
      .map((c) => c.name)
      .join(),
  paragraph: (pPr) => ({ style: '', numbering: '', direct: pPr?.children.map((c) => c.name).join() ?? '' }),
  styleId: (wanted) => wanted,
});
const story = (asked: Asked, before: readonly string[], after: readonly string[]): string | undefined =>
  unexpectedStory(accepted({ body: before.map(surveyed) }), accepted({ body: after }), [asked], alphabet)
    ?.story;

const move: Asked = { ...ask({ op: 'moveParagraph', side: 'after' }, 'a'), to: stretch(1, 'c') };
const ROW = ['TBL', 'TR', 'TC', 'P <AaA>', '/TC', '/TBL'];

/** What is asked, the lines with milestones, and the lines that accepting has to give. */
const ROWS: readonly (readonly [
  what: string,
  asked: Asked,
  before: readonly string[],
  after: readonly string[],
])[] = [
  ['replace', ask({ op: 'replace', with: 'x' }, 'b'), ['P a <AbA> c'], ['P a x c']],
  ['delete', ask({ op: 'delete' }, 'b'), ['P a <AbA> c'], ['P a  c']],
  ['insert before', ask({ op: 'insert', side: 'before', text: 'x' }, 'b'), ['P a<AbA>'], ['P axb']],
  ['insert after', ask({ op: 'insert', side: 'after', text: 'x' }, 'b'), ['P a<AbA>c'], ['P abxc']],
  [
    'new paragraphs',
    ask({ op: 'insertParagraph', side: 'after', text: 'x\ny' }, 'a'),
    ['P <AaA>', 'TXBX', 'P box', '/TXBX', 'P b'],
    ['P a', 'TXBX', 'P box', '/TXBX', 'P x', 'P y', 'P b'],
  ],
  ['a paragraph goes', ask({ op: 'deleteParagraph' }, 'a'), ['P <AaA>', 'P b'], ['P b']],
  ['a paragraph stays', ask({ op: 'deleteParagraph' }, 'a', true), ['P <AaA>', 'TBL'], ['P ', 'TBL']],
  ['a joined paragraph goes', ask({ op: 'deleteParagraph' }, 'b'), ['P a<AbA>', 'P c'], ['P a', 'P c']],
  ['a move', move, ['P <AaA>', 'P b', 'P <BcB>', 'P d'], ['P b', 'P c', 'P a', 'P d']],
  ['a split', ask({ op: 'splitParagraph', side: 'before' }, 'b'), ['P a<AbA>'], ['P a', 'P b']],
  [
    'a merge',
    ask({ op: 'mergeParagraph' }, 'a'),
    ['P <AaA>', 'TXBX', 'P box', '/TXBX', 'P b'],
    ['P ab', 'TXBX', 'P box', '/TXBX'],
  ],
  [
    'a new row',
    ask({ op: 'insertRow', side: 'after', cells: ['x'] }, 'a'),
    ROW,
    ['TBL', 'TR', 'TC', 'P a', '/TC', 'TR', 'TC', 'P x', '/TC', '/TBL'],
  ],
  ['the only row goes', ask({ op: 'deleteRow' }, 'a'), [...ROW, 'P end'], ['P end']],
  [
    'formatting says nothing of text',
    ask({ op: 'formatText', set: { bold: true } }, ''),
    ['P b <AA> c'],
    ['P b  c'],
  ],
  [
    'a field goes with its result',
    ask({ op: 'delete' }, '3'),
    ['P on \u27e6field\u27e7PAGE\u27e6=\u27e7<A3A>\u27e6/field\u27e7.'],
    ['P on .'],
  ],
];

describe('the outcome of edits', () => {
  test.each(ROWS)('%s', (_, asked, before, after) => {
    expect(story(asked, before, after)).toBeUndefined();
    const rest = ['P one more'];
    expect(story(asked, [...before, ...rest], [...after, ...rest])).toBeUndefined();
  });

  test.each(ROWS)('%s: anything else is found', (_, asked, before, after) => {
    expect(story(asked, before, [...after, 'P '])).toBe('body');
    expect(story(asked, before, after.slice(1))).toBe('body');
    for (const at of after.keys())
      expect(story(asked, before, after.with(at, `${after[at]}!`)), `line ${at}`).toBe('body');
  });

  test('words that are not where they were found', () => {
    const asked = ask({ op: 'delete' }, 'b');
    expect(story(asked, ['P a<AxA>'], ['P a'])).toBe('word/document.xml');
    expect(story(asked, ['P a'], ['P a'])).toBe('word/document.xml');
    expect(story(asked, ['P a<A', 'P A>b'], ['P a', 'P b'])).toBe('word/document.xml');
  });

  test('a new note says what was asked', () => {
    const asked = [ask({ op: 'footnote', text: 'note' }, 'a')];
    const before = accepted({ body: [surveyed('P <AaA>')] });
    const noted = (text: string): Accepted =>
      accepted({ body: ['P a\u27e6footnote\u27e7'], 'footnote 1': [`P \u27e6footnoteRef\u27e7 ${text}`] });
    expect(unexpectedStory(before, noted('note'), asked, alphabet)).toBeUndefined();
    const lost = { story: 'footnotes', what: 'text' };
    expect(unexpectedStory(before, noted('another'), asked, alphabet)).toEqual(lost);
    expect(unexpectedStory(before, accepted({ body: ['P a'] }), asked, alphabet)).toEqual(lost);
  });
});
