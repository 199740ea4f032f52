import { describe, expect, test } from 'vitest';
import { edited, refusal } from '../../../../test/support/edits.ts';
import { bare } from '../../../../test/support/engine.ts';
import {
  bookmark,
  del,
  docx,
  field,
  gone,
  ins,
  p,
  r,
  type Source,
  sdt,
  tag,
} from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { DEFAULT_LIMITS, decideChanges, listChanges } from '../../index.ts';

const mine = (name: string, content: string): string =>
  tag(name, content).replace('w:author="A"', 'w:author="Me"');
const added = (text: string, rPr = ''): string => mine('ins', r(text, rPr));
const BOLD = '<w:b/>';
const goneBold = (text: string): string => gone(text).replace('<w:r>', `<w:r><w:rPr>${BOLD}</w:rPr>`);

const EMPTY = `<w:p w14:paraId="0000000A"><w:pPr><w:rPr>${BOLD}</w:rPr></w:pPr>`;

type Row = readonly [what: string, source: string, edits: readonly unknown[], markup: string];

const PLAIN: readonly Row[] = [
  [
    'only the words that differ are marked',
    p(r('The fee is ten pounds.')),
    [{ op: 'replace', at: { quote: 'fee is ten pounds' }, with: 'fee is five pounds' }],
    p(r('The fee is ') + del('ten') + added('five') + r(' pounds.')),
  ],
  [
    'new text looks like the first words that it replaces, across runs',
    p(r('The fee ') + r('is ten', BOLD) + r(' pounds.')),
    [{ op: 'replace', at: { quote: 'ten pounds' }, with: 'low' }],
    p(
      r('The fee ') +
        r('is ', BOLD) +
        mine('del', goneBold('ten') + gone(' pounds')) +
        added('low', BOLD) +
        r('.'),
    ),
  ],
  [
    'text behind a quote looks like its end, text before like its start',
    p(r('one ') + r('two', BOLD) + r(' three')),
    [
      { op: 'insert', at: { quote: 'two' }, side: 'after', text: '+' },
      { op: 'insert', at: { quote: ' three' }, side: 'before', text: '-' },
    ],
    p(r('one ') + r('two', BOLD) + mine('ins', r('+', BOLD) + r('-')) + r(' three')),
  ],
  [
    'tabs and line breaks of new text are elements',
    p(r('one')),
    [{ op: 'insert', at: { quote: 'one' }, side: 'after', text: '\ta\nb' }],
    p(r('one') + mine('ins', '<w:r><w:tab/><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>')),
  ],
  [
    'a quote runs over a tab',
    p('<w:r><w:t>one</w:t><w:tab/><w:t>two</w:t></w:r>'),
    [{ op: 'delete', at: { quote: 'e\ttw' } }],
    p(
      '<w:r><w:t>on</w:t></w:r>' +
        mine('del', '<w:r><w:delText>e</w:delText><w:tab/><w:delText>tw</w:delText></w:r>') +
        r('o'),
    ),
  ],
  [
    'bookmarks among deleted words stay',
    p(r('one ') + bookmark('b', r('two')) + r(' three')),
    [{ op: 'delete', at: { quote: 'one two three' } }],
    p(del('one ') + bookmark('b', del('two')) + del(' three')),
  ],
  [
    'a field goes as a whole',
    p(r('See ') + field('REF x', 'clause 1') + r('.')),
    [{ op: 'delete', at: { quote: ' clause 1' } }],
    p(
      r('See') +
        mine(
          'del',
          gone(' ') +
            field('REF x', 'clause 1')
              .replaceAll('w:t>', 'w:delText>')
              .replace('<w:t ', '<w:delText ')
              .replaceAll('instrText', 'delInstrText'),
        ) +
        r('.'),
    ),
  ],
  [
    'a simple field that goes becomes a complex one',
    p(`${r('Page ')}<w:fldSimple w:instr=" PAGE ">${r('3')}</w:fldSimple>`),
    [{ op: 'delete', at: { quote: 'ge 3' } }],
    p(
      r('Pa') +
        mine(
          'del',
          gone('ge ') +
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:delInstrText> PAGE </w:delInstrText></w:r>' +
            `<w:r><w:fldChar w:fldCharType="separate"/></w:r>${gone('3')}<w:r><w:fldChar w:fldCharType="end"/></w:r>`,
        ),
    ),
  ],
  [
    'text at the edge of a field stands outside of it',
    p(r('See ') + field('REF x', 'clause 1')),
    [{ op: 'insert', at: { quote: 'clause 1' }, side: 'after', text: ' below' }],
    p(r('See ') + field('REF x', 'clause 1') + added(' below')),
  ],
  [
    'text behind a link stands outside of it, text within inside',
    p(`<w:hyperlink w:anchor="x">${r('link', '<w:rStyle w:val="Hyperlink"/>')}</w:hyperlink>`),
    [
      { op: 'insert', at: { quote: 'link' }, side: 'after', text: '.' },
      { op: 'insert', at: { quote: 'li' }, side: 'after', text: '+' },
    ],
    p(
      `<w:hyperlink w:anchor="x">${r('li', '<w:rStyle w:val="Hyperlink"/>')}${added('+', '<w:rStyle w:val="Hyperlink"/>')}${r('nk', '<w:rStyle w:val="Hyperlink"/>')}</w:hyperlink>${added('.')}`,
    ),
  ],
  [
    'words of a link are replaced inside of it, the last and all of them too',
    p(
      `<w:hyperlink w:anchor="x">${r('a link', '<w:rStyle w:val="Hyperlink"/>')}</w:hyperlink><w:hyperlink w:anchor="y">${r('other', '<w:rStyle w:val="Hyperlink"/>')}</w:hyperlink>`,
    ),
    [
      { op: 'replace', at: { quote: 'link' }, with: 'place' },
      { op: 'replace', at: { quote: 'other' }, with: 'end' },
    ],
    p(
      `<w:hyperlink w:anchor="x">${r('a ', '<w:rStyle w:val="Hyperlink"/>')}${mine('del', gone('link').replace('<w:r>', '<w:r><w:rPr><w:rStyle w:val="Hyperlink"/></w:rPr>'))}${added('place', '<w:rStyle w:val="Hyperlink"/>')}</w:hyperlink><w:hyperlink w:anchor="y">${mine('del', gone('other').replace('<w:r>', '<w:r><w:rPr><w:rStyle w:val="Hyperlink"/></w:rPr>'))}${added('end', '<w:rStyle w:val="Hyperlink"/>')}</w:hyperlink>`,
    ),
  ],
  [
    'words of a content control change inside of it',
    p(r('Name: ') + sdt(r('Ann'))),
    [{ op: 'replace', at: { quote: 'Ann' }, with: 'Bob' }],
    p(r('Name: ') + sdt(del('Ann') + added('Bob'))),
  ],
  [
    'context tells equal words apart',
    p(r('pay ten and ten more')),
    [{ op: 'replace', at: { quote: 'ten', prefix: 'and ' }, with: 'two' }],
    p(r('pay ten and ') + del('ten') + added('two') + r(' more')),
  ],
  [
    'fuzzy passes over typographic quotes, case and blanks',
    p(r('the \u201cFee\u201d\u00a0\u2013 as agreed')),
    [{ op: 'replace', at: { quote: '"fee"  - AS', fuzzy: true }, with: 'price as' }],
    p(r('the ') + del('\u201cFee\u201d\u00a0\u2013') + added('price') + r(' as agreed')),
  ],
  [
    'an empty paragraph takes text that looks like its mark',
    `${EMPTY}</w:p>${p(r('x'))}`,
    [{ op: 'insert', at: { paragraph: '0000000a' }, side: 'after', text: 'new' }],
    `${EMPTY}${added('new', BOLD)}</w:p>${p(r('x'))}`,
  ],
];

