import { rootStart } from './span.ts';
import { attributes, inner, parseXml, type XmlElement } from './xml.ts';

/**
 * The customary prefix of each namespace, as every Word file writes it.  The engine speaks of
 * `w:p` and not of a namespace; a part that uses other prefixes is rewritten when it is read.
 */
const CUSTOMARY: ReadonlyMap<string, string> = new Map([
  ['http://schemas.openxmlformats.org/wordprocessingml/2006/main', 'w'],
  ['http://purl.oclc.org/ooxml/wordprocessingml/main', 'w'],
  ['http://schemas.openxmlformats.org/officeDocument/2006/relationships', 'r'],
  ['http://purl.oclc.org/ooxml/officeDocument/relationships', 'r'],
  ['http://schemas.openxmlformats.org/officeDocument/2006/math', 'm'],
  ['http://purl.oclc.org/ooxml/officeDocument/math', 'm'],
  ['http://schemas.openxmlformats.org/markup-compatibility/2006', 'mc'],
  ['http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing', 'wp'],
  ['http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing', 'wp'],
  ['http://schemas.openxmlformats.org/drawingml/2006/main', 'a'],
  ['http://purl.oclc.org/ooxml/drawingml/main', 'a'],
  ['http://schemas.openxmlformats.org/drawingml/2006/picture', 'pic'],
  ['http://purl.oclc.org/ooxml/drawingml/picture', 'pic'],
  ['urn:schemas-microsoft-com:vml', 'v'],
  ['urn:schemas-microsoft-com:office:office', 'o'],
  ['urn:schemas-microsoft-com:office:word', 'w10'],
  ['http://schemas.microsoft.com/office/word/2006/wordml', 'wne'],
  ['http://schemas.microsoft.com/office/word/2010/wordml', 'w14'],
  ['http://schemas.microsoft.com/office/word/2012/wordml', 'w15'],
  ['http://schemas.microsoft.com/office/word/2015/wordml/symex', 'w16se'],
  ['http://schemas.microsoft.com/office/word/2016/wordml/cid', 'w16cid'],
  ['http://schemas.microsoft.com/office/word/2018/wordml', 'w16'],
  ['http://schemas.microsoft.com/office/word/2018/wordml/cex', 'w16cex'],
  ['http://schemas.microsoft.com/office/word/2023/wordml/word16du', 'w16du'],
  ['http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing', 'wp14'],
  ['http://schemas.microsoft.com/office/word/2010/wordprocessingShape', 'wps'],
  ['http://schemas.microsoft.com/office/word/2010/wordprocessingGroup', 'wpg'],
  ['http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas', 'wpc'],
]);

