import { describe } from 'vitest';
import { redlineTable, sameTable } from '../../../test/support/engine.ts';
import { change, del, gone, ins, p, r, t, tag } from '../../../test/support/redlines.ts';

const run = (content: string): string => `<w:r>${content}</w:r>`;
const BOLD = '<w:b/>';
const SYMBOL = '<w:sym w:font="Wingdings" w:char="F0E0"/>';
const OTHER_SYMBOL = '<w:sym w:font="Wingdings" w:char="F0E1"/>';
const PROOF = '<w:noProof/><w:lang w:val="en-US"/>';
const ruby = (base: string): string =>
  run(
    `<w:ruby><w:rubyPr/><w:rt>${run('<w:t>x</w:t>')}</w:rt><w:rubyBase>${run(`<w:t>${base}</w:t>`)}</w:rubyBase></w:ruby>`,
  );
const math = (text: string): string => `<m:oMath><m:r><m:t>${text}</m:t></m:r></m:oMath>`;
const rtl = (content: string): string => `<w:bdo w:val="rtl">${content}</w:bdo>`;
const smart = (content: string): string => `<w:smartTag w:uri="u" w:element="e">${content}</w:smartTag>`;

describe('what counts as a change of text', () => {
  redlineTable([
    [
      'a replaced word is one deletion and one insertion',
      p(r('a small dog')),
      p(r('a big dog')),
      p(r('a ') + del('small') + ins(r('big')) + r(' dog')),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'a new word comes with its blank',
      p(r('a dog')),
      p(r('a big dog')),
      p(r('a ') + ins(r('big ')) + r('dog')),
      { insertions: 1, wordsInserted: 1 },
    ],
    [
      'a deletion over two runs is one change and keeps both formats',
      p(r('a ') + r('big', BOLD) + r(' dog')),
      p(r('a dog')),
      p(r('a ') + tag('del', run(`<w:rPr>${BOLD}</w:rPr><w:delText>big</w:delText>`) + gone(' ')) + r('dog')),
      { deletions: 1, wordsDeleted: 1 },
    ],
    [
      'a number is one word, its unit another',
      p(r('pay 1,000.50 EUR')),
      p(r('pay 1,000.75 EUR')),
      p(r('pay ') + del('1,000.50') + ins(r('1,000.75')) + r(' EUR')),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'ideographs change one by one',
      p(r('甲方应付款')),
      p(r('乙方应付款')),
      p(del('甲') + ins(r('乙')) + r('方应付款')),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'a combining mark and a surrogate pair stay whole',
      p(r('cafe\u0301 😀')),
      p(r('cafe\u0301 😁')),
      p(r('cafe\u0301 ') + del('😀') + ins(r('😁'))),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'text that must be escaped is escaped',
      p(r('a &lt;b&gt; &amp; c')),
      p(r('a &lt;d&gt; &amp; c')),
      p(r('a &lt;') + del('b') + ins(r('d')) + r('&gt; &amp; c')),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'blanks at the ends of text count where they are kept',
      p(r('a')),
      p(r('a ')),
      p(r('a') + ins(r(' '))),
      { insertions: 1 },
    ],
    [
      'text comes into an empty paragraph',
      p(''),
      p(r('a')),
      p(ins(r('a'))),
      { insertions: 1, wordsInserted: 1 },
    ],
    ['a paragraph is emptied', p(r('a')), p(''), p(del('a')), { deletions: 1, wordsDeleted: 1 }],
  ]);
});

