import {
  elements,
  type Package,
  type PackageEditor,
  type Relationship,
  relatedPart,
} from '../../ooxml/index.ts';
import type { ScrubKind } from './options.ts';

/** A scrub in the making. */
export interface Scrub {
  readonly editor: PackageEditor;
  readonly count: (kind: ScrubKind, part: string, count: number) => void;
}

const PROPERTIES = [
  ...['core-properties', 'extended-properties', 'custom-properties', 'thumbnail', 'classificationlabels'],
  ...['printerSettings', 'recipientData'],
];
const COMMENTS = ['comments', 'commentsExtended', 'commentsIds', 'commentsExtensible'];

const element = (name: string): string => `<${name}(?:\\s[^<>]*)?(?:/>|>[\\s\\S]*?</${name}>)`;
const BINDING = /<w(?:15)?:dataBinding\b[^<>]*(?:\/>|>\s*<\/w(?:15)?:dataBinding>)/g;
/** Custom XML and smart tags around text (§17.5.1), with what they say of themselves. */
const TAGS = new RegExp(
  `${element('w:customXmlPr')}|${element('w:smartTagPr')}|${element('w:smartTagType')}|</?w:(?:customXml|smartTag)(?=[\\s/>])[^<>]*>`,
  'g',
);
const SETTINGS = new RegExp(
  ['w:docVars', 'w:attachedTemplate', 'w:mailMerge', 'w:saveThroughXslt'].map(element).join('|'),
  'g',
);
const PRINTER = new RegExp(element('w:printerSettings'), 'g');
/** What the settings lead to outside of the document. */
const OUTSIDE = ['attachedTemplate', 'mailMergeSource', 'mailMergeHeaderSource', 'transform'];

/** Every part that relationships can start from; `''` is the package. */
function sources(pkg: Package): string[] {
  return ['', ...pkg.entries.map((e) => e.name)];
}

const isOf =
  (kinds: readonly string[]) =>
  ({ type }: Relationship): boolean =>
    kinds.some((kind) => type.endsWith(`/${kind}`));

/** Parts that relationships of some kinds lead to, wherever they start, each once. */
function partsOf(pkg: Package, kinds: readonly string[]): string[] {
  const found = sources(pkg).flatMap((source) => pkg.relationships(source).filter(isOf(kinds)));
  return [...new Set(found.flatMap((r) => r.part ?? []))];
}

/** Takes parts away with all that only they can lead to. */
function removeTree(editor: PackageEditor, part: string): void {
  if (editor.isRemoved(part) || part === editor.base.main) return;
  const below = editor.base.relationships(part);
  editor.remove(part);
  for (const { part: next } of below)
    if (next !== undefined && !isLedTo(editor, next)) removeTree(editor, next);
}

/** Does anything that stays lead to a part? */
function isLedTo(editor: PackageEditor, part: string): boolean {
  const staying = sources(editor.base).filter((source) => !editor.isRemoved(source));
  return staying.some((source) => editor.relationships(source).some((r) => r.part === part));
}

/** Replaces what a pattern finds in the XML of a part. */
function strip({ editor, count }: Scrub, kind: ScrubKind, part: string, pattern: RegExp): number {
  const before = editor.source(part);
  const found = before.match(pattern)?.length ?? 0;
  count(kind, part, found);
  if (found > 0) editor.replace(part, before.replace(pattern, ''));
  return found;
}

/** Document properties, and what the settings say of the author's machine. */
export function removeProperties(work: Scrub, parts: readonly string[]): void {
  const { editor, count } = work;
  for (const part of partsOf(editor.base, PROPERTIES)) {
    const entries = /\.xml$/.test(part) ? Math.max(1, elements(editor.base.root(part)).length) : 1;
    count('properties', part, entries);
    removeTree(editor, part);
  }
  for (const part of parts) {
    if (editor.isRemoved(part)) continue;
    strip(work, 'properties', part, PRINTER);
    if (strip(work, 'properties', part, SETTINGS) > 0) editor.unrelate(part, isOf(OUTSIDE));
  }
}

/** Custom XML parts, the bindings of controls to them, and tags around text. */
export function removeCustomXml(work: Scrub, parts: readonly string[]): void {
  for (const part of partsOf(work.editor.base, ['customXml'])) {
    work.count('customXml', part, 1);
    removeTree(work.editor, part);
  }
  for (const part of parts)
    if (!work.editor.isRemoved(part)) {
      strip(work, 'customXml', part, BINDING);
      strip(work, 'customXml', part, TAGS);
    }
}

/** Web extensions and the panes in which they show. */
export function removeExtensions({ editor, count }: Scrub): void {
  const panes = partsOf(editor.base, ['webextensiontaskpanes']);
  const extensions = panes.flatMap((p) => editor.base.relationships(p).flatMap((r) => r.part ?? []));
  for (const part of [...panes, ...extensions]) {
    count('extensions', part, 1);
    removeTree(editor, part);
  }
}

export function removeComments({ editor, count }: Scrub): void {
  for (const part of partsOf(editor.base, COMMENTS)) {
    const said = editor.base.root(part).source.split('<w:comment ').length - 1;
    count('comments', part, said);
    editor.remove(part);
  }
}

/** Signatures name who signed, and no longer fit a document that was changed. */
export function removeSignatures({ editor, count }: Scrub): void {
  for (const part of partsOf(editor.base, ['origin'])) {
    const signatures = editor.base.relationships(part).filter(isOf(['signature'])).length;
    count('authors', part, Math.max(1, signatures));
    removeTree(editor, part);
  }
}

/** Core and extended properties. */
export function propertyParts(pkg: Package): string[] {
  return ['core-properties', 'extended-properties'].flatMap((kind) => relatedPart(pkg, '', kind) ?? []);
}
