import { RedlineError } from '../errors.ts';
import { append } from './append.ts';
import { attribute, type Element } from './element.ts';
import type { Fault } from './fault.ts';
import { FLAGS } from './names.ts';
import { type Package, relationshipsPart } from './package.ts';

const CONTENT_TYPES = '[Content_Types].xml';

/**
 * Faults of the package around the stories: entries, content types and relationships (ECMA-376 Part 2).
 *
 * @param trusted packages whose parts were read before: parts with the same bytes are not read again.
 */
export function packageFaults(source: Package, trusted: readonly Package[]): readonly Fault[] {
  return [
    ...entryFaults(source),
    ...contentTypeFaults(source),
    ...relationshipFaults(source, trusted),
    ...storyTypeFaults(source),
  ];
}

function isXml(part: string): boolean {
  return part.endsWith('.xml') || part.endsWith('.rels');
}

function entryFaults(source: Package): readonly Fault[] {
  const found: Fault[] = [];
  for (const name of twins(source.entries.map((entry) => entry.name.toLowerCase()))) {
    found.push({ code: 'entry', part: name, message: `duplicate entry ${name}` });
  }
  for (const entry of source.entries) {
    if (!source.isNew(entry)) continue;
    try {
      if (isXml(entry.name)) source.root(entry.name);
      else source.check(entry);
    } catch (error) {
      if (!(error instanceof RedlineError)) throw error;
      found.push({ code: 'entry', part: entry.name, message: `${error.code} in ${entry.name}` });
    }
  }
  return found;
}

function twins(items: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const found = new Set<string>();
  for (const item of items) {
    if (seen.has(item)) found.add(item);
    seen.add(item);
  }
  return [...found];
}

/** What `[Content_Types].xml` says. */
interface ContentTypes {
  readonly extensions: readonly string[];
  /** Part names without the leading slash. */
  readonly overrides: readonly string[];
  /** Override → content type. */
  readonly types: ReadonlyMap<string, string>;
}

function readContentTypes(source: Package): ContentTypes {
  const items = source.root(CONTENT_TYPES).children;
  const overrides = items.filter((el) => el.name === 'ct:Override');
  const part = (el: Element): string => (attribute(el, 'PartName') ?? '').replace(/^\/+/, '');
  return {
    extensions: items
      .filter((el) => el.name === 'ct:Default')
      .map((el) => (attribute(el, 'Extension') ?? '').toLowerCase()),
    overrides: overrides.map(part),
    types: new Map(overrides.map((el) => [part(el), attribute(el, 'ContentType') ?? ''])),
  };
}

function contentTypeFaults(source: Package): readonly Fault[] {
  const code = 'content-type';
  if (!source.has(CONTENT_TYPES)) return [{ code, part: '', message: `${CONTENT_TYPES} missing` }];
  const { extensions, overrides } = readContentTypes(source);
  const typed = new Set(overrides.map((name) => name.toLowerCase()));
  const byExtension = new Set(extensions);
  const untyped = source.names.filter(
    (name) =>
      name !== CONTENT_TYPES &&
      !typed.has(name.toLowerCase()) &&
      !byExtension.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase()),
  );
  return [
    ...twins(extensions).map((part) => ({ code, part, message: 'duplicate Default' })),
    ...twins(overrides.map((o) => o.toLowerCase())).map((part) => ({
      code,
      part,
      message: 'duplicate Override',
    })),
    ...overrides
      .filter((part) => !source.has(part))
      .map((part) => ({ code, part, message: 'Override for a part that does not exist' })),
    ...untyped.map((part) => ({ code, part, message: 'part without content type' })),
  ];
}

const STORY_KINDS = ['header', 'footer', 'footnotes', 'endnotes', 'comments', 'styles', 'numbering'];

/** Word does not open a header that is typed as plain XML. */
function storyTypeFaults(source: Package): readonly Fault[] {
  if (!source.has(CONTENT_TYPES)) return [];
  const { types } = readContentTypes(source);
  return STORY_KINDS.flatMap((kind) =>
    source
      .relatedParts(source.main, kind)
      .filter((part) => !types.get(part)?.endsWith(`.${kind}+xml`))
      .map((part) => ({
        code: 'content-type',
        part,
        message: `wrong content type for a part of kind ${kind}`,
      })),
  );
}

function relationshipFaults(source: Package, trusted: readonly Package[]): readonly Fault[] {
  const found: Fault[] = [];
  if (source.relatedParts('', 'officeDocument').length === 0) {
    found.push({ code: 'main', part: '', message: 'no officeDocument relationship' });
  }
  for (const name of source.names) {
    if (!name.endsWith('.rels')) continue;
    const part = sourceOf(name);
    if (part !== '' && !source.has(part)) continue;
    append(found, targetFaults(source, part, name));
    const asBefore = trusted.some(
      (other) => source.sharesPart(name, other) && source.sharesPart(part, other),
    );
    if (part.endsWith('.xml') && !asBefore) append(found, unrelatedUses(source, part));
  }
  for (const part of source.storyParts) {
    if (!source.has(relationshipsPart(part))) append(found, unrelatedUses(source, part));
  }
  return found;
}

/** `word/_rels/document.xml.rels` → `word/document.xml`; `_rels/.rels` → ''. */
function sourceOf(rels: string): string {
  return rels.replace(/(^|\/)_rels\/([^/]*)\.rels$/, '$1$2');
}

function targetFaults(source: Package, part: string, name: string): readonly Fault[] {
  const code = 'relationship';
  const ids = source.root(name).children.map((el) => attribute(el, 'Id') ?? '');
  const dangling = [...source.relationships(part).values()].filter(
    (rel) => rel.part !== undefined && !source.has(rel.part) && rel.target.toLowerCase() !== 'null',
  );
  return [
    ...twins(ids).map((id) => ({ code, part: name, message: `duplicate relationship id ${id}` })),
    ...dangling.map((rel) => ({ code, part: name, message: `target ${rel.target} does not exist` })),
  ];
}

/** Attributes that name a relationship which is not there. */
function unrelatedUses(source: Package, part: string): readonly Fault[] {
  const known = source.relationships(part);
  const lost = new Set<string>();
  const walk = (el: Element): void => {
    if ((el.flags & FLAGS.link) === 0) return;
    for (const a of el.attributes) {
      if (a.name.startsWith('r:') && a.value !== '' && !known.has(a.value)) lost.add(`${el.name}/@${a.name}`);
    }
    for (const c of el.children) walk(c);
  };
  walk(source.root(part));
  return [...lost].map((use) => ({ code: 'relationship', part, message: `${use} has no relationship` }));
}
