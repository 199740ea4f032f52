import type { Codec } from '../codec.ts';
import {
  bodyOf,
  Counters,
  descendants,
  openPackage,
  type Package,
  readNumbering,
  readStyles,
} from '../ooxml/index.ts';
import type { Limits } from '../options.ts';
import { renderBlocks } from './blocks.ts';
import { ChangeLedger } from './changes.ts';
import { contents } from './content.ts';
import type { Context } from './context.ts';
import { htmlAttribute } from './markup.ts';
import { MAX_PICTURES_BYTES } from './pictures.ts';
import { type Margin, marginsOf, notesHtml, readComments, readNotes } from './references.ts';
import { STYLESHEET } from './stylesheet.ts';

/** Blocks in one group: browsers lay out a group only when it comes near (`content-visibility`). */
const BLOCKS_A_PAGE = 60;
const SECTIONS: ReadonlySet<string> = new Set(['w:sectPr']);

/**
 * A document with tracked changes as one HTML document that stands alone: no script, no reference to anything outside,
 * and nothing of the document active. Changes carry `data-change`, `data-kind` (`insertion`, `deletion`, `move`,
 * `format`), `data-author` and `data-date`; everything with one `data-change` is one logical change, and a move has
 * both its ends under one. The redline itself is the `article` with the class `redline`.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when the package cannot be read
 */
export function renderHtml(redline: Uint8Array, codec: Codec, limits: Limits): string {
  const pkg = openPackage(redline, codec, limits);
  const context = contextOf(pkg);
  const root = pkg.root(pkg.main);
  const body = bodyOf(root);
  const margins = marginsOf(descendants(body, SECTIONS), pkg);
  const parts = [
    ...margins.filter((m) => m.element === 'header').map((m) => marginHtml(m, context)),
    ...pagesHtml(renderBlocks(contents(body), context)),
    notesHtml('footnote', context),
    notesHtml('endnote', context),
    ...margins.filter((m) => m.element === 'footer').map((m) => marginHtml(m, context)),
  ];
  const language = htmlAttribute('lang', context.styles.language);
  return frame(`<article class="redline"${language}>${parts.join('\n')}</article>`);
}

function contextOf(pkg: Package): Context {
  const styles = readStyles(pkg);
  return {
    pkg,
    part: pkg.main,
    styles,
    numbering: readNumbering(pkg, styles),
    accepted: new Counters(),
    rejected: new Counters(),
    ledger: new ChangeLedger(),
    notes: readNotes(pkg),
    comments: readComments(pkg),
    shown: new Set(),
    pictures: { left: MAX_PICTURES_BYTES },
    fields: [],
    blocks: renderBlocks,
  };
}

function marginHtml({ part, label }: Margin, context: Context): string {
  const blocks = renderBlocks(contents(context.pkg.root(part)), { ...context, part, fields: [] });
  const html = blocks.join('');
  if (!/>[^<\s]|<img/.test(html)) return '';
  return `<section class="story margin" aria-label="${label}"><p class="story-label">${label}</p>${html}</section>`;
}

function pagesHtml(blocks: readonly string[]): string[] {
  const pages: string[] = [];
  for (let at = 0; at < blocks.length; at += BLOCKS_A_PAGE) {
    const content = blocks.slice(at, at + BLOCKS_A_PAGE).join('\n');
    pages.push(`<section class="page" data-page="${pages.length + 1}">${content}</section>`);
  }
  return pages;
}

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const LEGEND =
  '<header class="legend"><h1>Redline</h1><p><ins>Inserted</ins> <del>Deleted</del> ' +
  '<del class="move-from">Moved away</del> <ins class="move-to">Moved here</ins> <span class="format">Formatted</span></p></header>';

function frame(article: string): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Redline</title><style>${STYLESHEET}</style></head>`,
    `<body>${LEGEND}<main>`,
    article,
    '</main></body></html>',
    '',
  ].join('\n');
}
