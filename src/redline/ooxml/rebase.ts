import { decodeText, encodeAttribute } from './character-data.ts';
import type { PackageEditor } from './editor.ts';
import { addNumbering, mapNumbering, type NumberingMap } from './numbering.ts';
import type { Package, Relationship } from './package.ts';
import { addedText, addStyles, mapStyles, type StyleMap } from './styles.ts';

/** Puts the modified document's references into the result's terms, so that equal text means the same. */
export interface Rebase {
  readonly styles: StyleMap;
  readonly numbering: NumberingMap;
  /** Text of a part of the modified document as it would stand in `target`, a part of the result. */
  readonly part: (part: string, target: string) => string;
}

/** References of sections, which are left alone: they are not content. */
const SECTION = '<w:(?:header|footer)Reference\\b[^>]*>';
const STYLE = '(<w:(?:pStyle|rStyle|tblStyle|basedOn|next|link|numStyleLink|styleLink)\\s+w:val=)"([^"]*)"';
const LIST = '(<w:numId\\s+w:val=)"([^"]*)"';
const RELATIONSHIP = '(\\s(?:r:\\w+|o:relid)=)"([^"]*)"';
/** Matches nothing, with two groups: stands for references that need no rewriting. */
const NEVER = '(?!)()()';

/** What has to be looked at: references to styles and lists only where one has another id in the result. */
function references(styles: StyleMap, numbering: NumberingMap): RegExp {
  const parts = [
    SECTION,
    styles.ids.size > 0 ? STYLE : NEVER,
    numbering.ids.size > 0 ? LIST : NEVER,
    RELATIONSHIP,
  ];
  return new RegExp(parts.join('|'), 'g');
}

export function rebaseOnto(editor: PackageEditor, modified: Package, texts: readonly string[]): Rebase {
  const styles = mapStyles(editor.base, modified, texts);
  const inStyles = [...texts, addedText(styles)];
  const numbering = mapNumbering(editor.base, modified, inStyles, styles.ids);
  const definitions = (xml: string): string => rewrite(xml, styles, numbering, (id) => id);
  addStyles(editor, modified, styles, definitions);
  addNumbering(editor, modified, numbering, definitions);
  const part = (name: string, target: string): string => {
    const relationships = mapRelationships(editor, modified, name, target);
    const { source } = modified.root(name);
    const text = rewrite(source, styles, numbering, relationships);
    return text === source ? source : text;
  };
  return { styles, numbering, part };
}

const SECTION_TAG = /<w:(?:header|footer)Reference\b/y;
const RELATIONSHIP_ANYWHERE = new RegExp(RELATIONSHIP, 'g');

/** `rewrite` where styles and lists keep their ids: references to relationships are few. */
function rewriteRelationships(xml: string, relationship: (id: string) => string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const found of xml.matchAll(RELATIONSHIP_ANYWHERE)) {
    const [whole, name = '', id = ''] = found;
    SECTION_TAG.lastIndex = xml.lastIndexOf('<', found.index);
    if (SECTION_TAG.test(xml)) continue;
    const to = `${name}"${encodeAttribute(relationship(decodeText(id)))}"`;
    if (to === whole) continue;
    pieces.push(xml.slice(done, found.index), to);
    done = found.index + whole.length;
  }
  if (pieces.length === 0) return xml;
  pieces.push(xml.slice(done));
  return pieces.join('');
}

function rewrite(
  xml: string,
  styles: StyleMap,
  numbering: NumberingMap,
  relationship: (id: string) => string,
): string {
  if (styles.ids.size === 0 && numbering.ids.size === 0) return rewriteRelationships(xml, relationship);
  return xml.replace(
    references(styles, numbering),
    (whole, style: string, styleId: string, num: string, numId: string, rel: string, relId: string) => {
      if (style !== undefined) {
        const to = styles.ids.get(decodeText(styleId));
        return to === undefined ? whole : `${style}"${encodeAttribute(to)}"`;
      }
      if (num !== undefined) return `${num}"${numbering.ids.get(numId) ?? numId}"`;
      if (rel !== undefined) return `${rel}"${encodeAttribute(relationship(decodeText(relId)))}"`;
      return whole;
    },
  );
}

