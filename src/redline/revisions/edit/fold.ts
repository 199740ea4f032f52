const FOLDED: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201b': "'",
  '\u2032': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u201f': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u2033': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2015': '-',
  '\u2212': '-',
  '\u2026': '...',
};

const UNSEEN = /[\u00ad\u200b-\u200f\u2060\ufeff]/;

/** A text without what fuzzy matching passes over, and where each of its characters stood. */
export interface Folded {
  readonly text: string;
  /** For each UTF-16 unit of `text` the offset in the source; one more for the end. */
  readonly at: readonly number[];
}

/** Typographic quotes and dashes as plain ones, case folded, each stretch of blanks as one blank. */
export function fold(source: string): Folded {
  let text = '';
  const at: number[] = [];
  for (let i = 0; i < source.length; i++) {
    const c = source.charAt(i);
    if (UNSEEN.test(c)) continue;
    const to = /\s/.test(c) ? ' ' : (FOLDED[c] ?? c.toLowerCase());
    if (to === ' ' && text.endsWith(' ')) continue;
    text += to;
    for (let k = 0; k < to.length; k++) at.push(i);
  }
  at.push(source.length);
  return { text, at };
}

// What stands for elements of their own in the text of a paragraph.
const ELEMENTS = /[\t\n\u00ad\u2011]+/;
const BLANK = /^[\s\u00ad\u2011\u200b-\u200f\u2060\ufeff]*$/;

/**
 * The longest stretch of a text that Word writes as text and nothing else: a match of the whole is a match of it in
 * the index of a part.
 */
export function longestStretch(text: string): string {
  return text.split(ELEMENTS).reduce((longest, s) => (s.length > longest.length ? s : longest), '');
}

/** Does a text show nothing but blanks? */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}

/** A text as the index of a part holds it for fuzzy matching. */
export function indexedFolded(text: string): string {
  // Most text is plain, and all that happens to it is quickly done.
  if (/^[ -~]*$/.test(text)) return text.toLowerCase().replace(/[ -]+/g, '');
  return fold(text).text.replace(/[\s-]+/g, '');
}
