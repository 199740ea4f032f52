import type { Codec } from '../codec.ts';
import { encodeAttribute } from './character-data.ts';
import { type Package, type Relationship, relationshipsPart } from './package.ts';
import { textEntry } from './stretches.ts';
import { attribute, elements, inner, outer, parseXml, startTag, type XmlElement } from './xml.ts';
import { writeZip, type ZipEntry } from './zip.ts';

const CONTENT_TYPES = '[Content_Types].xml';
const PACKAGE_NS = 'http://schemas.openxmlformats.org/package/2006';
const RELATIONSHIPS_TYPE = 'application/vnd.openxmlformats-package.relationships+xml';
const STRICT = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
/** What the types of an office document's relationships begin with, in the transitional class. */
export const OFFICE_RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** Last step of a relationship type: the same in both conformance classes. */
function relationshipKind(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}

/**
 * A copy of a package in the making: parts that are not touched keep their bytes, parts of another
 * package can be carried over with all they lead to.
 */
export class PackageEditor {
  readonly base: Package;
  readonly #codec: Codec;
  readonly #replaced = new Map<string, string>();
  readonly #packed = new Map<string, ZipEntry>();
  readonly #added = new Map<string, ZipEntry>();
  readonly #types = new Map<string, string>();
  readonly #relationships = new Map<string, Relationship[]>();
  readonly #touched = new Set<string>();
  readonly #carried = new Map<string, string>();
  readonly #removed = new Set<string>();
  readonly #names: Set<string>;
  /** Entries by name. */
  readonly #entries = new Map<Package, ReadonlyMap<string, ZipEntry>>();

  constructor(base: Package, codec: Codec) {
    this.base = base;
    this.#codec = codec;
    this.#names = new Set(base.entries.map((e) => e.name.toLowerCase()));
  }

  /** Has anything changed? */
  get touched(): boolean {
    return (
      this.base.revised.size +
        this.#replaced.size +
        this.#packed.size +
        this.#added.size +
        this.#touched.size +
        this.#removed.size >
      0
    );
  }

  /** Text of a part of the base as it stands now. */
  text(part: string): string {
    return this.#replaced.get(part) ?? this.base.text(part);
  }

  /** XML of a part of the base as it stands now, with customary prefixes. */
  source(part: string): string {
    return this.#replaced.get(part) ?? this.base.root(part).source;
  }

  /** Takes a part of the base away, with its relationships and those that lead to it. */
  remove(part: string): void {
    this.#removed.add(part);
    this.#removed.add(relationshipsPart(part));
    for (const { name } of this.base.entries) {
      const source = sourceOf(name);
      if (source !== undefined) this.unrelate(source, (r) => r.part === part);
    }
  }

  isRemoved(part: string): boolean {
    return this.#removed.has(part);
  }

  /** Takes relationships of a part of the base away. */
  unrelate(source: string, which: (relationship: Relationship) => boolean): void {
    const list = this.relationships(source);
    const kept = list.filter((r) => !which(r));
    if (kept.length === list.length) return;
    this.#relationships.set(source, kept);
    this.#touched.add(source);
  }

  replace(part: string, xml: string): void {
    this.#replaced.set(part, xml);
  }

  /** Puts a part of the base in place of what it was, ready as it is. */
  put(entry: ZipEntry): void {
    this.#packed.set(entry.name, entry);
  }

  /** Adds a part of text; the name is changed where it is taken. */
  add(wanted: string, xml: string, contentType: string): string {
    const name = this.#freeName(wanted);
    this.#added.set(name, textEntry(name, xml, this.#codec));
    this.#types.set(name, contentType);
    return name;
  }

  /** Fills an added part whose name had to be known first. */
  fill(name: string, xml: string): void {
    this.#added.set(name, textEntry(name, xml, this.#codec));
  }

  relationships(part: string): readonly Relationship[] {
    return this.#relationships.get(part) ?? this.base.relationships(part);
  }

  /** Gives a new part the relationships of another, under the same ids. */
  copyRelationships(from: string, to: string): void {
    const list = this.relationships(from).map((r) =>
      r.part === undefined ? r : { ...r, target: `/${r.part}` },
    );
    if (list.length === 0) return;
    this.#relationships.set(to, list);
    this.#touched.add(to);
  }

