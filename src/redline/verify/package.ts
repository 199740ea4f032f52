import type { Codec } from '../codec.ts';
import { RedlineError } from '../errors.ts';
import type { Limits } from '../options.ts';
import { attribute, type Element } from './element.ts';
import { FLAGS, transitional } from './names.ts';
import { Scope } from './scope.ts';
import { type Outline, XmlScanner } from './xml.ts';
import { type Entry, inflate, readEntries } from './zip.ts';

export interface Relationship {
  readonly id: string;
  readonly type: string;
  /** As written. */
  readonly target: string;
  /** Name of the part it leads to; `undefined` for an external one. */
  readonly part: string | undefined;
}

/** What the packages of one verification share: their host, their limits, and the contents met before. */
export interface Workshop {
  readonly codec: Codec;
  readonly limits: Limits;
  readonly scope: Scope;
  /** Contents met before, by checksum and sizes. */
  readonly contents: Map<string, Content[]>;
}

/** What an entry holds; entries with the same bytes share it. */
interface Content {
  readonly data: Uint8Array;
  readonly method: number;
  /** The package where it was met first. */
  readonly owner: Package;
  root?: Element;
  outline?: Element;
  digest?: string;
}

export function openWorkshop(codec: Codec, limits: Limits): Workshop {
  return { codec, limits, scope: Scope.outermost(), contents: new Map() };
}

/** A Word package: parts and relationships (ECMA-376 Part 2). */
export class Package {
  /** Every entry in the order of the directory, also those with the same name. */
  readonly entries: readonly Entry[];
  readonly main: string;
  private readonly shop: Workshop;
  private readonly flags: number;
  private readonly byName: ReadonlyMap<string, Entry>;
  private readonly related = new Map<string, ReadonlyMap<string, Relationship>>();
  private readonly contents = new Map<Entry, Content>();
  private stories: readonly string[] | undefined;

  /** @param fresh is it the redline, read after both inputs? */
  constructor(bytes: Uint8Array, shop: Workshop, fresh = false) {
    this.shop = shop;
    this.flags = fresh ? FLAGS.fresh : 0;
    this.entries = readEntries(bytes, shop.codec, shop.limits);
    this.byName = new Map(this.entries.map((entry) => [entry.name, entry]));
    for (const entry of this.entries) this.content(entry);
    this.main = this.relatedParts('', 'officeDocument')[0] ?? 'word/document.xml';
  }

  get workshop(): Workshop {
    return this.shop;
  }

  has(part: string): boolean {
    return this.byName.has(part);
  }

  get names(): readonly string[] {
    return [...this.byName.keys()];
  }

  /** The parsed root of an XML part, which must exist. */
  root(part: string): Element {
    const entry = this.entry(part);
    const content = this.content(entry);
    content.root ??= this.scan(entry);
    return content.root;
  }

  /** The root with only the beginning of some elements; where the redline is the first to hold the part, the whole root. */
  outline(part: string, outline: Outline): Element {
    const entry = this.entry(part);
    const content = this.content(entry);
    if (this.flags !== 0 && content.owner === this) return this.root(part);
    content.outline ??= content.root ?? this.scan(entry, outline);
    return content.outline;
  }

  private scan(entry: Entry, outline?: Outline): Element {
    const { scope, limits } = this.shop;
    return new XmlScanner(this.text(entry), entry.name, scope, limits.xmlDepth, this.flags).read(outline);
  }

  /** Relationships of a part, or of the package (''), by id. */
  relationships(part: string): ReadonlyMap<string, Relationship> {
    const known = this.related.get(part);
    if (known !== undefined) return known;
    const name = relationshipsPart(part);
    const folder = part.slice(0, part.lastIndexOf('/') + 1);
    const list = this.has(name) ? readRelationships(this.root(name), folder) : [];
    const found = new Map(list.map((rel) => [rel.id, rel]));
    this.related.set(part, found);
    return found;
  }

  /** Existing parts that `part` leads to by relationships of a type that ends with `/kind`. */
  relatedParts(part: string, kind: string): readonly string[] {
    const found = [...this.relationships(part).values()].filter((rel) => rel.type.endsWith(`/${kind}`));
    return found.flatMap((rel) => (rel.part !== undefined && this.has(rel.part) ? [rel.part] : []));
  }

  /** Parts whose text is compared. */
  get storyParts(): readonly string[] {
    if (this.stories !== undefined) return this.stories;
    const kinds = ['header', 'footer', 'footnotes', 'endnotes'];
    const found = [this.main, ...kinds.flatMap((kind) => this.relatedParts(this.main, kind))];
    this.stories = [...new Set(found)].filter((part) => this.has(part));
    return this.stories;
  }