describe('text by quote', () => {
  test.each(PLAIN)('%s', (_, source, edits, markup) => {
    expect(edited(source, edits).xml).toBe(bare(markup));
  });

  test.each<['before' | 'after', string]>([
    ['before', 'ten'],
    ['after', 'ten'],
    ['after', 'fee is '],
    ['before', ' pounds'],
  ])('new words %s %j stand beside words that get another look', (side, quote) => {
    const { xml } = edited(p(r('The fee is ten pounds.')), [
      { op: 'formatText', at: { quote: 'ten' }, set: { bold: true } },
      { op: 'insert', at: { quote }, side, text: ' x ' },
    ]);
    expect(xml).toContain('<w:ins><w:r><w:t> x </w:t></w:r></w:ins>');
    expect(xml).toContain('<w:rPr><w:b/><w:rPrChange><w:rPr/></w:rPrChange></w:rPr><w:t>ten</w:t>');
  });

  test('what was matched without being the same is reported', () => {
    const { report } = edited(p(r('a \u2018b\u2019 c')), [
      { op: 'delete', at: { quote: "'B'", fuzzy: true } },
    ]);
    expect(report.edits[0]).toMatchObject({ edit: 0, op: 'delete', fuzzy: '\u2018b\u2019' });
  });
});

const TRACKED: readonly Row[] = [
  [
    "within another author's insertion the deletion is nested",
    p(r('a ') + ins(r('new words')) + r(' b')),
    [{ op: 'delete', at: { quote: 'words b' } }],
    p(r('a ') + ins(r('new ') + mine('del', gone('words'))) + mine('del', gone(' b'))),
  ],
  [
    "within another author's insertion an insertion stands on its own",
    p(ins(r('new words'))),
    [{ op: 'insert', at: { quote: 'new' }, side: 'after', text: 'er' }],
    p(ins(r('new')) + added('er') + ins(r(' words'))),
  ],
  [
    'within an own insertion words go outright',
    p(r('a ') + mine('ins', r('new words')) + r(' b')),
    [{ op: 'delete', at: { quote: 'new ' } }],
    p(r('a ') + mine('ins', r('words')) + r(' b')),
  ],
  [
    'what is deleted already is passed over',
    p(r('one ') + del('two ') + r('three')),
    [{ op: 'replace', at: { quote: 'one three' }, with: 'four' }],
    p(mine('del', gone('one ')) + del('two ') + mine('del', gone('three')) + added('four')),
  ],
];

