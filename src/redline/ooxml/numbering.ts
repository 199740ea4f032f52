import { canonical } from './canonical.ts';
import { OFFICE_RELATIONSHIPS, type PackageEditor } from './editor.ts';
import { widenedStartTag } from './namespaces.ts';
import { type Package, relatedPart } from './package.ts';
import { samePart } from './same-parts.ts';
import { attribute, childValue, elements, outer, startTag, type XmlElement } from './xml.ts';

/** How the numbering (§17.9) of the modified document goes into the original's. */
export interface NumberingMap {
  /** `w:numId` of the modified document to that of the result. */
  readonly ids: ReadonlyMap<string, string>;
  readonly added: readonly {
    readonly num: XmlElement;
    readonly id: string;
    readonly abstractId: string;
    readonly abstract: XmlElement | undefined;
  }[];
}

const NOTHING: NumberingMap = { ids: new Map(), added: [] };
/** Names and random tags say nothing about how a list looks. */
const UNCOUNTED: ReadonlySet<string> = new Set(['w:nsid', 'w:tmpl', 'w:abstractNumId', 'w:multiLevelType']);

interface Definitions {
  readonly nums: ReadonlyMap<string, XmlElement>;
  readonly abstracts: ReadonlyMap<string, XmlElement>;
  readonly digest: (numId: string) => string | undefined;
  /** What a definition says. */
  readonly look: (abstractId: string) => string;
  /** Definition of a list. */
  readonly abstractOf: (numId: string) => string | undefined;
}

function read(pkg: Package, styles: ReadonlyMap<string, string>): Definitions {
  const part = relatedPart(pkg, pkg.main, 'numbering');
  const children = part === undefined ? [] : elements(pkg.root(part));
  const byId = (name: string, id: string): Map<string, XmlElement> =>
    new Map(children.filter((e) => e.name === name).map((e) => [attribute(e, id) ?? '', e]));
  const nums = byId('w:num', 'w:numId');
  const abstracts = byId('w:abstractNum', 'w:abstractNumId');
  const memo = new Map<XmlElement, string>();
  const text = (holder: XmlElement | undefined): string => {
    if (!holder) return 'none';
    const known = memo.get(holder);
    if (known !== undefined) return known;
    const fresh = elements(holder)
      .filter((e) => !UNCOUNTED.has(e.name))
      .map((e) =>
        canonical(e).replace(
          /(<w:(?:pStyle|rStyle|numStyleLink|styleLink) w:val=)([^>]*)/g,
          (_, tag: string, id: string) => tag + (styles.get(id) ?? id),
        ),
      )
      .join('');
    memo.set(holder, fresh);
    return fresh;
  };
  const look = (abstractId: string): string => text(abstracts.get(abstractId));
  const abstractOf = (numId: string): string | undefined => childValue(nums.get(numId), 'w:abstractNumId');
  const digest = (numId: string): string | undefined => {
    const num = nums.get(numId);
    return num && `${look(abstractOf(numId) ?? '')}|${text(num)}`;
  };
  return { nums, abstracts, digest, look, abstractOf };
}

/**
 * Finds for each list in use an equal one that the original has, each at most once; the rest is added.
 *
 * @param texts  what uses them
 */
export function mapNumbering(
  original: Package,
  modified: Package,
  texts: readonly string[],
  styles: ReadonlyMap<string, string>,
): NumberingMap {
  const [partA, partB] = [
    relatedPart(original, original.main, 'numbering'),
    relatedPart(modified, modified.main, 'numbering'),
  ];
  if (
    partB === undefined ||
    (partA !== undefined && styles.size === 0 && samePart(original, partA, modified, partB))
  )
    return NOTHING;
  const [mine, theirs] = [read(original, new Map()), read(modified, styles)];
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  const open: string[] = [];
  for (const id of usedNumbering(texts)) {
    if (theirs.digest(id) === undefined) continue;
    if (mine.digest(id) === theirs.digest(id)) taken.add(id);
    else open.push(id);
  }
  const added: NumberingMap['added'][number][] = [];
  // A list keeps its id where the original has none of that name, so that equal lists are not mixed up.
  const nextNum = freeIds(mine.nums, theirs.nums);
  const nextAbstract = freeIds(mine.abstracts, theirs.abstracts);
  const abstractIds = sharedAbstracts(mine, theirs, taken);
  for (const id of open) {
    const equal = [...mine.nums.keys()].find((n) => !taken.has(n) && mine.digest(n) === theirs.digest(id));
    const num = theirs.nums.get(id);
    const source = (num && childValue(num, 'w:abstractNumId')) ?? '';
    if (equal !== undefined) {
      taken.add(equal);
      ids.set(id, equal);
      const abstract = mine.abstractOf(equal);
      if (abstract !== undefined && !abstractIds.has(source)) abstractIds.set(source, abstract);
    } else if (num) {
      const known = abstractIds.get(source);
      const abstractId = known ?? nextAbstract(source);
      abstractIds.set(source, abstractId);
      const fresh = nextNum(id);
      added.push({
        num,
        id: fresh,
        abstractId,
        abstract: known === undefined ? theirs.abstracts.get(source) : undefined,
      });
      ids.set(id, fresh);
    }
  }
  return { ids, added };
}

