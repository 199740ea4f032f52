import type { Codec } from '../codec.ts';
import { Counters, openPackage, type Package, readNumbering, readStyles } from '../ooxml/index.ts';
import type { Limits } from '../options.ts';
import { ChangeIndex } from '../revisions/index.ts';
import { renderBlocks as renderContent } from './blocks.ts';
import { ChangeLedger, type LastingIds, type Reading } from './changes.ts';
import type { Context } from './context.ts';
import { anchorsOf, htmlAttribute } from './markup.ts';
import { MAX_PICTURES_BYTES } from './pictures.ts';
import { readComments, readNotes } from './references.ts';
import { type HtmlBlock, storyBlocks } from './stories.ts';
import { COLUMN_STYLES, STYLESHEET } from './stylesheet.ts';

/** One text with everything that was changed in it, or the original beside the modified document. */
export const VIEWS = ['inline', 'side-by-side'] as const;
export type View = (typeof VIEWS)[number];

export interface HtmlOptions {
  readonly view: View;
  readonly limits: Limits;
}

/** A document as HTML, block by block: whoever shows it can take and lay out only what is looked at. */
export interface HtmlRendering {
  /** BCP 47, where the document says its language. */
  readonly language: string | undefined;
  /** What a page around the blocks needs: a style sheet without any reference. */
  readonly styles: string;
  /** `class` of the element that should stand around the blocks. */
  readonly container: string;
  /** In reading order; each is rendered when it is taken. Can be gone through once. */
  readonly blocks: Generator<HtmlBlock>;
}

/** Blocks in one group of a page: browsers lay out a group only when it comes near (`content-visibility`). */
const BLOCKS_A_PAGE = 60;

/**
 * A document with tracked changes as independent blocks of HTML, from its own XML: no script, no reference to anything
 * outside, and nothing of the document active. Changes are `ins`, `del` and `span` with `data-change`, `data-kind`
 * (`insertion`, `deletion`, `move`, `format`), `data-author` and `data-date`; everything with one `data-change` stands
 * together, and a move has both its ends under one. `data-id` is the id by which the change can be decided.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when the package cannot be read, also while blocks are taken
 */
export function renderBlocks(
  document: Uint8Array,
  { view, limits }: HtmlOptions,
  codec: Codec,
): HtmlRendering {
  const pkg = openPackage(document, codec, limits);
  const ids = lastingIds(pkg);
  const [first, second] = view === 'inline' ? [contextOf(pkg, 'both', ids)] : columnsOf(pkg, ids);
  return {
    language: first.styles.language,
    styles: view === 'inline' ? STYLESHEET : STYLESHEET + COLUMN_STYLES,
    container: view === 'inline' ? 'redline' : 'redline columns',
    blocks: storyBlocks(second === undefined ? [first] : [first, second]),
  };
}

/** The changes are read when the first of them is met, and the text around them as far as the ids need it. */
function lastingIds(pkg: Package): LastingIds {
  let changes: ChangeIndex | undefined;
  return (element) => {
    changes ??= new ChangeIndex(pkg);
    return changes.idOf(element);
  };
}

function columnsOf(pkg: Package, ids: LastingIds): [Context, Context] {
  const original = contextOf(pkg, 'original', ids);
  // What both columns embed counts once against the limit of each.
  return [
    original,
    { ...contextOf(pkg, 'modified', ids), styles: original.styles, numbering: original.numbering },
  ];
}

function contextOf(pkg: Package, reading: Reading, ids: LastingIds): Context {
  const styles = readStyles(pkg);
  const anchor = anchorsOf(reading === 'original' ? 'r-old' : 'r');
  const from = anchorsOf(reading === 'both' ? 'r' : 'r-old');
  return {
    pkg,
    reading,
    part: pkg.main,
    styles,
    numbering: readNumbering(pkg, styles),
    accepted: new Counters(),
    rejected: new Counters(),
    ledger: new ChangeLedger({ from, to: anchorsOf('r') }, ids),
    anchor,
    notes: readNotes(pkg),
    comments: readComments(pkg),
    shown: new Set(),
    pictures: { left: MAX_PICTURES_BYTES },
    fields: [],
    blocks: renderContent,
  };
}

/** The same as one HTML document that stands alone; the redline itself is the `article` with the class `redline`. */
export function renderHtml(
  document: Uint8Array,
  codec: Codec,
  limits: Limits,
  view: View = 'inline',
): string {
  return [...renderPage(document, { view, limits }, codec)].join('');
}

/**
 * `renderHtml` piece by piece, so that it can be sent while it is made.
 *
 * @throws {RedlineError} as `renderBlocks` does, the first time before the first piece
 */
export function renderPage(document: Uint8Array, options: HtmlOptions, codec: Codec): Generator<string> {
  return pieces(renderBlocks(document, options, codec));
}

function* pieces({ language, styles, container, blocks }: HtmlRendering): Generator<string> {
  yield `${head(styles, container)}<article class="${container}"${htmlAttribute('lang', language)}>`;
  let group: HtmlBlock[] = [];
  let page = 0;
  for (const block of blocks) {
    const [before] = group;
    if (before !== undefined && (before.story !== block.story || group.length === BLOCKS_A_PAGE)) {
      yield grouped(group, before.story === 'body' ? ++page : 0);
      group = [];
    }
    group.push(block);
  }
  if (group.length > 0) yield grouped(group, page + 1);
  yield '</article>\n</main></body></html>\n';
}

const NOTES: Readonly<Record<string, string>> = { footnotes: 'Footnotes', endnotes: 'Endnotes' };

function grouped(blocks: readonly HtmlBlock[], page: number): string {
  const html = blocks.map((block) => block.html).join('\n');
  const story = blocks[0]?.story ?? 'body';
  if (story === 'body') return `<section class="page" data-page="${page}">${html}</section>\n`;
  const title = NOTES[story];
  if (title === undefined) return `${html}\n`;
  return `<section class="story notes" aria-label="${title}"><p class="story-label">${title}</p>${html}</section>\n`;
}

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const LEGEND =
  '<header class="legend"><h1>Redline</h1><p><ins>Inserted</ins> <del>Deleted</del> ' +
  '<del class="move-from">Moved away</del> <ins class="move-to">Moved here</ins> <span class="format">Formatted</span></p>';
const COLUMNS = '<p class="column-titles"><span>Original</span> <span>Modified</span></p>';

function head(styles: string, container: string): string {
  const columns = container.includes('columns');
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Redline</title><style>${styles}</style></head>`,
    `<body${columns ? ' class="wide"' : ''}>${LEGEND}${columns ? COLUMNS : ''}</header><main>`,
    '',
  ].join('\n');
}