describe('among earlier changes', () => {
  test.each(TRACKED)('%s', (_, source, edits, markup) => {
    expect(edited(source, edits, true).xml).toBe(bare(markup));
  });
});

type Refused = readonly [what: string, source: Source, edits: object, code: string, more?: object];
const REFUSED: readonly Refused[] = [
  ['no list', p(r('a')), {}, 'edit/invalid'],
  ['an unknown edit', p(r('a')), [{ op: 'x' }], 'edit/invalid', { edit: 0 }],
  ['an unknown member', p(r('a')), [{ op: 'delete', at: { quote: 'a', x: 1 } }], 'edit/invalid', { edit: 0 }],
  ['an anchor that names nothing', p(r('a')), [{ op: 'delete', at: {} }], 'edit/invalid'],
  ['control characters', p(r('a')), [{ op: 'replace', at: { quote: 'a' }, with: '\u0001' }], 'edit/invalid'],
  ['a quote of blanks', p(r('a b')), [{ op: 'delete', at: { quote: ' ' } }], 'edit/invalid'],
  [
    'words that stand nowhere',
    p(r('a')),
    [{ op: 'delete', at: { quote: 'b' } }],
    'edit/quote-not-found',
    { edit: 0 },
  ],
  [
    'words that would match if fuzzy were asked for',
    p(r('the Fee')),
    [{ op: 'delete', at: { quote: 'fee' } }],
    'edit/quote-not-found',
    { candidates: [{ story: 'body', before: 'the ', match: 'Fee', after: '' }] },
  ],
  [
    'words that stand in several places',
    p(r('a b a')) + p(r('a')),
    [
      { op: 'delete', at: { quote: 'b' } },
      { op: 'delete', at: { quote: 'a' } },
    ],
    'edit/quote-ambiguous',
    { edit: 1, candidates: [{ after: ' b a' }, { before: 'a b ' }, { match: 'a', before: '', after: '' }] },
  ],
  [
    'an unknown paragraph',
    p(r('a')),
    [{ op: 'deleteParagraph', at: { paragraph: 'x' } }],
    'edit/anchor-unknown',
  ],
  ['an unknown clause', p(r('a')), [{ op: 'deleteParagraph', at: { clause: '4.2' } }], 'edit/anchor-unknown'],
  [
    'the same words twice',
    p(r('one two')),
    [
      { op: 'delete', at: { quote: 'one' } },
      { op: 'replace', at: { quote: 'e t' }, with: 'x' },
    ],
    'edit/overlap',
    { edit: 1 },
  ],
  [
    'a part of a field',
    p(field('REF x', 'clause 1')),
    [{ op: 'delete', at: { quote: 'clause' } }],
    'edit/not-editable',
  ],
  [
    'a locked control',
    p(sdt(r('Ann')).replace('<w:tag', '<w:lock w:val="contentLocked"/><w:tag')),
    [{ op: 'delete', at: { quote: 'Ann' } }],
    'edit/not-editable',
  ],
  [
    'an unknown style',
    p(r('a')),
    [{ op: 'formatText', at: { quote: 'a' }, set: { style: 'None' } }],
    'edit/style-unknown',
  ],
  [
    'formatting that somebody else changed',
    p(r('a', `<w:b/>${tag('rPrChange', '<w:rPr/>')}`)),
    [{ op: 'formatText', at: { quote: 'a' }, set: { italic: true } }],
    'edit/not-editable',
  ],
];

