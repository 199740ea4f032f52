import type { Attribute, Element } from './element.ts';
import { Fragments } from './fragments.ts';
import { canonicalName, FLAGS, flagsOf } from './names.ts';
import { decodeText } from './text.ts';

/** What the raw name of a tag means in a scope. */
export interface TagName {
  readonly name: string;
  readonly flags: number;
  /** The end tag to look for where elements of that name are remembered by their text, else ''. */
  readonly close: string;
}

/** What stands between the name of a tag and its end. */
export interface Tag {
  readonly attributes: readonly Attribute[];
  /** The scope inside the element. */
  readonly scope: Scope;
  readonly flags: number;
}

/** Elements that come back word for word, in one document or in its other version. */
const FRAGMENTS = new Set([
  'w:p',
  'w:rPr',
  'w:pPr',
  'w:tcPr',
  'w:trPr',
  'w:tr',
  'w:tblPr',
  'w:tbl',
  'w:style',
  'w:abstractNum',
]);

/** A start tag, or the tag of an empty element. */
export interface StartTag {
  /** As written. */
  readonly raw: string;
  readonly name: TagName;
  readonly tag: Tag;
  readonly empty: boolean;
  /** The empty element, once for the inputs and once for the redline. */
  element: Element | undefined;
  fresh: Element | undefined;
}

type Bindings = ReadonlyMap<string, string>;

/**
 * One set of namespace bindings and everything that depends on nothing else: what names mean, what tags say,
 * which elements were met. Parts with the same bindings share one scope.
 */
export class Scope {
  /** Start tags by what stands between their `<` and `>`. */
  readonly tags = new Map<string, StartTag>();
  readonly fragments = new Fragments();
  /** What follows the first attribute of tags, by its text: of revisions only the id differs. */
  private readonly rests = new Map<string, Rest>();
  private readonly bindings: Bindings;
  private readonly family: Map<string, Scope>;
  private readonly names = new Map<string, TagName>();
  private readonly attributeNames = new Map<string, string>();

  private constructor(bindings: Bindings, family: Map<string, Scope>) {
    this.bindings = bindings;
    this.family = family;
  }

  /** The scope outside a root element. */
  static outermost(): Scope {
    return new Scope(new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]), new Map());
  }

  /** Forgets every element, in every scope of the family: a part that is refused may have left some behind. */
  forget(): void {
    for (const scope of [this, ...this.family.values()]) scope.fragments.clear();
  }

  /** `undefined` where the name is no qualified name or its prefix is not bound. */
  name(raw: string): TagName | undefined {
    const known = this.names.get(raw);
    if (known !== undefined) return known;
    const name = this.resolve(raw, this.bindings.get('') ?? '');
    if (name === undefined) return undefined;
    const made = { name, flags: flagsOf(name), close: FRAGMENTS.has(name) ? `</${raw}>` : '' };
    this.names.set(raw, made);
    return made;
  }

  private attributeName(raw: string): string | undefined {
    const known = this.attributeNames.get(raw);
    if (known !== undefined) return known;
    const name = this.resolve(raw, '');
    if (name !== undefined) this.attributeNames.set(raw, name);
    return name;
  }

  private resolve(raw: string, unprefixed: string): string | undefined {
    const parts = QNAME.exec(raw);
    if (parts === null) return undefined;
    const [, prefix, local = ''] = parts;
    const uri = prefix === undefined ? unprefixed : this.bindings.get(prefix);
    return uri === undefined ? undefined : intern(canonicalName(uri, local));
  }

  /** `readTag` for tags of which many differ in the first attribute alone, as those of revisions do. */
  readAlike(text: string, from: number): { tag: Tag; end: number } | undefined {
    const start = afterSpace(text, from);
    const first = start === from || endsTag(text, start) ? undefined : readAttribute(text, start);
    if (first === undefined || isDeclaration(first.name)) return this.readTag(text, from);
    const gt = text.indexOf('>', first.end);
    if (gt - first.end > MAX_REST || gt <= first.end) return this.readTag(text, from);
    const rest = text.slice(first.end, gt);
    const name = this.attributeName(first.name);
    const known = this.rests.get(rest);
    if (known !== undefined && name !== undefined && !known.attributes.some((a) => a.name === name)) {
      const attributes = [{ name, value: first.value }, ...known.attributes];
      return { tag: { attributes, scope: this, flags: linkFlag(attributes) }, end: first.end + known.length };
    }
    const read = this.readTag(text, from);
    if (read?.tag.scope === this && this.rests.size < MAX_RESTS && endsWhole(text, read.end, gt))
      this.rests.set(rest, { attributes: read.tag.attributes.slice(1), length: read.end - first.end });
    return read;
  }

  /** Reads attributes from `from` up to `>` or `/>`, whose offset is `end`; `undefined` where they are malformed. */
  readTag(text: string, from: number): { tag: Tag; end: number } | undefined {
    const raw: RawAttribute[] = [];
    let declares = false;
    let at = from;
    for (;;) {
      const start = afterSpace(text, at);
      if (endsTag(text, start)) {
        const tag = (declares ? this.within(raw) : this).makeTag(raw);
        return tag && { tag, end: start };
      }
      const found = start === at ? undefined : readAttribute(text, start);
      if (found === undefined) return undefined;
      for (const other of raw) if (other.name === found.name) return undefined;
      raw.push(found);
      declares ||= isDeclaration(found.name);
      at = found.end;
    }
  }

  private makeTag(raw: readonly RawAttribute[]): Tag | undefined {
    const attributes: Attribute[] = [];
    for (const { name: rawName, value } of raw) {
      if (isDeclaration(rawName)) continue;
      const name = this.attributeName(rawName);
      if (name === undefined) return undefined;
      attributes.push({ name, value });
    }
    return { attributes, scope: this, flags: linkFlag(attributes) };
  }

  /** The scope that declarations among these attributes open. */
  private within(raw: readonly RawAttribute[]): Scope {
    const bindings = new Map(this.bindings);
    for (const { name, value: uri } of raw)
      if (isDeclaration(name)) bindings.set(name.slice('xmlns:'.length), uri);
    const key = [...bindings]
      .map(([prefix, uri]) => `${prefix}=${uri}`)
      .sort()
      .join('\n');
    const scope = this.family.get(key) ?? new Scope(bindings, this.family);
    this.family.set(key, scope);
    return scope;
  }
}

