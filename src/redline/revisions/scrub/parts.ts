import { elements, type PackageEditor, relatedPart } from '../../ooxml/index.ts';
import type { ScrubKind } from './options.ts';

const PROPERTIES = ['core-properties', 'extended-properties', 'custom-properties', 'thumbnail'];
const BINDING = /<w(?:15)?:dataBinding\b[^<>]*(?:\/>|>\s*<\/w(?:15)?:dataBinding>)/g;
const VARIABLES = /<w:docVars(?:\s[^<>]*)?(?:\/>|>[\s\S]*?<\/w:docVars>)/g;
const TEMPLATE = /<w:attachedTemplate\b[^<>]*(?:\/>|>\s*<\/w:attachedTemplate>)/g;

/** A scrub in the making. */
export interface Scrub {
  readonly editor: PackageEditor;
  readonly count: (kind: ScrubKind, part: string, count: number) => void;
}

/** Takes away the parts that a part leads to by relationships of some kinds. */
export function removeParts(editor: PackageEditor, source: string, kinds: readonly string[]): string[] {
  const found = editor.base
    .relationships(source)
    .flatMap((r) => (r.part !== undefined && kinds.some((k) => r.type.endsWith(`/${k}`)) ? [r.part] : []));
  for (const part of found) editor.remove(part);
  return found;
}

/** Document properties, and what the settings say of the author's machine. */
export function removeProperties({ editor, count }: Scrub): void {
  for (const part of removeParts(editor, '', PROPERTIES)) {
    const entries = /\.xml$/.test(part) ? elements(editor.base.root(part)).length : 1;
    count('properties', part, entries);
  }
  const settings = relatedPart(editor.base, editor.base.main, 'settings');
  if (settings === undefined) return;
  const before = editor.source(settings);
  const found = [...(before.match(VARIABLES) ?? []), ...(before.match(TEMPLATE) ?? [])];
  if (found.length === 0) return;
  count('properties', settings, found.length);
  editor.replace(settings, before.replace(VARIABLES, '').replace(TEMPLATE, ''));
  editor.unrelate(settings, (r) => r.type.endsWith('/attachedTemplate'));
}

/** Custom XML parts and the bindings of controls to them. */
export function removeCustomXml({ editor, count }: Scrub): void {
  const { base } = editor;
  for (const part of removeParts(editor, base.main, ['customXml'])) {
    count('customXml', part, 1);
    removeParts(editor, part, ['customXmlProps']);
  }
  for (const { name } of base.entries) {
    if (!/^word\/[^/]+\.xml$/.test(name) || editor.isRemoved(name)) continue;
    const before = editor.source(name);
    const found = before.match(BINDING);
    if (!found) continue;
    count('customXml', name, found.length);
    editor.replace(name, before.replace(BINDING, ''));
  }
}
