import type { Codec } from '../codec.ts';
import { type InputRole, RedlineError } from '../errors.ts';
import type { Limits } from '../options.ts';
import { Contents } from './contents.ts';
import { withCustomaryPrefixes } from './namespaces.ts';
import { checkTail, checkXml } from './span.ts';
import { attribute, child, elements, parseXml, type XmlElement } from './xml.ts';
import { inflateEntry, readZip, type ZipEntry } from './zip.ts';

/** A relationship (ECMA-376 Part 2 §9.3) of a part. */
export interface Relationship {
  readonly id: string;
  readonly type: string;
  /** As written in the part. */
  readonly target: string;
  readonly external: boolean;
  /** Name of the target part, when it is internal and exists. */
  readonly part: string | undefined;
}

/** A Word document as a package of parts (ECMA-376 Part 2). Parts are inflated when first read. */
export interface Package {
  readonly entries: readonly ZipEntry[];
  /** Name of the main document part. */
  readonly main: string;
  readonly has: (name: string) => boolean;
  readonly bytes: (name: string) => Uint8Array;
  /** The part's XML as text, decoded from UTF-8 or UTF-16. */
  readonly text: (name: string) => string;
  readonly root: (name: string) => XmlElement;
  /** Refuses a part that is not well-formed; of one that is, nothing is kept. */
  readonly check: (name: string) => void;
  /** Relationships of a part; `''` stands for the package itself. */
  readonly relationships: (part: string) => readonly Relationship[];
  readonly contentType: (part: string) => string;
  /** Parts that were revised after reading: their text stands for the stored bytes. */
  readonly revised: ReadonlyMap<string, string>;
  /** Parts that are there and were left out: macros. */
  readonly leftOut: readonly string[];
}

/** The package with the text of some parts revised. */
export function revisePackage(pkg: Package, revised: ReadonlyMap<string, string>, limits: Limits): Package {
  if (revised.size === 0) return pkg;
  const roots = new Map(Array.from(revised, ([part, xml]) => [part, parseXml(xml, limits.xmlDepth)]));
  return {
    ...pkg,
    revised: new Map([...pkg.revised, ...revised]),
    text: (part) => revised.get(part) ?? pkg.text(part),
    root: (part) => roots.get(part) ?? pkg.root(part),
  };
}

const CONTENT_TYPES = '[Content_Types].xml';
const WORD_MAIN =
  /wordprocessingml\.(document|template)\.main\+xml$|ms-word\.(document|template)\.macroEnabled(Template)?\.main\+xml$/i;

function notWord(detail: string): RedlineError {
  return new RedlineError('document/not-word', `This is not a Word document: ${detail}.`);
}

/**
 * Opens a document.  Only what is asked for later is inflated.
 *
 * @param input  which input it is, for refusals now and when a part is read later
 * @param contents  what documents hold that were opened with them before
 * @throws {RedlineError} `document/*` or `limits/exceeded`
 */
export function openPackage(
  data: Uint8Array,
  codec: Codec,
  limits: Limits,
  input?: InputRole,
  contents: Contents = new Contents(),
): Package {
  const guard =
    <T>(read: (name: string) => T) =>
    (name: string): T =>
      about(input, () => read(name));
  const pkg = about(input, () => readPackage(data, codec, limits, contents));
  return {
    ...pkg,
    bytes: guard(pkg.bytes),
    text: guard(pkg.text),
    root: guard(pkg.root),
    check: guard(pkg.check),
    relationships: guard(pkg.relationships),
  };
}

/**
 * Opens a document of which a part is known: it is neither unpacked nor read.
 *
 * @param known  the root of the main part; nothing but its being there is looked at
 */
export function reopenPackage(
  data: Uint8Array,
  codec: Codec,
  limits: Limits,
  known: { readonly main: XmlElement; readonly part: string },
): Package {
  return readPackage(data, codec, limits, new Contents(), new Map([[known.part, known.main]]));
}

/** Adds the input that a refusal is about. */
function about<T>(input: InputRole | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (input === undefined || !(error instanceof RedlineError) || error.details.input !== undefined)
      throw error;
    throw error.about(input);
  }
}

