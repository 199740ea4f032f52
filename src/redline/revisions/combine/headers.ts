import {
  attribute,
  child,
  descendants,
  elements,
  OFFICE_RELATIONSHIPS,
  outer,
  type Package,
  startTag,
  type XmlElement,
} from '../../ooxml/index.ts';
import { type Effective, effectiveSections } from '../sections.ts';
import { isFresh } from './groups.ts';

const REFERENCE = /^w:(?:header|footer)Reference$/;
const SECTION: ReadonlySet<string> = new Set(['w:sectPr']);

/** What brings headers and footers of both into one part. */
export interface HeaderMerge {
  /** Part of the result that shows what both make of a header; `first`: ours may be changed where it stands. */
  readonly merged: (mine: string, theirs: string, first: boolean) => string;
  /** Theirs as a part of the result. */
  readonly added: (theirs: string) => string;
  /** Id of the relationship from the main part to a header or footer. */
  readonly relate: (type: string, part: string) => string;
}

/** Both bodies with the references to headers and footers that they have in the result. */
export interface Referenced {
  readonly mine: string;
  readonly theirs: string;
}

/**
 * Pairs the sections that both have, in order, and what they show as headers and footers (§17.10). References cannot be
 * tracked: where the result needs others than ours, each section has its own ones.
 */
export function pairHeaders(
  mine: { readonly pkg: Package; readonly body: XmlElement },
  theirs: { readonly pkg: Package; readonly body: XmlElement },
  merge: HeaderMerge,
): Referenced {
  const [a, b] = [baseSections(mine.body, mine.pkg), baseSections(theirs.body, theirs.pkg)];
  const known = new Map<string, string>();
  const used = new Set<string>();
  const part = (own: string | undefined, other: string | undefined): string | undefined => {
    if (other === undefined) return own;
    const key = `${own ?? ''}|${other}`;
    const made =
      known.get(key) ?? (own === undefined ? merge.added(other) : merge.merged(own, other, !used.has(own)));
    if (own !== undefined) used.add(own);
    known.set(key, made);
    return made;
  };
  const paired = a.slice(0, b.length).map((section, i) => {
    const other = b[i]?.shows ?? new Map<string, string>();
    const keys = [...new Set([...section.shows.keys(), ...other.keys()])].sort();
    const shows = new Map(
      keys.flatMap((key) => {
        const to = part(section.shows.get(key), other.get(key));
        return to === undefined ? [] : [[key, to] as const];
      }),
    );
    return {
      mine: section,
      theirs: b[i],
      shows,
      moved: keys.some((key) => shows.get(key) !== section.shows.get(key)),
    };
  });
  const rewrite = paired.some((p) => p.moved);
  const references = (shows: Effective): string =>
    Array.from(shows, ([key, to]) => {
      const [name = '', type = ''] = key.split(' ');
      return `<${name} w:type="${type}" r:id="${merge.relate(kindOf(name), to)}"/>`;
    }).join('');
  const mineEdits = new Map<XmlElement, string>();
  const theirEdits = new Map<XmlElement, string>();
  for (const p of paired) {
    const xml = rewrite ? references(p.shows) : ownReferences(p.mine.element);
    if (rewrite) mineEdits.set(p.mine.element, xml);
    if (p.theirs) theirEdits.set(p.theirs.element, xml);
  }
  for (const section of allSections(theirs.body))
    if (!theirEdits.has(section))
      theirEdits.set(section, references(foreign(section, theirs.pkg, known, merge)));
  return { mine: withReferences(mine.body, mineEdits), theirs: withReferences(theirs.body, theirEdits) };
}

function ownReferences(section: XmlElement): string {
  return elements(section)
    .filter((e) => REFERENCE.test(e.name))
    .map(outer)
    .join('');
}

function kindOf(name: string): string {
  return `${OFFICE_RELATIONSHIPS}/${name === 'w:headerReference' ? 'header' : 'footer'}`;
}

/** What a section that only they have refers to. */
function foreign(
  section: XmlElement,
  pkg: Package,
  known: ReadonlyMap<string, string>,
  merge: HeaderMerge,
): Effective {
  const made = new Map<string, string>();
  for (const ref of elements(section)) {
    if (!REFERENCE.test(ref.name)) continue;
    const part = pkg.relationships(pkg.main).find((r) => r.id === attribute(ref, 'r:id'))?.part;
    if (part === undefined) continue;
    const there = [...known].find(([key]) => key.endsWith(`|${part}`))?.[1];
    made.set(`${ref.name} ${attribute(ref, 'w:type') ?? 'default'}`, there ?? merge.added(part));
  }
  return made;
}

interface Section {
  readonly element: XmlElement;
  readonly shows: Effective;
}

/** Sections that the base has, too. */
function baseSections(body: XmlElement, pkg: Package): Section[] {
  const effective = effectiveSections(body, pkg);
  return allSections(body, (block) => !isFresh(block)).flatMap((element) => {
    const shows = effective.get(element);
    return shows ? [{ element, shows }] : [];
  });
}

/** Sections of a body, without former ones. */
function allSections(body: XmlElement, which: (block: XmlElement) => boolean = () => true): XmlElement[] {
  return elements(body).flatMap((block) => {
    if (block.name === 'w:sectPr') return [block];
    if (!which(block) || !outer(block).includes('<w:sectPr')) return [];
    const own = child(child(block, 'w:pPr'), 'w:sectPr');
    if (block.name === 'w:p') return own ? [own] : [];
    const found = descendants(block, SECTION);
    return found.filter((s) => !found.some((o) => o !== s && o.start < s.start && s.end < o.end));
  });
}

/** The text of a body's part with other references in some sections. */
function withReferences(body: XmlElement, edits: ReadonlyMap<XmlElement, string>): string {
  const { source } = body;
  const pieces: string[] = [];
  let done = 0;
  for (const [section, references] of [...edits].sort(([x], [y]) => x.start - y.start)) {
    if (ownReferences(section) === references) continue;
    const rest = elements(section).filter((e) => !REFERENCE.test(e.name));
    const tag = startTag(section).replace(/\/>$/, '>');
    pieces.push(source.slice(done, section.start), tag, references, ...rest.map(outer), '</w:sectPr>');
    done = section.end;
  }
  return pieces.join('') + source.slice(done); //X
}