describe('refused as a whole', () => {
  test.each(REFUSED.map((row) => [row[0], row] as const))('%s', (_, [, source, edits, code, more = {}]) => {
    const error = refusal(source, edits);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject(more);
  });
});

test('a change is an anchor by its id', () => {
  const source = p(r('a ') + ins(r('new words')) + r(' b'));
  const { changes } = listChanges(docx(source), { limits: DEFAULT_LIMITS }, nodeCodec);
  const { xml } = edited(
    source,
    [{ op: 'replace', at: { change: changes[0]?.id }, with: 'new deeds' }],
    true,
  );
  expect(xml).toBe(bare(p(r('a ') + ins(r('new ') + mine('del', gone('words'))) + added('deeds') + r(' b'))));
  expect(refusal(source, [{ op: 'delete', at: { change: 'x' } }]).code).toBe('edit/anchor-unknown');
});

test("rejecting an editor's changes by author gives a tracked document back", () => {
  const source = p(r('a ') + ins(r('new words')) + del('old') + r(' b'));
  const { bytes } = edited(source, [{ op: 'replace', at: { quote: 'words b' }, with: 'word c' }], true);
  const reject = { verdict: 'reject', changes: { authors: ['Me'] } } as const;
  const back = decideChanges(bytes, [reject], { limits: DEFAULT_LIMITS }, nodeCodec).document;
  const again = listChanges(back, { limits: DEFAULT_LIMITS }, nodeCodec);
  const before = listChanges(docx(source), { limits: DEFAULT_LIMITS }, nodeCodec);
  expect(again.changes.map((c) => [c.kind, c.before, c.after])).toEqual(
    before.changes.map((c) => [c.kind, c.before, c.after]),
  );
});
