import { attribute, encodeAttribute, outer, type XmlElement } from '../ooxml/index.ts';
import type { Side } from './context.ts';

/**
 * Bookmarks cannot be tracked (§17.13.6): the result holds those of both sides, each name once.
 * Where both sides have a name, the original's mark stands, unless it lies in a row or control that
 * may vanish; then the modified document's takes its place, which is known only when all is
 * written.  Until then a placeholder stands for it: U+0001 occurs in no XML.
 */
export class Bookmarks {
  readonly #names: ReadonlySet<string>;
  readonly #modifiedNames: ReadonlySet<string>;
  readonly #freshId: () => number;
  /** Bookmarks of the original whose marks vanish with what holds them: lower-case name to name. */
  readonly #lost = new Map<string, string>();
  /** Names whose mark in the modified document vanishes with what holds it. */
  readonly #stranded = new Set<string>();
  /** Those of each text that was read. */
  readonly #read: { readonly xml: string; readonly found: readonly Named[] }[] = [];

  /** Both take the texts of all parts of a side. */
  constructor(texts: readonly string[], modifiedTexts: readonly string[], freshId: () => number) {
    const namesIn = (xml: string): string[] => this.in(xml).map((b) => b.name.toLowerCase());
    this.#names = new Set(texts.flatMap(namesIn));
    this.#modifiedNames = new Set(modifiedTexts.flatMap(namesIn));
    this.#freshId = freshId;
  }

  /** The bookmarks of a part's text. */
  in(xml: string): readonly Named[] {
    const known = this.#read.find((r) => r.xml === xml);
    if (known) return known.found;
    const found = bookmarksOf(xml);
    this.#read.push({ xml, found });
    return found;
  }

  has(name: string): boolean {
    return this.#names.has(name.toLowerCase());
  }

  placeholder(end: boolean, name: string): string {
    return `\u0001${end ? 'E' : 'S'}${name}\u0001`;
  }

  /** Takes shared bookmarks out of a unit that may vanish as a whole. */
  withoutShared(xml: string, side: Side): string {
    if (side === 'modified') return this.#withoutStranded(xml);
    if (!xml.includes('<w:bookmarkStart')) return xml;
    const ends = new Set(Array.from(xml.matchAll(BOOKMARK_END), (m) => m[1] ?? ''));
    const gone = new Set<string>();
    return xml.replace(BOOKMARK, (tag) => {
      const id = /\sw:id="([^"]*)"/.exec(tag)?.[1] ?? '';
      const name = /\sw:name="([^"]*)"/.exec(tag)?.[1];
      if (name === undefined) return gone.has(id) ? '' : tag;
      if (!ends.has(id) || !this.modifiedHas(name)) return tag;
      this.#lost.set(name.toLowerCase(), name);
      gone.add(id);
      return '';
    });
  }

  #withoutStranded(xml: string): string {
    const gone = new Set<string>();
    const strand = (name: string): string => {
      this.#stranded.add(name.toLowerCase());
      return '';
    };
    const bare = xml.replace(PLACEHOLDER, (_, _end, name: string) => strand(name));
    if (!bare.includes('<w:bookmarkStart')) return bare;
    return bare.replace(BOOKMARK, (tag) => {
      const id = /\sw:id="([^"]*)"/.exec(tag)?.[1] ?? '';
      const name = /\sw:name="([^"]*)"/.exec(tag)?.[1];
      if (name === undefined) return gone.has(id) ? '' : tag;
      if (!this.has(name)) return tag;
      gone.add(id);
      return strand(name);
    });
  }

  modifiedHas(name: string): boolean {
    return this.#modifiedNames.has(name.toLowerCase());
  }

  /** The text with each placeholder decided. */
  resolve(xml: string): string {
    const ids = new Map<string, number>();
    const pieces: string[] = [];
    let done = 0;
    for (let at = xml.indexOf('\u0001'); at >= 0; at = xml.indexOf('\u0001', done)) {
      const end = xml.indexOf('\u0001', at + 1);
      pieces.push(xml.slice(done, at), this.#decided(xml.charAt(at + 1), xml.slice(at + 2, end), ids));
      done = end + 1;
    }
    if (done === 0) return xml;
    pieces.push(xml.slice(done));
    return pieces.join('');
  }

  #decided(kind: string, name: string, ids: Map<string, number>): string {
    if (kind === 'H') return this.#homeless();
    if (!this.#lost.has(name.toLowerCase()) || this.#stranded.has(name.toLowerCase())) return '';
    const id = ids.get(name) ?? this.#freshId();
    ids.set(name, id);
    return kind === 'E'
      ? `<w:bookmarkEnd w:id="${id}"/>`
      : `<w:bookmarkStart w:id="${id}" w:name="${name}"/>`;
  }

  /** Where bookmarks go that would vanish on both sides: as empty ones to the start of the body. */
  get refuge(): string {
    return [...this.#names].some((name) => this.#modifiedNames.has(name)) ? '\u0001H\u0001' : '';
  }

  #homeless(): string {
    return [...this.#lost]
      .filter(([key, name]) => this.#stranded.has(key) && name !== LAST_EDIT)
      .map(([, name]) => {
        const id = this.#freshId();
        return `<w:bookmarkStart w:id="${id}" w:name="${name}"/><w:bookmarkEnd w:id="${id}"/>`;
      })
      .join('');
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the placeholder is a character that XML cannot hold
const PLACEHOLDER = /\u0001([ESH])([^\u0001]*)\u0001/g;

/** The places in a text that wait for a bookmark. */
export function placeholdersIn(xml: string): string {
  return xml.includes('\u0001') ? (xml.match(PLACEHOLDER) ?? []).join('') : '';
}

/** Word's own note of where the cursor was. */
const LAST_EDIT = '_GoBack';
const BOOKMARK = /<w:bookmark(?:Start|End)\b[^>]*\/>/g;
const BOOKMARK_END = /<w:bookmarkEnd\b[^>]*?\sw:id="([^"]*)"/g;
const BOOKMARK_START = '<w:bookmarkStart';
const PERMISSION = /<w:permStart\b[^>]*?\sw:id="([^"]*)"/g;
const MARK =
  /<w:(bookmarkStart|bookmarkEnd|commentRangeStart|commentRangeEnd|commentReference|permStart|permEnd)\b[^>]*>/g;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Bookmarks of a part's text, as ids and names in source form. */