describe('what stands between words', () => {
  redlineTable([
    [
      'a tab between words is one character',
      p(r('a b')),
      p(r('a b') + run('<w:tab/>')),
      p(r('a b') + ins(run('<w:tab/>'))),
      { insertions: 1 },
    ],
    [
      'a break goes',
      p(r('a ') + run('<w:br w:type="page"/>') + r('b')),
      p(r('a b')),
      p(r('a ') + tag('del', run('<w:br w:type="page"/>')) + r('b')),
      { deletions: 1 },
    ],
    [
      'a symbol is replaced by another',
      p(r('a') + run(SYMBOL)),
      p(r('a') + run(OTHER_SYMBOL)),
      p(r('a') + tag('del', run(SYMBOL)) + ins(run(OTHER_SYMBOL))),
      { insertions: 1, deletions: 1 },
    ],
    [
      'a hyphen that does not break is another character than a hyphen',
      p(r('a') + run('<w:noBreakHyphen/>') + r('b')),
      p(r('a-b')),
      p(r('a') + tag('del', run('<w:noBreakHyphen/>')) + ins(r('-')) + r('b')),
      { insertions: 1, deletions: 1, wordsInserted: 1 },
    ],
    [
      'an equation is one character',
      p(math('a')),
      p(math('b')),
      p(tag('del', math('a')) + ins(math('b'))),
      { insertions: 1, deletions: 1 },
    ],
    [
      'a ruby is one character; all text in a deleted one is deleted text',
      p(ruby('y')),
      p(ruby('z')),
      p(tag('del', ruby('y').replaceAll('w:t>', 'w:delText>')) + ins(ruby('z'))),
      { insertions: 1, deletions: 1 },
    ],
    [
      'a change in text with its own direction stays inside it',
      p(rtl(r('a b'))),
      p(rtl(r('a c'))),
      p(rtl(r('a ') + del('b') + ins(r('c')))),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'a direction that goes is inside the revision',
      p(r('x') + rtl(r('a b'))),
      p(r('x')),
      p(r('x') + tag('del', rtl(gone('a b')))),
      { deletions: 1, wordsDeleted: 2 },
    ],
    [
      'a smart tag that goes is inside the revision',
      p(r('x') + smart(r('a'))),
      p(r('x')),
      p(r('x') + tag('del', smart(gone('a')))),
      { deletions: 1, wordsDeleted: 1 },
    ],
  ]);
});

describe('what counts as a change of formatting', () => {
  const former = (rPr: string): string => change('rPr', rPr);
  redlineTable([
    [
      'a word becomes bold',
      p(r('a big dog')),
      p(r('a ') + r('big', BOLD) + r(' dog')),
      p(r('a ') + r('big', BOLD + former('')) + r(' dog')),
      { runFormatting: 1 },
    ],
    [
      'a word that is replaced and formatted is no change of formatting',
      p(r('a big dog')),
      p(r('a ') + r('large', BOLD) + r(' dog')),
      p(r('a ') + del('big') + ins(r('large', BOLD)) + r(' dog')),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'half a word becomes bold',
      p(r('carpet')),
      p(r('car') + r('pet', BOLD)),
      p(r('car') + r('pet', BOLD + former(''))),
      { runFormatting: 1 },
    ],
    [
      'the language changes',
      p(r('a b', '<w:lang w:val="en-US"/>')),
      p(r('a b', '<w:lang w:val="nb-NO"/>')),
      p(r('a b', `<w:lang w:val="nb-NO"/>${former('<w:lang w:val="en-US"/>')}`)),
      { runFormatting: 1 },
    ],
    [
      'language and proofing survive a change of text',
      p(r('a b', PROOF)),
      p(r('a c', PROOF)),
      p(
        r('a ', PROOF) +
          tag('del', run(`<w:rPr>${PROOF}</w:rPr><w:delText>b</w:delText>`)) +
          ins(r('c', PROOF)),
      ),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
  ]);
});

describe('what is no change', () => {
  sameTable([
    ['nothing differs', p(r('a')), p(r('a'))],
    ['runs are split elsewhere', p(r('a') + r('bc')), p(r('ab') + r('c'))],
    ['a text is split', p(r('ab')), p(run(t('a') + t('b')))],
    [
      'revision save ids and proofing marks',
      p(r('ab')),
      `<w:p w:rsidR="00000001" w:rsidRDefault="00000002"><w:proofErr w:type="spellStart"/><w:r w:rsidR="00000003">${t('ab')}</w:r></w:p>`,
    ],
    [
      'page breaks of the last layout',
      p(r('a') + r('b')),
      p(run(`<w:lastRenderedPageBreak/>${t('a')}`) + r('b')),
    ],
    ['a property that is on, spelt otherwise', p(r('a', '<w:b/>')), p(r('a', '<w:b w:val="true"/>'))],
    ['properties in another order', p(r('a', '<w:b/><w:i/>')), p(r('a', '<w:i/><w:b/>'))],
    ['ids of paragraphs', '<w:p w14:paraId="00000001"/>', '<w:p w14:paraId="00000002"/>'],
    ['character references', p(r('a&#8217;s')), p(r('a’s'))],
    [
      'a proofing mark here and a split run there',
      p(`${r('a')}<w:proofErr w:type="spellStart"/>${r('b')}`),
      p(r('ab')),
    ],
    ['a CDATA section', p(r('a&amp;b')), p(run('<w:t><![CDATA[a&b]]></w:t>'))],
    ['a comment of XML', p(r('a')), p(`${r('a')}<!-- note -->`)],
  ]);
});
