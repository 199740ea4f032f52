/**
 * Names as verification reads them: one prefix per namespace, whatever the document calls it, and the
 * namespaces of ISO/IEC 29500 Strict under the same prefixes as those of Transitional.
 */

const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['http://schemas.openxmlformats.org/wordprocessingml/2006/main', 'w'],
  ['http://purl.oclc.org/ooxml/wordprocessingml/main', 'w'],
  ['http://schemas.openxmlformats.org/officeDocument/2006/relationships', 'r'],
  ['http://schemas.openxmlformats.org/officeDocument/2006/math', 'm'],
  ['http://schemas.openxmlformats.org/markup-compatibility/2006', 'mc'],
  ['http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing', 'wp'],
  ['http://schemas.openxmlformats.org/drawingml/2006/main', 'a'],
  ['http://schemas.openxmlformats.org/drawingml/2006/picture', 'pic'],
  ['http://schemas.openxmlformats.org/package/2006/relationships', 'rel'],
  ['http://schemas.openxmlformats.org/package/2006/content-types', 'ct'],
  ['http://schemas.microsoft.com/office/word/2010/wordml', 'w14'],
  ['urn:schemas-microsoft-com:vml', 'v'],
  ['urn:schemas-microsoft-com:office:office', 'o'],
  ['http://www.w3.org/XML/1998/namespace', 'xml'],
]);

const STRICT_SPACES: readonly (readonly [strict: string, transitional: string])[] = [
  ['http://purl.oclc.org/ooxml/officeDocument/', 'http://schemas.openxmlformats.org/officeDocument/2006/'],
  ['http://purl.oclc.org/ooxml/drawingml/', 'http://schemas.openxmlformats.org/drawingml/2006/'],
  ['http://purl.oclc.org/ooxml/schemaLibrary/', 'http://schemas.openxmlformats.org/schemaLibrary/2006/'],
];

const WORD_2006 = 'http://schemas.microsoft.com/office/word/2006/wordml';

/** The address of Transitional for an address of Strict (ISO/IEC 29500-1 Annex A and 29500-4); others unchanged. */
export function transitional(uri: string): string {
  if (!uri.startsWith('http://purl.oclc.org/ooxml/')) return uri;
  const space = STRICT_SPACES.find(([strict]) => uri.startsWith(strict));
  return space ? space[1] + uri.slice(space[0].length) : uri;
}

/** `w:p`, `{namespace}name` where the namespace has no prefix here, plain `name` without a namespace. */
export function canonicalName(uri: string, local: string): string {
  if (uri === '') return local;
  // Word's Strict files keep the text of text boxes in a namespace of its own.
  if (uri === WORD_2006 && local === 'txbxContent') return 'w:txbxContent';
  const space = transitional(uri);
  const prefix = PREFIXES.get(space);
  return prefix === undefined ? `{${space}}${local}` : `${prefix}:${local}`;
}

/** The name without its prefix or namespace. */
export function localName(name: string): string {
  const brace = name.lastIndexOf('}');
  return name.slice(brace >= 0 ? brace + 1 : name.indexOf(':') + 1);
}

const FAMILIAR =
  /^\{(?:http:\/\/schemas\.(?:openxmlformats|microsoft)\.|urn:schemas-microsoft-com|http:\/\/www\.w3\.org\/)/;

/** A name from a namespace that Word does not know: data of an extension that shows nothing. */
export function isForeign(name: string): boolean {
  return name.startsWith('{') && !FAMILIAR.test(name);
}

const set = (names: string): ReadonlySet<string> => new Set(names.split(' ').map((name) => `w:${name}`));

/** Insertions, deletions and moves of content, or as markers of a paragraph mark, a row, numbering (§17.13.5). */
export const TRACK = set('ins del moveFrom moveTo');
/** Former properties (§17.13.5.23 ff.). */
export const PROPERTY_CHANGES = set(
  'rPrChange pPrChange sectPrChange tblPrChange tblGridChange trPrChange tcPrChange tblPrExChange',
);
export const CELL_MARKS = set('cellIns cellDel cellMerge');
export const MOVE_RANGES = set('moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd');
/** `Ins`, `Del`, `MoveFrom`, `MoveTo`: tags of controls and custom XML that were tracked (§17.13.5.4 ff.). */
const CUSTOM_KINDS = ['Ins', 'Del', 'MoveFrom', 'MoveTo'] as const;
export const CUSTOM_RANGES: ReadonlySet<string> = new Set(
  CUSTOM_KINDS.flatMap((kind) => [`w:customXml${kind}RangeStart`, `w:customXml${kind}RangeEnd`]),
);
/** Ranges of any two points, which outlive the content around their ends: start → end. */
export const PAIRED: ReadonlyMap<string, string> = new Map([
  ['w:bookmarkStart', 'w:bookmarkEnd'],
  ['w:commentRangeStart', 'w:commentRangeEnd'],
  ['w:permStart', 'w:permEnd'],
]);
export const PAIRED_ENDS: ReadonlyMap<string, string> = new Map(
  [...PAIRED].map(([start, end]) => [end, start]),
);
/** Markup that stands between content and is none itself. */
export const RANGE_MARKUP: ReadonlySet<string> = new Set([
  ...PAIRED.keys(),
  ...PAIRED.values(),
  ...MOVE_RANGES,
  ...CUSTOM_RANGES,
  'w:proofErr',
]);
export const WRAPPERS = set('sdt customXml smartTag');
/** Parents under which `TRACK` elements are markers and not containers of content. */
export const MARKER_PARENTS: ReadonlySet<string> = new Set(['w:rPr', 'w:trPr', 'w:numPr', 'm:ctrlPr']);

/** What an element or something inside it is; kept on every element so that walks can pass by whole branches. */
export const FLAGS = {
  /** Tracked changes. */
  revision: 1,
  /** Ends of bookmarks, comments and permissions. */
  range: 2,
  /** Field characters. */
  field: 4,
  /** Attributes that name relationships. */
  link: 8,
  /** A paragraph whose mark goes away. */
  unmarked: 16,
  /** References to notes and comments. */
  reference: 64,
  /** Read in the redline for the first time, not in one of the inputs. */
  fresh: 128,
  /** A content control that lost its content. */
  emptied: 32,
  /** Numbering: an id that leads to a list. */
  list: 256,
  /** What a paragraph hands to its story: its section and its text boxes. */
  aside: 512,
} as const;

const NAME_FLAGS: ReadonlyMap<string, number> = new Map([
  ...[
    ...TRACK,
    ...PROPERTY_CHANGES,
    ...CELL_MARKS,
    ...MOVE_RANGES,
    ...CUSTOM_RANGES,
    'w:numberingChange',
  ].map((name) => [name, FLAGS.revision] as const),
  ...[...PAIRED].flat().map((name) => [name, FLAGS.range] as const),
  ['w:fldChar', FLAGS.field],
  ['w:numPr', FLAGS.list],
  ['w:sectPr', FLAGS.aside],
  ['w:txbxContent', FLAGS.aside],
  ['w:footnoteReference', FLAGS.reference],
  ['w:endnoteReference', FLAGS.reference],
  ['w:commentReference', FLAGS.reference],
]);

/** `FLAGS` that an element has by its name alone. */
export function flagsOf(name: string): number {
  return NAME_FLAGS.get(name) ?? 0;
}