export function bookmarksOf(xml: string): Named[] {
  const found: Named[] = [];
  for (let at = xml.indexOf(BOOKMARK_START); at >= 0; at = xml.indexOf(BOOKMARK_START, at + 1)) {
    const tag = xml.slice(at, xml.indexOf('>', at));
    found.push({
      id: /\sw:id="([^"]*)"/.exec(tag)?.[1] ?? '',
      name: /\sw:name="([^"]*)"/.exec(tag)?.[1] ?? '',
    });
  }
  return found;
}

/** The marks of one part of both sides. */
export interface PartMarks {
  /** The modified part's text with the ids of its marks in the result's terms. */
  readonly modified: string;
  readonly mark: (element: XmlElement, side: Side) => string;
  /** Is it a bookmark of the modified part whose name the original part has too? */
  readonly repeats: (element: XmlElement) => boolean;
}

/**
 * Gives the marks of the modified part the ids that they have in the result: those of the original
 * where both have the mark, fresh ones elsewhere.
 *
 * @param comments  comment id of the modified document to that of the result
 * @param sharedComments  ids in the result of comments that both sides have
 */
export function alignMarks(
  original: string,
  modified: string,
  bookmarks: Bookmarks,
  comments: ReadonlyMap<string, string>,
  sharedComments: ReadonlySet<string>,
  freshId: () => number,
): PartMarks {
  const idOfName = new Map(bookmarks.in(original).map((b) => [b.name.toLowerCase(), b.id]));
  const idMap = new Map<string, string>();
  const nameOf = new Map<string, string>();
  for (const { id, name } of bookmarks.in(modified)) {
    const to = idOfName.get(name.toLowerCase()) ?? String(freshId());
    idMap.set(id, to);
    nameOf.set(to, name);
  }
  const moved = (ids: ReadonlyMap<string, string>): boolean => [...ids].some(([from, to]) => from !== to);
  const text = moved(idMap) || moved(comments) ? renumbered(modified, idMap, comments) : modified;
  const permissions = new Set(
    original.includes('<w:permStart') ? Array.from(original.matchAll(PERMISSION), (m) => m[1] ?? '') : [],
  );
  const mark = (element: XmlElement, side: Side): string => {
    if (side === 'original') return outer(element);
    const id = attribute(element, 'w:id') ?? '';
    if (element.name.startsWith('w:bookmark')) {
      const name = nameOf.get(id);
      if (name === undefined) return '';
      return bookmarks.has(name)
        ? bookmarks.placeholder(element.name === 'w:bookmarkEnd', name)
        : outer(element);
    }
    if (element.name.startsWith('w:comment')) return sharedComments.has(id) ? '' : outer(element);
    return permissions.has(id) ? '' : outer(element);
  };
  const own = new Set(idOfName.values());
  const repeats = (element: XmlElement): boolean =>
    element.name.startsWith('w:bookmark') && own.has(attribute(element, 'w:id') ?? '');
  return { modified: text, mark, repeats };
}

function renumbered(
  xml: string,
  bookmarkIds: ReadonlyMap<string, string>,
  commentIds: ReadonlyMap<string, string>,
): string {
  return xml.replace(MARK, (tag, kind: string) =>
    tag.replace(/(\sw:id=)"([^"]*)"/, (whole, head: string, id: string) => {
      const ids = kind.startsWith('bookmark')
        ? bookmarkIds
        : kind.startsWith('comment')
          ? commentIds
          : undefined;
      const to = ids?.get(id);
      return to === undefined ? whole : `${head}"${to}"`;
    }),
  );
}

/** Attributes of a fresh revision. */
export function stampText(id: number, author: string, date: string | null): string {
  return ` w:id="${id}"${stampedBy(author, date)}`;
}

/** The attributes besides the id, which all revisions of an author share. */
export function stampedBy(author: string, date: string | null): string {
  return ` w:author="${encodeAttribute(author)}"${date === null ? '' : ` w:date="${date}"`}`;
}

/** The highest id of marks, revisions and notes, so that fresh ones collide with none. */
export function highestId(texts: readonly string[]): number {
  let highest = 0;
  for (const text of texts)
    for (const m of text.matchAll(/\sw:id="(\d{1,9})"/g)) highest = Math.max(highest, Number(m[1]));
  return highest;
}