function readPackage(
  data: Uint8Array,
  codec: Codec,
  limits: Limits,
  contents: Contents,
  roots: Map<string, XmlElement> = new Map(),
): Package {
  const entries = readZip(data, codec, limits);
  const byName = indexEntries(entries);
  const cache = { roots, rels: new Map<string, Relationship[]>() };
  const entryOf = (name: string): ZipEntry => {
    const entry = byName.get(name);
    if (!entry) throw notWord(`the part ${name} is missing`);
    return entry;
  };
  const bytes = (name: string): Uint8Array => {
    const entry = entryOf(name);
    const content = contents.of(entry);
    content.bytes ??= inflateEntry(entry, codec);
    return content.bytes;
  };
  const text = (name: string): string =>
    decodePart(
      name,
      checkedSize(byName.get(name), limits, () => bytes(name)),
      codec,
    );
  const root = (name: string): XmlElement => {
    const known = cache.roots.get(name);
    if (known) return known;
    const content = contents.of(entryOf(name));
    content.root ??= naming(name, () =>
      parseXml(withCustomaryPrefixes(text(name), limits.xmlDepth), limits.xmlDepth),
    );
    cache.roots.set(name, content.root);
    return content.root;
  };
  const check = (name: string): void => {
    if (cache.roots.has(name)) return;
    naming(name, () => {
      const source = text(name);
      // What is read later is checked by reading it: its definitions are, as much as they would be otherwise.
      const read = contentType(name).endsWith('.styles+xml') ? root(name) : undefined;
      if (read?.source === source) checkTail(source, read.end);
      else checkXml(source, limits.xmlDepth);
    });
  };
  const has = (name: string): boolean => byName.has(name);
  const relationships = (part: string): readonly Relationship[] => {
    const known = cache.rels.get(part);
    if (known) return known;
    const name = relationshipsPart(part);
    const fresh = has(name) ? readRelationships(root(name), part, has) : [];
    cache.rels.set(part, fresh);
    return fresh;
  };
  const contentType = typesOf(byName, root);
  const main = findMain(has, relationships, contentType);
  bodyOf(root(main));
  return {
    entries,
    main,
    has,
    bytes,
    text,
    root,
    check,
    relationships,
    contentType,
    revised: new Map(),
    leftOut: [],
  };
}

function indexEntries(entries: readonly ZipEntry[]): Map<string, ZipEntry> {
  const byName = new Map<string, ZipEntry>();
  const folded = new Set<string>();
  for (const entry of entries) {
    const fold = entry.name.toLowerCase();
    if (folded.has(fold))
      throw new RedlineError('document/damaged-package', 'The package holds one part twice.', {
        part: entry.name,
      });
    folded.add(fold);
    byName.set(entry.name, entry);
  }
  return byName;
}

/** Refuses a part that is too large before it is inflated. */
function checkedSize(entry: ZipEntry | undefined, limits: Limits, read: () => Uint8Array): Uint8Array {
  if (entry && entry.size > limits.xmlPartBytes) {
    throw new RedlineError('limits/exceeded', 'A part of the document is too large.', {
      part: entry.name,
      limit: { name: 'xmlPartBytes', allowed: limits.xmlPartBytes, found: entry.size },
    });
  }
  return read();
}

/** Adds the part's name to a refusal that has none. */
function naming<T>(part: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RedlineError && error.details.part === undefined) {
      throw new RedlineError(error.code, error.message, { ...error.details, part }, error.cause);
    }
    throw error;
  }
}

/** Characters that XML 1.0 §2.2 does not allow. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
/** The first byte of U+FFFE and U+FFFF in UTF-8, among others. */
const NON_CHARACTER = 0xef;

/** May the UTF-8 hold what `NOT_XML` finds? Bytes are looked through faster than text: 16 at a time. */
function mayHoldControls(data: Uint8Array): boolean {
  if (data.includes(NON_CHARACTER)) return true;
  const first = -data.byteOffset & 3;
  if (data.length < first + 16) return holdsControl(data, 0, data.length);
  const words = new Int32Array(data.buffer, data.byteOffset + first, (data.length - first) >> 2);
  let k = 0;
  for (; k + 4 <= words.length; k += 4) {
    const found =
      below(words[k] ?? 0) | below(words[k + 1] ?? 0) | below(words[k + 2] ?? 0) | below(words[k + 3] ?? 0);
    const at = first + 4 * k;
    if ((found & 0x80808080) !== 0 && holdsControl(data, at, at + 16)) return true;
  }
  return holdsControl(data, 0, first) || holdsControl(data, first + 4 * k, data.length);
}

/** Its high bits say whether any byte is below 0x20. */
function below(word: number): number {
  return (word - 0x20202020) & ~word;
}

/** Control characters but for tab and ends of lines. */
function holdsControl(data: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = data[i] ?? 0x20;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return true;
  }
  return false;
}

