import { attribute, bodyOf, textOf, type XmlElement } from '../ooxml/index.ts';
import { renderBlocks } from './blocks.ts';
import { contents, grouped, outermost } from './content.ts';
import type { Context, NoteKind } from './context.ts';
import { type Margin, marginsOf, noteHtml } from './references.ts';

/** A piece of a rendered document that stands by itself: its tags are balanced, and nothing in it needs another block. */
export interface HtmlBlock {
  /**
   * Unique in the document, and the same for the same block of text after other blocks changed: from the paragraph's own
   * id (`w14:paraId`) where it has one, else from its words.
   */
  readonly id: string;
  readonly story: 'header' | 'body' | 'footnotes' | 'endnotes' | 'footer';
  readonly html: string;
}

const NAMED: ReadonlySet<string> = new Set(['w:tr', 'w:p']);

/**
 * Every block of a document, made when it is asked for, in reading order: headers, body, notes, footers.
 *
 * @param contexts one, or those of the two columns of a page side by side.
 */
export function* storyBlocks(contexts: readonly [Context, ...Context[]]): Generator<HtmlBlock> {
  const [{ pkg }] = contexts;
  const names = new Set<string>();
  const body = bodyOf(pkg.root(pkg.main));
  const margins = marginsOf(body, pkg);
  yield* marginBlocks(margins, 'header', contexts);
  for (const element of blocksOf(body)) {
    const html = composed(contexts, (context) => renderBlocks([element], context).join('\n'));
    if (html !== '') yield { id: unique(nameOf(element), names), story: 'body', html };
  }
  yield* noteBlocks('footnote', contexts);
  yield* noteBlocks('endnote', contexts);
  yield* marginBlocks(margins, 'footer', contexts);
}

/** Blocks of the body; what only groups them is passed through. */
function* blocksOf(parent: XmlElement): Generator<XmlElement> {
  for (const element of contents(parent)) {
    const group = grouped(element);
    if (group === undefined) yield element;
    else for (const inner of group) yield* inner.name === 'w:p' ? [inner] : blocksWithin(inner);
  }
}

function* blocksWithin(element: XmlElement): Generator<XmlElement> {
  const group = grouped(element);
  if (group === undefined) yield element;
  else for (const inner of group) yield* blocksWithin(inner);
}

function nameOf(element: XmlElement): string {
  const owner = element.name === 'w:p' ? element : outermost(element, NAMED)[0];
  const own = owner && attribute(owner, 'w14:paraId');
  return own !== undefined && /^[0-9A-Fa-f]{8}$/.test(own)
    ? `p${own.toUpperCase()}`
    : `t${hashOf(textOf(element))}`;
}

/** FNV-1a, 32 bits: names need not be secret, and equal ones are told apart by `unique`. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
  taken.add(free);
  return free;
}

/** One block's HTML in every column; nothing where no column shows anything. */
function composed(contexts: readonly Context[], render: (context: Context) => string): string {
  const columns = contexts.map(render);
  if (columns.length === 1 || columns.every((html) => html === '')) return columns[0] ?? '';
  const [old = '', fresh = ''] = columns;
  const changed = columns.some((html) => html.includes(' data-change="')) ? ' changed' : '';
  return `<div class="pair${changed}"><div class="old">${old}</div><div class="new">${fresh}</div></div>`;
}

function* marginBlocks(
  margins: readonly Margin[],
  story: 'header' | 'footer',
  contexts: readonly Context[],
): Generator<HtmlBlock> {
  for (const [at, { part, label }] of margins.filter((m) => m.element === story).entries()) {
    const html = composed(contexts, (context) => {
      const content = contents(context.pkg.root(part));
      const blocks = renderBlocks(content, { ...context, part, fields: [] }).join('');
      return />[^<\s]|<img/.test(blocks) ? blocks : '';
    });
    if (html === '') continue;
    const section = `<section class="story margin" aria-label="${label}"><p class="story-label">${label}</p>${html}</section>`;
    yield { id: `${story}-${at + 1}`, story, html: section };
  }
}

function* noteBlocks(kind: NoteKind, contexts: readonly Context[]): Generator<HtmlBlock> {
  // What the modified text refers to comes first; what only the original did, behind it.
  const entries = contexts.toReversed().flatMap(({ notes }) => notes.entries);
  const ids = new Set(entries.filter((e) => e.kind === kind).map((e) => e.id));
  for (const id of ids) {
    const html = composed(contexts, (context) => noteHtml(kind, id, context));
    yield { id: `${kind}-${id.replace(/[^\w-]/g, '_')}`, story: `${kind}s`, html };
  }
}