const RESERVED = new Set(CUSTOMARY.values());
const DECLARATION = /\sxmlns(?::([^\s=]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const DECLARED = new RegExp(DECLARATION.source, 'y');

function isCustomary(prefix: string, uri: string): boolean {
  const wanted = CUSTOMARY.get(uri);
  return wanted === undefined ? !RESERVED.has(prefix) : wanted === prefix;
}

/** A tag up to its first value in single quotes, which the engine does not look for. */
const SINGLE_QUOTED = /<[^<>"']*(?:"[^"<]*"[^<>"']*)*=\s*'/y;

/** Only what stands before an apostrophe is looked at: texts are full of them. */
function hasSingleQuotes(source: string): boolean {
  const from = rootStart(source);
  for (let at = source.indexOf("'", from); at >= 0; at = source.indexOf("'", at + 1)) {
    let before = at - 1;
    while (source.charCodeAt(before) <= 32) before--;
    if (source[before] !== '=') continue;
    SINGLE_QUOTED.lastIndex = source.lastIndexOf('<', before);
    if (SINGLE_QUOTED.lastIndex >= from && SINGLE_QUOTED.test(source)) return true;
  }
  return false;
}

/** The part's text with customary prefixes and double quotes: the same string where it has them already. */
export function withCustomaryPrefixes(source: string, maxDepth: number): string {
  if (hasSingleQuotes(source)) return rewrite(source, maxDepth);
  for (let at = source.indexOf('xmlns'); at >= 0; at = source.indexOf('xmlns', at + 1)) {
    DECLARED.lastIndex = at - 1;
    const m = DECLARED.exec(source);
    if (m && !isCustomary(m[1] ?? '', m[2] ?? m[3] ?? '')) return rewrite(source, maxDepth);
  }
  return source;
}

type Scope = ReadonlyMap<string, string>;

/** Writes a part anew with customary prefixes, declared at the root. */
function rewrite(source: string, maxDepth: number): string {
  const root = parseXml(source, maxDepth);
  const used = new Map<string, string>();
  const body = writeElement(root, new Map([['xml', 'xml']]), used);
  const declarations = [...used].map(([uri, prefix]) => ` xmlns:${prefix}="${uri}"`).join('');
  const cut = 1 + body.slice(1).search(/[\s/>]/);
  return `${source.slice(0, root.start)}${body.slice(0, cut)}${declarations}${body.slice(cut)}`;
}

function writeElement(element: XmlElement, outer: Scope, used: Map<string, string>): string {
  const pairs = attributes(element);
  const scope = new Map(outer);
  for (const [name, uri] of pairs) {
    if (name === 'xmlns') scope.set('', uri);
    else if (name.startsWith('xmlns:')) scope.set(name.slice(6), uri);
  }
  const rename = (name: string, isAttribute: boolean): string => renamed(name, isAttribute, scope, used);
  const kept = pairs.filter(
    ([name, value]) => !(name === 'xmlns' || name.startsWith('xmlns:')) || !CUSTOMARY.has(value),
  );
  const raw = rawAttributes(element);
  const text = kept
    .map(([name]) => {
      const value = raw.get(name) ?? '""';
      if (name === 'xmlns') return ` ${name}=${value}`;
      if (name.startsWith('xmlns:')) return ` xmlns:${foreignPrefix(name.slice(6))}=${value}`;
      if (rename(name, true) === 'mc:Ignorable')
        return ` mc:Ignorable="${ignorable(value.slice(1, -1), scope, used)}"`;
      return ` ${rename(name, true)}=${value}`;
    })
    .join('');
  const name = rename(element.name, false);
  const content = element.children
    .map((c) => (c.kind === 'text' ? c.raw : writeElement(c, scope, used)))
    .join('');
  return content === '' && inner(element) === ''
    ? `<${name}${text}/>`
    : `<${name}${text}>${content}</${name}>`;
}

/** The prefix of a namespace that has no customary one: it may not be one that another namespace has. */
function foreignPrefix(prefix: string): string {
  return RESERVED.has(prefix) ? `${prefix}_` : prefix;
}

function renamed(name: string, isAttribute: boolean, scope: Scope, used: Map<string, string>): string {
  const colon = name.indexOf(':');
  const prefix = colon < 0 ? '' : name.slice(0, colon);
  if (isAttribute && prefix === '') return name;
  const uri = scope.get(prefix);
  const wanted = uri === undefined ? undefined : CUSTOMARY.get(uri);
  if (uri === undefined) return name;
  if (wanted === undefined) return prefix === '' ? name : `${foreignPrefix(prefix)}:${name.slice(colon + 1)}`;
  used.set(uri, wanted);
  return `${wanted}:${name.slice(colon + 1)}`;
}

/** The prefixes of mc:Ignorable (ECMA-376 Part 3 §7.2) under their new names; each must be declared. */
function ignorable(list: string, scope: Scope, used: Map<string, string>): string {
  return list
    .split(/\s+/)
    .filter((prefix) => prefix !== '')
    .map((prefix) => {
      const uri = scope.get(prefix);
      const wanted = uri === undefined ? undefined : CUSTOMARY.get(uri);
      if (uri !== undefined && wanted !== undefined) used.set(uri, wanted);
      return wanted ?? foreignPrefix(prefix);
    })
    .join(' ');
}

function rawAttributes(element: XmlElement): Map<string, string> {
  const text = element.source.slice(element.start + 1 + element.name.length, element.innerStart);
  const quoted = (value: string): string =>
    value.startsWith("'") ? `"${value.slice(1, -1).replace(/"/g, '&quot;')}"` : value;
  return new Map(
    Array.from(text.matchAll(/([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')/g), (m) => [
      m[1] ?? '',
      quoted(m[2] ?? '""'),
    ]),
  );
}

/** Namespace declarations of a root's start tag: prefix to address. */
function declarations(root: XmlElement): Map<string, string> {
  const tag = root.source.slice(root.start, root.innerStart);
  return new Map(Array.from(tag.matchAll(DECLARATION), (m) => [m[1] ?? '', m[2] ?? m[3] ?? '']));
}

/**
 * The root's start tag, widened so that content of `other` can stand below it: its namespaces are
 * declared and those that it lets a reader ignore are ignorable here too.
 */
export function widenedStartTag(tag: string, root: XmlElement, other: XmlElement): string {
  const mine = declarations(root);
  const missing = [...declarations(other)].filter(([prefix]) => prefix !== '' && !mine.has(prefix));
  const ignored = (e: XmlElement): string[] =>
    (/\smc:Ignorable\s*=\s*["']([^"']*)/.exec(e.source.slice(e.start, e.innerStart))?.[1] ?? '')
      .split(/\s+/)
      .filter(Boolean);
  const both = new Set([...ignored(root), ...ignored(other)]);
  if (missing.length === 0 && both.size === ignored(root).length) return tag;
  const bare = tag.replace(/\smc:Ignorable\s*=\s*("[^"]*"|'[^']*')/, '').replace(/\/?>$/, '');
  const extra = missing.map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`).join('');
  const list = both.size > 0 ? ` mc:Ignorable="${[...both].join(' ')}"` : '';
  return `${bare}${extra}${list}>`;
}
