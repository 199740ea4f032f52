const BOX = 'a text box stands twice in the file, for new and for old readers, and both must change alike';
const PARTS =
  'a replaced word is a deletion and an insertion, marked word by word; they count coarser stretches';

/** Why our count of revisions is another than the upstream test's, by the number of the test. */
export const reasons: Readonly<Record<string, string>> = {
  'CZ-1010':
    'upstream asserts only that its parameter is 1; deliberate: four paragraphs became one without blanks, `Video.When.You.To`, which is one word (UAX #29), so nothing of it is common',
  'WC-1210':
    'deliberate: every inserted row is one change; a table in place of a paragraph is not one revision',
  'WC-1440': 'each inserted paragraph counts on its own',
  'WC-1450':
    'deliberate: a deleted row counts once as a row and once for each stretch of words, or picture, that it held; a word came in another row',
  'WC-1770': `${BOX}; formatting is marked, too`,
  'WC-1820': 'a deleted row counts once as a row and once as the words that it held',
  'WC-1840': 'an equation came in, a space and a full stop went out, at three places',
  'WC-1850':
    'deliberate: a bookmark stands within the inserted word, and bookmarks are never inside of an insertion, for rejecting it would take them along',
  'WC-1890': BOX,
  'WC-1900': BOX,
  'WC-1920': `${BOX}; ${PARTS}`,
  'WC-1930': `${BOX}; ${PARTS}`,
  'WC-1940':
    'deliberate: the parts of the diagram were written anew with other bytes, so it is another diagram, and a section change counts as well',
  'WC-1960':
    'deliberate: the words are the same, yet run, table and section properties differ; they ignore formatting',
  'WC-2050':
    'the original of one of the two notes has no paragraph that could carry a change, so the note is replaced',
  'WC-2060':
    'the original of one of the two notes has no paragraph that could carry a change, so the note is replaced',
  'WCI-1000': 'deliberate: their count is for a comparison without regard to case; ours minds case',
};