/**
 * Ids of a part's relationships in the result; what is missing there is carried over when first used.
 * Where the original leads to one target twice (a logo stored twice, a link made twice), what
 * goes by the same id or name goes together, and else in order, so that renumbered ids are no change.
 */
function mapRelationships(
  editor: PackageEditor,
  modified: Package,
  part: string,
  target: string,
): (id: string) => string {
  const known = new Map<string, string>();
  const equals = new Equals(editor, target);
  const byId = new Map(modified.relationships(part).map((r) => [r.id, r]));
  return (id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const rel = byId.get(id);
    if (!rel || (rel.part === undefined && !rel.external)) return id;
    const carried = (): { part: string } | { url: string } =>
      rel.part === undefined ? { url: rel.target } : { part: editor.carry(modified, rel.part) };
    const fresh = equals.take(modified, rel) ?? editor.relate(target, rel.type, carried());
    known.set(id, fresh);
    return fresh;
  };
}

/** The original's relationships of a part, each handed out to one that leads to the same. */
class Equals {
  readonly #editor: PackageEditor;
  readonly #byId: ReadonlyMap<string, Relationship>;
  readonly #alike = new Map<string, Relationship[]>();
  readonly #taken = new Set<string>();
  /** How many at the start of those that are alike are taken. */
  readonly #passed = new Map<string, number>();

  constructor(editor: PackageEditor, part: string) {
    this.#editor = editor;
    const list = editor.relationships(part);
    this.#byId = new Map(list.map((r) => [r.id, r]));
    for (const r of list) {
      const alike = this.#alike.get(likeness(r));
      if (alike) alike.push(r);
      else this.#alike.set(likeness(r), [r]);
    }
    if (this.#alike.size < list.length) this.#sort(part);
  }

  /** Those that are alike in the order in which the part comes upon them. */
  #sort(part: string): void {
    if (!this.#editor.base.has(part)) return;
    const places = new Map<string, number>();
    for (const m of this.#editor.base.root(part).source.matchAll(USE))
      if (!places.has(m[1] ?? '')) places.set(m[1] ?? '', places.size);
    const place = (r: Relationship): number => places.get(encodeAttribute(r.id)) ?? places.size;
    for (const list of this.#alike.values()) if (list.length > 1) list.sort((a, b) => place(a) - place(b));
  }

  /** Id of a relationship that leads to the same: by the same id, the same name, or the next one. */
  take(other: Package, wanted: Relationship): string | undefined {
    const key = likeness(wanted);
    const list = this.#alike.get(key) ?? [];
    const leads = (r: Relationship | undefined): r is Relationship =>
      r !== undefined && this.#editor.leadsAlike(r, other, wanted);
    const own = this.#byId.get(wanted.id);
    let found = own && likeness(own) === key && leads(own) ? own : undefined;
    if (wanted.part !== undefined) found ??= list.find((r) => r.part === wanted.part && leads(r));
    found ??= this.#next(key, list, leads) ?? (wanted.external ? list[0] : list.find(leads));
    if (found) this.#taken.add(found.id);
    return found?.id;
  }

  #next(
    key: string,
    list: readonly Relationship[],
    leads: (r: Relationship) => boolean,
  ): Relationship | undefined {
    let from = this.#passed.get(key) ?? 0;
    while (from < list.length && this.#taken.has(list[from]?.id ?? '')) from++;
    this.#passed.set(key, from);
    return list.slice(from, from + MOST_LOOKED_AT).find((r) => !this.#taken.has(r.id) && leads(r));
  }
}

/** Relationships looked at for one that leads to the same: beyond it a picture that is stored twice is another one. */
const MOST_LOOKED_AT = 1_000;
const USE = /\s(?:r:\w+|o:relid)="([^"]*)"/g;

/** Relationships that may lead to the same: of one kind, and to one address outside of the package. */
function likeness(r: Relationship): string {
  return `${r.type.slice(r.type.lastIndexOf('/'))} ${r.external ? r.target : ''}`;
}
