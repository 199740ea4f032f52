import { type Package, type PackageEditor, relatedPart, startTag, type XmlElement } from '../ooxml/index.ts';
import type { Metadata } from '../options.ts';

/** Parts that say who wrote a document, when and where (Part 2 §11, Part 1 §15.2.12): what relates to them ends so. */
const PROPERTIES = ['core-properties', 'extended-properties', 'custom-properties'] as const;
/** The sessions in which text was typed (§2.15.1.72): with other documents they tell who worked on what. */
const SESSION = / w:rsid\w*=(?:"[^"]*"|'[^']*')/g;
const SESSIONS = /<w:rsids\b[^>]*>[\s\S]*?<\/w:rsids>|<w:rsids\b[^>]*\/>/g;

/** Gives the result the document properties of the modified document, or of nobody. */
export function settleMetadata(editor: PackageEditor, modified: Package, metadata: Metadata): void {
  if (metadata === 'original') return;
  for (const kind of PROPERTIES) {
    const mine = relatedPart(editor.base, '', kind);
    const theirs = metadata === 'modified' ? relatedPart(modified, '', kind) : undefined;
    if (theirs !== undefined) take(editor, modified, mine, theirs);
    else if (mine !== undefined) empty(editor, mine);
  }
  if (metadata === 'remove') for (const { name } of editor.base.entries) withoutSessions(editor, name);
}

function take(editor: PackageEditor, modified: Package, mine: string | undefined, theirs: string): void {
  const text = modified.text(theirs);
  if (mine !== undefined) {
    if (text !== editor.base.text(mine)) editor.replace(mine, text);
    return;
  }
  const type = modified.relationships('').find((r) => r.part === theirs)?.type ?? '';
  editor.relate('', type, { part: editor.carry(modified, theirs) });
}

function empty(editor: PackageEditor, part: string): void {
  const root: XmlElement = editor.base.root(part);
  if (root.innerStart === root.innerEnd) return;
  const tag = startTag(root);
  editor.replace(part, `${root.source.slice(0, root.start)}${tag}</${root.name}>`);
}

function withoutSessions(editor: PackageEditor, part: string): void {
  if (!/^word\/[^/]+\.xml$/.test(part)) return;
  const text = editor.text(part);
  if (!text.includes('w:rsid')) return;
  const bare = text.replace(SESSIONS, '').replace(/<w:[^<>]*>/g, (tag) => tag.replace(SESSION, ''));
  if (bare !== text) editor.replace(part, bare);
}