  /** Id of a relationship from `source`: one that is there already, or a new one. */
  relate(source: string, type: string, target: { readonly part: string } | { readonly url: string }): string {
    const list = this.relationships(source);
    const same = list.find(
      (r) =>
        relationshipKind(r.type) === relationshipKind(type) &&
        ('part' in target ? r.part === target.part : r.external && r.target === target.url),
    );
    if (same) return same.id;
    const taken = new Set(list.map((r) => r.id));
    let n = list.length + 1;
    while (taken.has(`rId${n}`)) n++;
    const fresh: Relationship =
      'part' in target
        ? {
            id: `rId${n}`,
            type: this.#conformant(type),
            target: `/${target.part}`,
            external: false,
            part: target.part,
          }
        : {
            id: `rId${n}`,
            type: this.#conformant(type),
            target: target.url,
            external: true,
            part: undefined,
          };
    this.#relationships.set(source, [...list, fresh]);
    this.#touched.add(source);
    return fresh.id;
  }

  /** The type as the base's conformance class writes it. */
  #conformant(type: string): string {
    const strict = this.base.relationships('').some((r) => r.type.startsWith(STRICT));
    return strict ? type.replace(OFFICE_RELATIONSHIPS, STRICT) : type.replace(STRICT, OFFICE_RELATIONSHIPS);
  }

  /** Name of a part of `other` in this package: an equal part that is there, or a copy with what it leads to. */
  carry(other: Package, part: string): string {
    const known = this.#carried.get(part);
    if (known !== undefined) return known;
    const equal = this.#equalPart(other, part);
    if (equal !== undefined) {
      this.#carried.set(part, equal);
      return equal;
    }
    const name = this.#freeName(part);
    this.#carried.set(part, name);
    const entry = other.entries.find((e) => e.name === part);
    if (entry) this.#added.set(name, { ...entry, name });
    this.#types.set(name, other.contentType(part));
    const targets = other.relationships(part).map((r) => {
      const to = r.part === undefined ? undefined : this.carry(other, r.part);
      return to === undefined ? r : { ...r, target: `/${to}`, part: to };
    });
    if (targets.length > 0) {
      this.#relationships.set(name, targets);
      this.#touched.add(name);
    }
    return name;
  }

  /** Does a relationship of this package lead to what one of `other` leads to? */
  leadsAlike(mine: Relationship, other: Package, theirs: Relationship): boolean {
    if (mine.external !== theirs.external) return false;
    if (mine.part === undefined || theirs.part === undefined)
      return mine.external && mine.target === theirs.target;
    return !this.#replaced.has(mine.part) && this.#same(mine.part, other, theirs.part);
  }

  #equalPart(other: Package, part: string): string | undefined {
    const entry = other.entries.find((e) => e.name === part);
    return this.base.entries.find(
      (e) =>
        e.crc === entry?.crc &&
        e.size === entry.size &&
        !this.#replaced.has(e.name) &&
        this.#same(e.name, other, part),
    )?.name;
  }

  /** Do two parts hold the same bytes, and lead to the same? @param met  parts on the way here: they may lead back */
  #same(mine: string, other: Package, theirs: string, met: ReadonlySet<string> = new Set()): boolean {
    if (met.has(theirs)) return true;
    const [a, b] = [this.#entry(this.base, mine), this.#entry(other, theirs)];
    if (!a || !b || a.crc !== b.crc || a.size !== b.size) return false;
    if (this.base.contentType(mine) !== other.contentType(theirs)) return false;
    const [here, there] = [this.base.relationships(mine), other.relationships(theirs)];
    return (
      here.length === there.length &&
      there.every((r) => {
        const same = here.find((x) => x.id === r.id && relationshipKind(x.type) === relationshipKind(r.type));
        if (same === undefined || same.external !== r.external) return false;
        if (r.part === undefined || same.part === undefined)
          return r.part === same.part && same.target === r.target;
        return this.#same(same.part, other, r.part, new Set([...met, theirs]));
      })
    );
  }

  #entry(pkg: Package, name: string): ZipEntry | undefined {
    const known = this.#entries.get(pkg) ?? new Map(pkg.entries.map((e) => [e.name, e]));
    this.#entries.set(pkg, known);
    return known.get(name);
  }

  #freeName(wanted: string): string {
    const dot = wanted.lastIndexOf('.');
    const [stem, extension] = dot < 0 ? [wanted, ''] : [wanted.slice(0, dot), wanted.slice(dot)];
    let name = wanted;
    for (let n = 2; this.#names.has(name.toLowerCase()); n++) name = `${stem}_${n}${extension}`;
    this.#names.add(name.toLowerCase());
    return name;
  }

  /** The package as a file. */
  bytes(): Uint8Array {
    const texts = new Map([...this.base.revised, ...this.#replaced]);
    for (const source of this.#touched) texts.set(relationshipsPart(source), this.#relationshipsXml(source));
    if (this.#types.size + this.#removed.size > 0) texts.set(CONTENT_TYPES, this.#contentTypesXml());
    for (const part of this.#removed) texts.delete(part);
    const entries: ZipEntry[] = this.base.entries
      .filter((e) => !this.#removed.has(e.name))
      .map((e) => this.#packed.get(e.name) ?? this.#written(e.name, texts) ?? e);
    for (const entry of this.#added.values()) entries.push(entry);
    for (const name of texts.keys()) {
      const entry = this.base.has(name) ? undefined : this.#written(name, texts);
      if (entry) entries.push(entry);
    }
    return writeZip(entries, this.#codec);
  }

  #written(name: string, texts: ReadonlyMap<string, string>): ZipEntry | undefined {
    const text = texts.get(name);
    return text === undefined ? undefined : textEntry(name, text, this.#codec);
  }

  #relationshipsXml(source: string): string {
    const name = relationshipsPart(source);
    const before = this.base.has(name)
      ? this.base.root(name)
      : parseXml(`<Relationships xmlns="${PACKAGE_NS}/relationships"/>`, 4);
    const known = new Set(this.base.has(name) ? this.base.relationships(source).map((r) => r.id) : []);
    const tag = before.name.replace('Relationships', 'Relationship');
    const added = this.relationships(source)
      .filter((r) => !known.has(r.id))
      .map(
        (r) =>
          `<${tag} Id="${encodeAttribute(r.id)}" Type="${encodeAttribute(r.type)}" Target="${encodeAttribute(r.target)}"${r.external ? ' TargetMode="External"' : ''}/>`,
      );
    const left = new Set(this.relationships(source).map((r) => r.id));
    const lost = elements(before).filter((e) => !left.has(attribute(e, 'Id') ?? ''));
    return `${before.source.slice(0, before.start)}${opened(startTag(before))}${innerWithout(before, lost)}${added.join('')}</${before.name}>`;
  }

  #contentTypesXml(): string {
    const root = this.base.root(CONTENT_TYPES);
    const prefix = root.name.replace('Types', '');
    const added = [...this.#types].map(
      ([part, type]) =>
        `<${prefix}Override PartName="/${encodeAttribute(part)}" ContentType="${encodeAttribute(type)}"/>`,
    );
    const rels = /Extension\s*=\s*["']rels["']/i.test(outer(root))
      ? ''
      : `<${prefix}Default Extension="rels" ContentType="${RELATIONSHIPS_TYPE}"/>`;
    const lost = elements(root).filter((e) =>
      this.#removed.has((attribute(e, 'PartName') ?? '').replace(/^\//, '')),
    );
    return `${root.source.slice(0, root.start)}${opened(startTag(root))}${rels}${innerWithout(root, lost)}${added.join('')}</${root.name}>`;
  }
}

/** The content of an element without some of its children. */
function innerWithout(element: XmlElement, lost: readonly XmlElement[]): string {
  return lost.reduceRight(
    (text, c) => text.slice(0, c.start - element.innerStart) + text.slice(c.end - element.innerStart),
    inner(element),
  );
}

/** The part whose relationships a part holds. */
function sourceOf(name: string): string | undefined {
  const found = /^(.*?)_rels\/([^/]*)\.rels$/.exec(name);
  return found ? `${found[1] ?? ''}${found[2] ?? ''}` : undefined;
}

function opened(tag: string): string {
  return tag.replace(/\/>$/, '>');
}
