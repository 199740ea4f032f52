import {
  attribute,
  decodeText,
  elements,
  formatNumber,
  outer,
  type Package,
  relatedPart,
  type XmlElement,
} from '../ooxml/index.ts';
import { isHidden, type Side } from './changes.ts';
import { contents } from './content.ts';
import type { Context, NoteBook, NoteKind } from './context.ts';
import { htmlText } from './markup.ts';

function byId(pkg: Package, kind: string, name: string): Map<string, XmlElement> {
  const part = relatedPart(pkg, pkg.main, kind);
  const found = part === undefined ? [] : elements(pkg.root(part)).filter((e) => e.name === name);
  return new Map(found.map((e) => [attribute(e, 'w:id') ?? '', e]));
}

export function readNotes(pkg: Package): NoteBook {
  return {
    definitions: {
      footnote: byId(pkg, 'footnotes', 'w:footnote'),
      endnote: byId(pkg, 'endnotes', 'w:endnote'),
    },
    entries: [],
    counts: { footnote: { accepted: 0, rejected: 0 }, endnote: { accepted: 0, rejected: 0 } },
  };
}

export function readComments(pkg: Package): Map<string, XmlElement> {
  return byId(pkg, 'comments', 'w:comment');
}

/** A reference to a note, as a link to it. A deleted one has its number in the original, others in the modified text. */
export function noteReference(
  piece: XmlElement,
  sides: readonly (Side | 'format')[],
  { notes, anchor, reading }: Context,
): string {
  const kind: NoteKind = piece.name === 'w:footnoteReference' ? 'footnote' : 'endnote';
  const id = attribute(piece, 'w:id') ?? '';
  const element = notes.definitions[kind].get(id);
  const deleted = sides.some((s) => s === 'deletion' || s === 'move-from');
  const inserted = sides.some((s) => s === 'insertion' || s === 'move-to');
  const counts = notes.counts[kind];
  if (!deleted) counts.accepted++;
  if (!inserted) counts.rejected++;
  const label = formatNumber(
    deleted ? counts.rejected : counts.accepted,
    kind === 'footnote' ? 'decimal' : 'lowerRoman',
  );
  const known = notes.entries.some((e) => e.kind === kind && e.id === id);
  if (sides.some((side) => isHidden(side, reading))) return '';
  if (element === undefined) return `<sup>${label}</sup>`;
  if (!known) notes.entries.push({ kind, id, label, element });
  const own = known ? '' : ` id="${anchor(`${kind}-ref`, id)}"`;
  return `<sup class="note-ref"><a${own} href="#${anchor(kind, id)}">${label}</a></sup>`;
}

/** A mark in the text; the comment itself follows the paragraph. */
export function commentReference(piece: XmlElement, after: string[], context: Context): string {
  const id = attribute(piece, 'w:id') ?? '';
  const comment = context.comments.get(id);
  if (comment === undefined || context.shown.has(id)) return '';
  context.shown.add(id);
  const { anchor } = context;
  const number = context.shown.size;
  const author = htmlText(attribute(comment, 'w:author') ?? '');
  const part = relatedPart(context.pkg, context.pkg.main, 'comments') ?? context.part;
  const body = context.blocks(contents(comment), { ...context, part, fields: [] }).join('');
  after.push(
    `<div class="comment" role="note" id="${anchor('comment', id)}"><p class="comment-author">` +
      `Comment ${number}${author === '' ? '' : ` · ${author}`}</p>${body}</div>`,
  );
  return `<sup class="note-ref"><a href="#${anchor('comment', id)}">comment ${number}</a></sup>`;
}

/** A note that the text refers to, with a way back; nothing where the reading does not refer to it. */
export function noteHtml(kind: NoteKind, id: string, context: Context): string {
  const { anchor } = context;
  const entry = context.notes.entries.find((e) => e.kind === kind && e.id === id);
  if (entry === undefined) return '';
  const part = relatedPart(context.pkg, context.pkg.main, `${kind}s`) ?? context.part;
  const body = context.blocks(contents(entry.element), { ...context, part, fields: [] }).join('');
  const back = `<a class="note-back" href="#${anchor(`${kind}-ref`, id)}" title="Back to the text">${entry.label}</a>`;
  return `<div class="note" id="${anchor(kind, id)}">${back}<div class="note-body">${body}</div></div>`;
}

export interface Margin {
  readonly part: string;
  readonly element: 'header' | 'footer';
  readonly label: string;
}

const MARGIN_KINDS: Readonly<Record<string, string>> = { first: ', first page', even: ', even pages' };

const REFERENCE = /<w:(header|footer)Reference\s[^>]*>/g;

/** Header and footer parts that sections refer to, each once, in the order of the sections. The body is only scanned. */
export function marginsOf(body: XmlElement, pkg: Package): Margin[] {
  const found = new Map<string, Margin>();
  const relationships = new Map(pkg.relationships(pkg.main).map((r) => [r.id, r.part]));
  for (const [tag, kind] of outer(body).matchAll(REFERENCE)) {
    const part = relationships.get(decodeText(/\sr:id\s*=\s*["']([^"']*)/.exec(tag)?.[1] ?? ''));
    if (part === undefined || found.has(part)) continue;
    const element = kind === 'header' ? 'header' : 'footer';
    const type = /\sw:type\s*=\s*["'](\w*)/.exec(tag)?.[1] ?? '';
    const label = `${element === 'header' ? 'Header' : 'Footer'}${MARGIN_KINDS[type] ?? ''}`;
    found.set(part, { part, element, label });
  }
  return [...found.values()];
}
