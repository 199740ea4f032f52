import { inflateRawSync } from 'node:zlib';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import {
  deflateEntry,
  openPackage,
  readZip,
  writeZip,
  type ZipEntry,
} from '../../src/redline/ooxml/index.ts';
import { all, attribute, make, type Node, parse, print } from './tree.ts';

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const STRICT_WORD = 'http://purl.oclc.org/ooxml/wordprocessingml/main';
const STRICT_RELATIONSHIPS = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const WORD_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const DECLARED = {
  r: RELATIONSHIPS,
  m: 'http://schemas.openxmlformats.org/officeDocument/2006/math',
  v: 'urn:schemas-microsoft-com:vml',
};
const EMPTY_RELATIONSHIPS = `<Relationships xmlns="${PACKAGE}"/>`;

interface Tree {
  readonly prolog: string;
  readonly root: Node;
}

/** A document that can be changed: parts are read into trees when they are asked for. */
export class Doc {
  readonly main: string;
  readonly #entries = new Map<string, ZipEntry>();
  readonly #trees = new Map<string, Tree>();

  constructor(data: Uint8Array) {
    for (const entry of readZip(data, nodeCodec, DEFAULT_LIMITS)) this.#entries.set(entry.name, entry);
    this.main = openPackage(data, nodeCodec, DEFAULT_LIMITS).main;
  }

  #text(part: string): string {
    const entry = this.#entries.get(part);
    if (!entry) throw new Error(`no part ${part}`);
    const data =
      entry.method === 0 ? entry.stored : inflateRawSync(entry.stored, { maxOutputLength: entry.size });
    return nodeCodec.decodeUtf8(data);
  }

  tree(part: string): Node {
    const known = this.#trees.get(part);
    if (known) return known.root;
    const fresh = parse(this.#text(part));
    if (fresh.root.name.startsWith('w:')) declare(fresh.root);
    this.#trees.set(part, fresh);
    return fresh.root;
  }

  get body(): Node {
    const body = all(this.tree(this.main), 'w:body')[0];
    if (!body) throw new Error('no body');
    return body;
  }

  /** Parts that a part leads to, by the last step of the relationship's type. */
  related(kind: string): string[] {
    const rels = this.#relationships(this.main);
    const folder = this.main.slice(0, this.main.lastIndexOf('/') + 1);
    return all(rels, 'Relationship')
      .filter((r) => attribute(r, 'Type')?.endsWith(`/${kind}`))
      .map((r) => attribute(r, 'Target') ?? '')
      .map((target) => (target.startsWith('/') ? target.slice(1) : folder + target))
      .filter((part) => this.#entries.has(part) || this.#trees.has(part));
  }

  /** Trees with stories: the body, headers, footers and notes. */
  stories(): Node[] {
    const parts = ['header', 'footer', 'footnotes', 'endnotes'].flatMap((kind) => this.related(kind));
    return [this.body, ...[...new Set(parts)].map((part) => this.tree(part))];
  }

  #relationships(source: string): Node {
    const cut = source.lastIndexOf('/') + 1;
    const name = `${source.slice(0, cut)}_rels/${source.slice(cut)}.rels`;
    if (!this.#entries.has(name) && !this.#trees.has(name)) this.#trees.set(name, parse(EMPTY_RELATIONSHIPS));
    return this.tree(name);
  }

  relationships(): Node[] {
    return all(this.#relationships(this.main), 'Relationship');
  }

  /** Where the types of relationships live: each conformance class has its own place. */
  get #types(): string {
    const strict = this.tree(this.main).attributes.includes(STRICT_WORD);
    return strict ? STRICT_RELATIONSHIPS : RELATIONSHIPS;
  }

  /** Adds a relationship of the main part, of a Word kind or a whole type, and returns its id. */
  relate(kind: string, target: string, external = false): string {
    const rels = this.#relationships(this.main);
    const taken = new Set(all(rels, 'Relationship').map((r) => attribute(r, 'Id')));
    let n = 900;
    while (taken.has(`rId${n}`)) n++;
    const mode = external ? ' TargetMode="External"' : '';
    const type = kind.includes(':') ? kind : `${this.#types}/${kind}`;
    rels.children.push(make(`<Relationship Id="rId${n}" Type="${type}" Target="${target}"${mode}/>`));
    return `rId${n}`;
  }

  /** Takes a relationship of the main part away that nothing refers to any more, as editors do when they save. */
  forget(id: string): void {
    if (print(this.tree(this.main)).includes(`r:id="${id}"`)) return;
    const rels = this.#relationships(this.main);
    rels.children = rels.children.filter((c) => typeof c === 'string' || attribute(c, 'Id') !== id);
  }

  /** Adds a part of the Word kind beside the main one and returns the id of its relationship. */
  addPart(kind: string, root: Node): string {
    const folder = this.main.slice(0, this.main.lastIndexOf('/') + 1);
    let n = 70;
    while (this.#entries.has(`${folder}${kind}${n}.xml`) || this.#trees.has(`${folder}${kind}${n}.xml`)) n++;
    const name = `${kind}${n}.xml`;
    this.#trees.set(folder + name, { prolog: '<?xml version="1.0" encoding="UTF-8"?>', root });
    const type = `${WORD_TYPE}.${kind}+xml`;
    this.tree('[Content_Types].xml').children.push(
      make(`<Override PartName="/${folder}${name}" ContentType="${type}"/>`),
    );
    return this.relate(kind, name);
  }

  /** Adds a part of any kind, such as a picture, beside the main one and returns the id of its relationship. */
  addObject(name: string, contentType: string, kind: string, data: string | Uint8Array): string {
    const folder = this.main.slice(0, this.main.lastIndexOf('/') + 1);
    const dot = name.lastIndexOf('.');
    let n = 1;
    const numbered = (): string => `${name.slice(0, dot)}${n}${name.slice(dot)}`;
    while (this.#entries.has(folder + numbered())) n++;
    const bytes = typeof data === 'string' ? nodeCodec.encodeUtf8(data) : data;
    this.#entries.set(folder + numbered(), deflateEntry(folder + numbered(), bytes, nodeCodec));
    this.tree('[Content_Types].xml').children.push(
      make(`<Override PartName="/${folder}${numbered()}" ContentType="${contentType}"/>`),
    );
    return this.relate(kind, numbered());
  }

  /** Attributes of the main part's root: its namespaces, for parts that are made new. */
  get namespaces(): string {
    return this.tree(this.main).attributes;
  }

  bytes(): Uint8Array {
    const written = new Map(this.#entries);
    for (const [name, { prolog, root }] of this.#trees) {
      const data = nodeCodec.encodeUtf8(prolog + print(root));
      written.set(name, deflateEntry(name, data, nodeCodec));
    }
    return writeZip([...written.values()], nodeCodec);
  }
}

/** Declares what edits may bring in, where the part does not. */
function declare(root: Node): void {
  for (const [prefix, uri] of Object.entries(DECLARED))
    if (!root.attributes.includes(`xmlns:${prefix}=`)) root.attributes += ` xmlns:${prefix}="${uri}"`;
}