/**
 * Definitions of the modified document to those of the original that say the same: lists of one
 * definition count on from one another (§17.9.15), so that a list which starts again must not get
 * a definition of its own.
 */
function sharedAbstracts(
  mine: Definitions,
  theirs: Definitions,
  held: ReadonlySet<string>,
): Map<string, string> {
  const shared = new Map<string, string>();
  for (const id of theirs.abstracts.keys())
    if (mine.abstracts.has(id) && mine.look(id) === theirs.look(id)) shared.set(id, id);
  for (const num of held) {
    const [from, to] = [theirs.abstractOf(num), mine.abstractOf(num)];
    if (from !== undefined && to !== undefined) shared.set(from, to);
  }
  return shared;
}

/** Hands out ids that the original does not have: the wanted one, or one that neither side has. */
function freeIds(
  mine: ReadonlyMap<string, XmlElement>,
  theirs: ReadonlyMap<string, XmlElement>,
): (wanted: string) => string {
  let next = Math.max(highest(mine), highest(theirs)) + 1;
  return (wanted) => (mine.has(wanted) || !/^\d+$/.test(wanted) ? String(next++) : wanted);
}

function highest(elements: ReadonlyMap<string, XmlElement>): number {
  return Math.max(0, ...Array.from(elements.keys(), Number).filter(Number.isFinite));
}

/** Adds the missing lists to the result; abstract definitions stand before instances (§17.9.15). */
export function addNumbering(
  editor: PackageEditor,
  modified: Package,
  map: NumberingMap,
  rebase: (xml: string) => string,
): void {
  if (map.added.length === 0) return;
  const abstracts = map.added
    .filter((a) => a.abstract)
    .map((a) =>
      rebase(a.abstract ? outer(a.abstract) : '')
        .replace(/(\sw:abstractNumId=)("[^"]*"|'[^']*')/, `$1"${a.abstractId}"`)
        .replace(/<w:nsid\b[^>]*\/>/, ''),
    );
  const nums = map.added.map((a) =>
    outer(a.num)
      .replace(/(\sw:numId=)("[^"]*"|'[^']*')/, `$1"${a.id}"`)
      .replace(/(<w:abstractNumId\s+w:val=)("[^"]*"|'[^']*')/, `$1"${a.abstractId}"`),
  );
  const part = relatedPart(editor.base, editor.base.main, 'numbering');
  const source = relatedPart(modified, modified.main, 'numbering');
  if (part === undefined) {
    if (source === undefined) return;
    const root = modified.root(source);
    const xml = `${root.source.slice(0, root.start)}${startTag(root)}${abstracts.join('')}${nums.join('')}</w:numbering>`;
    const name = editor.add('word/numbering.xml', xml, modified.contentType(source));
    editor.relate(editor.base.main, `${OFFICE_RELATIONSHIPS}/numbering`, { part: name });
    return;
  }
  const root = editor.base.root(part);
  const children = elements(root);
  const firstNum =
    children.find((e) => e.name === 'w:num')?.start ??
    children.find((e) => e.name === 'w:numIdMacAtCleanup')?.start ??
    root.innerEnd;
  const afterNums = children.find((e) => e.name === 'w:numIdMacAtCleanup')?.start ?? root.innerEnd;
  const { source: text } = root;
  const tag =
    source === undefined ? startTag(root) : widenedStartTag(startTag(root), root, modified.root(source));
  const head = `${text.slice(0, root.start)}${tag}${text.slice(root.innerStart, firstNum)}`;
  const tail = `${text.slice(afterNums, root.innerEnd)}</${root.name}>${text.slice(root.end)}`;
  editor.replace(
    part,
    `${head}${abstracts.join('')}${text.slice(firstNum, afterNums)}${nums.join('')}${tail}`,
  );
}

/** Ids of the lists that texts refer to. */
function usedNumbering(texts: readonly string[]): Set<string> {
  const used = new Set<string>();
  for (const text of texts)
    for (const m of text.matchAll(/<w:numId\s+w:val="([^"]*)"/g)) used.add(m[1] ?? '');
  return used;
}