  /** SHA-256 of a part's content; of what an XML part says, however it is written. */
  digest(part: string): string {
    const entry = this.entry(part);
    const content = this.content(entry);
    const { codec, limits } = this.shop;
    content.digest ??= codec.sha256(
      part.endsWith('.xml')
        ? codec.encodeUtf8(serialized(this.root(part)))
        : inflate(entry, false, codec, limits),
    );
    return content.digest;
  }

  /** Is a part the same, byte for byte and in the same compression, as that part of another package? */
  sharesPart(part: string, other: Package): boolean {
    if (!this.has(part) || !other.has(part)) return this.has(part) === other.has(part);
    return this.content(this.entry(part)) === other.content(other.entry(part));
  }

  /** Are these parts the same as those of another package, one by one? */
  sharesParts(parts: readonly string[], other: Package, theirs: readonly string[]): boolean {
    return (
      parts.length === theirs.length &&
      parts.every((part, at) => {
        const mate = theirs[at];
        return mate !== undefined && this.content(this.entry(part)) === other.content(other.entry(mate));
      })
    );
  }

  /** Does an entry hold what no package before held? */
  isNew(entry: Entry): boolean {
    return this.content(entry).owner === this;
  }

  /** Throws when the entry cannot be inflated to what its checksum says. */
  check(entry: Entry): void {
    inflate(entry, false, this.shop.codec, this.shop.limits);
  }

  private entry(part: string): Entry {
    const entry = this.byName.get(part);
    if (entry === undefined) {
      throw new RedlineError('document/not-word', 'The package lacks a part that it refers to.', { part });
    }
    return entry;
  }

  private content(entry: Entry): Content {
    const known = this.contents.get(entry);
    if (known !== undefined) return known;
    const key = `${entry.crc} ${entry.size} ${entry.data.length}`;
    const same = this.shop.contents.get(key) ?? [];
    this.shop.contents.set(key, same);
    let found = same.find((c) => c.method === entry.method && sameBytes(c.data, entry.data));
    if (found === undefined) {
      found = { data: entry.data, method: entry.method, owner: this };
      same.push(found);
    }
    this.contents.set(entry, found);
    return found;
  }

  private text(entry: Entry): string {
    const { codec, limits } = this.shop;
    return decode(inflate(entry, true, codec, limits), entry.name, codec);
  }
}

/** An element as text, whatever prefixes and order of attributes it was written with. */
function serialized(el: Element): string {
  const attributes = el.attributes.map((a) => ` ${a.name}=${JSON.stringify(transitional(a.value))}`).sort();
  const content = el.children.map(serialized);
  return `<${el.name}${attributes.join('')} ${JSON.stringify(el.text)}${content.join('')}>`;
}

/** Name of the part that holds the relationships of a part ('' = package). */
export function relationshipsPart(part: string): string {
  const slash = part.lastIndexOf('/') + 1;
  return `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`;
}

function readRelationships(root: Element, folder: string): readonly Relationship[] {
  return root.children
    .filter((el) => el.name === 'rel:Relationship')
    .map((el) => {
      const target = attribute(el, 'Target') ?? '';
      const external = attribute(el, 'TargetMode') === 'External';
      const part = external ? undefined : resolveTarget(folder, target);
      return { id: attribute(el, 'Id') ?? '', type: attribute(el, 'Type') ?? '', target, part };
    });
}

/** Name of the part that a target leads to (Part 2 §6.5): relative to the folder of the source. */
function resolveTarget(folder: string, target: string): string {
  const path = target.split('#')[0] ?? '';
  const steps: string[] = [];
  for (const step of (path.startsWith('/') ? path : folder + path).split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

function decode(data: Uint8Array, part: string, codec: Codec): string {
  if (data[0] === 0xfe && data[1] === 0xff) return decodeUtf16(data, false);
  if (data[0] === 0xff && data[1] === 0xfe) return decodeUtf16(data, true);
  try {
    return codec.decodeUtf8(data);
  } catch (cause) {
    throw new RedlineError('document/damaged-part', 'A part is not valid in its encoding.', { part }, cause);
  }
}

function decodeUtf16(data: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength - (data.byteLength % 2));
  let text = '';
  for (let at = 2; at < view.byteLength; at += 2)
    text += String.fromCharCode(view.getUint16(at, littleEndian));
  return text;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const x = new DataView(a.buffer, a.byteOffset, a.length);
  const y = new DataView(b.buffer, b.byteOffset, b.length);
  let at = 0;
  for (; at + 4 <= a.length; at += 4) if (x.getUint32(at) !== y.getUint32(at)) return false;
  for (; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
