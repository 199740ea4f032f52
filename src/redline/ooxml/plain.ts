import type { Limits } from '../options.ts';
import { encodeAttribute } from './character-data.ts';
import { type Package, type Relationship, relationshipsPart, revisePackage } from './package.ts';
import { attribute, elements, outer, startTag, type XmlElement } from './xml.ts';

const CONTENT_TYPES = '[Content_Types].xml';
const DOCUMENT = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
/** Relationships that lead to macros (MS-OFFMACRO2 2.1). */
const MACROS = /\/(vbaProject|wordVbaData)$/;

const isMacro = (r: Relationship): boolean => MACROS.test(r.type);

/** The parts of a document that hold macros. They are never read, let alone run. */
function macroParts(pkg: Package): ReadonlySet<string> {
  const parts = (source: string): string[] =>
    pkg.relationships(source).flatMap((r) => (isMacro(r) && r.part !== undefined ? [r.part] : []));
  const projects = parts(pkg.main);
  return new Set([...projects, ...projects.flatMap(parts)]);
}

/**
 * The package as a plain document: no template, and without macros.  What is written from it goes by
 * the name of a document, and Word opens such a file only when its main part says that it is one.
 */
export function asDocument(pkg: Package, limits: Limits): Package {
  const macros = macroParts(pkg);
  if (macros.size === 0 && pkg.contentType(pkg.main) === DOCUMENT) return pkg;
  const gone = new Set([...macros, ...[...macros].map(relationshipsPart)]);
  const rels = relationshipsPart(pkg.main);
  const revised = new Map([[CONTENT_TYPES, typesWithout(pkg, gone)]]);
  if (macros.size > 0)
    revised.set(
      rels,
      withChildren(pkg.root(rels), (r) => !MACROS.test(attribute(r, 'Type') ?? '')),
    );
  const kept = pkg.relationships(pkg.main).filter((r) => !isMacro(r));
  return {
    ...revisePackage(pkg, revised, limits),
    leftOut: [...macros],
    entries: pkg.entries.filter((e) => !gone.has(e.name)),
    has: (name) => !gone.has(name) && pkg.has(name),
    relationships: (part) => (part === pkg.main ? kept : pkg.relationships(part)),
    contentType: (part) => (part === pkg.main ? DOCUMENT : pkg.contentType(part)),
  };
}

function typesWithout(pkg: Package, gone: ReadonlySet<string>): string {
  const root = pkg.root(CONTENT_TYPES);
  const part = (e: XmlElement): string | undefined => attribute(e, 'PartName')?.replace(/^\//, '');
  const kept = (e: XmlElement): boolean =>
    part(e) === undefined || !(gone.has(part(e) ?? '') || part(e) === pkg.main);
  const prefix = root.name.replace('Types', '');
  const own = `<${prefix}Override PartName="/${encodeAttribute(pkg.main)}" ContentType="${DOCUMENT}"/>`;
  return withChildren(root, kept, own);
}

/** The part with those of its elements that are kept, and more behind them. */
function withChildren(root: XmlElement, kept: (e: XmlElement) => boolean, more = ''): string {
  const { source } = root;
  const content = elements(root).filter(kept).map(outer).join('');
  return `${source.slice(0, root.start)}${startTag(root)}${content}${more}</${root.name}>${source.slice(root.end)}`;
}