function decodePart(part: string, data: Uint8Array, codec: Codec): string {
  const fault = (what: string, cause?: unknown): RedlineError =>
    new RedlineError('document/damaged-part', `A part of the document ${what}.`, { part }, cause);
  const utf16 = isUtf16(data);
  let text: string;
  try {
    text = utf16 ? decodeUtf16(data) : codec.decodeUtf8(data);
  } catch (cause) {
    throw fault('is not valid in its encoding', cause);
  }
  const declared = text.startsWith('<?xml')
    ? /^<\?xml[^>]*?encoding\s*=\s*["']([\w-]+)["']/.exec(text)?.[1]?.toLowerCase()
    : undefined;
  if (declared && !/^(utf-?8|utf-?16(le|be)?|us-ascii|ascii)$/.test(declared))
    throw fault('declares an encoding other than UTF-8 and UTF-16');
  if ((utf16 || mayHoldControls(data)) && NOT_XML.test(text))
    throw fault('holds characters that XML does not allow');
  return text;
}

function isUtf16(data: Uint8Array): boolean {
  const [a, b] = [data[0], data[1]];
  return (
    (a === 0xff && b === 0xfe) ||
    (a === 0xfe && b === 0xff) ||
    (a === 0x3c && b === 0) ||
    (a === 0 && b === 0x3c)
  );
}

function decodeUtf16(data: Uint8Array): string {
  const little = data[0] === 0xff || data[1] === 0;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length % 2) throw new Error('odd length');
  const from = data[0] === 0xff || data[0] === 0xfe ? 2 : 0;
  const pieces: string[] = [];
  for (let at = from; at < data.length; ) {
    const units: number[] = [];
    for (; at < data.length && units.length < 8192; at += 2) units.push(view.getUint16(at, little));
    pieces.push(String.fromCharCode(...units));
  }
  return pieces.join('');
}

/** Name of the part that holds the relationships of a part. */
export function relationshipsPart(part: string): string {
  const cut = part.lastIndexOf('/') + 1;
  return `${part.slice(0, cut)}_rels/${part.slice(cut)}.rels`;
}

function readRelationships(root: XmlElement, source: string, has: (name: string) => boolean): Relationship[] {
  return elements(root).map((rel) => {
    const target = attribute(rel, 'Target') ?? '';
    const external = attribute(rel, 'TargetMode') === 'External';
    const part = external ? undefined : resolveTarget(source, target);
    return {
      id: attribute(rel, 'Id') ?? '',
      type: attribute(rel, 'Type') ?? '',
      target,
      external,
      part: part !== undefined && has(part) ? part : undefined,
    };
  });
}

/** Part name that a relative or absolute target stands for (RFC 3986 §5.2, without scheme). */
function resolveTarget(source: string, target: string): string {
  const path = target.split('#')[0] ?? '';
  const base = path.startsWith('/') ? [] : source.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '..') base.pop();
    else if (step !== '' && step !== '.') base.push(step);
  }
  return base.join('/');
}

function typesOf(
  byName: ReadonlyMap<string, ZipEntry>,
  root: (name: string) => XmlElement,
): (part: string) => string {
  if (!byName.has(CONTENT_TYPES)) throw notWord('the list of content types is missing');
  const defaults = new Map<string, string>();
  const overrides = new Map<string, string>();
  for (const entry of elements(root(CONTENT_TYPES))) {
    const type = attribute(entry, 'ContentType') ?? '';
    const [extension, part] = [attribute(entry, 'Extension'), attribute(entry, 'PartName')];
    if (extension !== undefined) defaults.set(extension.toLowerCase(), type);
    if (part !== undefined) overrides.set(part.replace(/^\//, '').toLowerCase(), type);
  }
  return (part) =>
    overrides.get(part.toLowerCase()) ??
    defaults.get(part.slice(part.lastIndexOf('.') + 1).toLowerCase()) ??
    '';
}

function findMain(
  has: (n: string) => boolean,
  relationships: (p: string) => readonly Relationship[],
  contentType: (p: string) => string,
): string {
  if (!has('_rels/.rels')) throw notWord('the relationships of the package are missing');
  const main = relationships('').find((r) => r.type.endsWith('/officeDocument'));
  if (!main?.part) throw notWord('it has no main document part');
  if (!WORD_MAIN.test(contentType(main.part))) throw notWord('the main part is of another kind');
  return main.part;
}

/** The part related to `source` by a type that ends with `/kind`, if it exists. */
export function relatedPart(pkg: Package, source: string, kind: string): string | undefined {
  return pkg.relationships(source).find((r) => r.part !== undefined && r.type.endsWith(`/${kind}`))?.part;
}

/** `w:body` of the main part. @throws {RedlineError} `document/not-word` when there is none. */
export function bodyOf(root: XmlElement): XmlElement {
  const body = root.name === 'w:document' ? child(root, 'w:body') : undefined;
  if (!body) throw notWord('the main part has no body');
  return body;
}