/** What follows the first attribute of a tag. */
interface Rest {
  readonly attributes: readonly Attribute[];
  /** From behind the first attribute to the end of the tag, or to its `/`. */
  readonly length: number;
}

/** Longer rests are not remembered, and no more than so many. */
const MAX_REST = 200;
const MAX_RESTS = 256;

/** Does an attribute name a relationship? */
function linkFlag(attributes: readonly Attribute[]): number {
  return attributes.some((a) => a.name.startsWith('r:')) ? FLAGS.link : 0;
}

function endsTag(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === GREATER || (code === SLASH && text.charCodeAt(at + 1) === GREATER);
}

/** Does a tag whose attributes end at `end` end with that `>`? Another may stand in a value. */
function endsWhole(text: string, end: number, gt: number): boolean {
  return end === gt || (end === gt - 1 && text.charCodeAt(end) === SLASH);
}

function isDeclaration(name: string): boolean {
  return name.startsWith('xmlns') && (name.length === 5 || name.charCodeAt(5) === COLON);
}

const QNAME = /^(?:([^:\s"'&=]+):)?([^:\s"'&=]+)$/;

interface RawAttribute {
  readonly name: string;
  readonly value: string;
  /** Offset after the closing quote. */
  readonly end: number;
}

/** The attribute that begins at `start`; `undefined` where there is none, or a malformed one. */
function readAttribute(text: string, start: number): RawAttribute | undefined {
  let nameEnd = start;
  while (!endsAttributeName(text.charCodeAt(nameEnd))) nameEnd += 1;
  const equals = afterSpace(text, nameEnd);
  if (nameEnd === start || text.charCodeAt(equals) !== EQUALS) return undefined;
  const open = afterSpace(text, equals + 1);
  const quote = text.charCodeAt(open);
  if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) return undefined;
  const close = text.indexOf(quote === DOUBLE_QUOTE ? '"' : "'", open + 1);
  if (close < 0) return undefined;
  const quoted = text.slice(open + 1, close);
  if (quoted.includes('<')) return undefined;
  const value = decodeText(SPACES.test(quoted) ? quoted.replace(/[\t\n]/g, ' ') : quoted);
  return value === undefined ? undefined : { name: text.slice(start, nameEnd), value, end: close + 1 };
}

const SPACES = /[\t\n]/;
const COLON = 0x3a;
const GREATER = 0x3e;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

function afterSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x09; ) {
    at += 1;
    code = text.charCodeAt(at);
  }
  return at;
}

/** White space, `=`, `<`, `>`, quotes, `/` or the end of the text (NaN). */
function endsAttributeName(code: number): boolean {
  return (
    !(code > 0x20) ||
    code === EQUALS ||
    code === 0x3c ||
    code === GREATER ||
    code === SLASH ||
    code === DOUBLE_QUOTE ||
    code === SINGLE_QUOTE
  );
}

/** Names of all documents: there are few, unless somebody makes them up. */
const interned = new Map<string, string>();
const MAX_INTERNED = 4096;

/** The engine compares property names by identity first; a name made of pieces becomes one of them. */
function intern(name: string): string {
  const known = interned.get(name);
  if (known !== undefined) return known;
  const made = Object.keys({ [name]: 0 })[0] ?? name;
  if (interned.size < MAX_INTERNED) interned.set(made, made);
  return made;
}
