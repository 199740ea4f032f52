import {
  attribute,
  canonicalChildren,
  child,
  isElement,
  outer,
  parseXml,
  withInner,
  type XmlElement,
} from '../../ooxml/index.ts';
import { attributesOf, type Earlier, HOLDERS, MARK } from './table.ts';

/** Properties with the revisions that they have in the redline, earlier ones and ours. */
interface Held {
  readonly xml: string;
  /** Earlier revisions that could not stay. */
  readonly lost: number;
}

const MARKERS = /^w:(?:ins|del)$/;
/** What the former properties of a paragraph leave out (§17.13.5.29). */
const APART: ReadonlySet<string> = new Set(['w:rPr', 'w:sectPr', 'w:ins', 'w:del', MARK]);
const DEPTH = 64;

/**
 * Puts earlier revisions back into properties.  A mark or row that was inserted before and that we delete holds both
 * revisions; properties hold one change alone.  Where the two documents differ in their earlier revisions, those stay
 * with which rejecting all still gives the original as it reads with its own rejected, and accepting all the modified
 * document with its own accepted; the rest is lost.
 *
 * @param stackOf  the earlier revisions that properties carry
 * @param write  what stands among the properties, as it goes into the redline
 */
export function holderWith(
  holder: XmlElement,
  stackOf: (properties: XmlElement | undefined) => readonly Earlier[],
  freshId: () => number,
  write: (element: XmlElement) => string,
): Held {
  const name = HOLDERS.get(holder.name) ?? '';
  const change = child(holder, name);
  const former = child(change, holder.name);
  const now = stackOf(holder);
  const before = change ? stackOf(former) : now;
  const markers = markersOf(holder, before, now, freshId);
  const kept = change
    ? changeOf({ holder, change, former, before, now, name }, freshId)
    : { xml: earlier(formatting(now), freshId), lost: 0 };
  const rest = holder.children.map((c) => (!isElement(c) ? c.raw : isOwn(c, name) ? '' : write(c))).join('');
  const first = holder.name === 'w:rPr';
  return {
    xml: withInner(holder, `${first ? markers.xml : ''}${rest}${first ? '' : markers.xml}${kept.xml}`),
    lost: markers.lost + kept.lost,
  };
}

function isOwn(element: XmlElement, change: string): boolean {
  return element.name === change || element.name === MARK || MARKERS.test(element.name);
}

const formatting = (stack: readonly Earlier[]): Earlier | undefined =>
  stack.find((e) => e.former !== undefined);

function earlier(one: Earlier | undefined, freshId: () => number): string {
  if (!one) return '';
  const attributes = attributesOf(one, freshId());
  return one.former === undefined
    ? `<${one.name}${attributes}/>`
    : `<${one.name}${attributes}>${one.former}</${one.name}>`;
}

/** The insertion and the deletion of a mark or row: an earlier one goes before ours. */
function markersOf(
  holder: XmlElement,
  before: readonly Earlier[],
  now: readonly Earlier[],
  freshId: () => number,
): Held {
  let [xml, lost] = ['', 0];
  for (const name of ['w:ins', 'w:del']) {
    const [left, right] = [before, now].map((stack) => stack.find((e) => e.name === name));
    // An insertion is undone for the original's sake, a deletion carried out for the modified document's.
    const stays = name === 'w:ins' ? left : right;
    const own = child(holder, name);
    xml += stays ? earlier(stays, freshId) : own ? outer(own) : '';
    if (!stays && (left ?? right)) lost++;
  }
  return { xml, lost };
}

interface Changed {
  readonly holder: XmlElement;
  /** Our change. */
  readonly change: XmlElement;
  readonly former: XmlElement | undefined;
  readonly before: readonly Earlier[];
  readonly now: readonly Earlier[];
  readonly name: string;
}

/** The one change that the properties hold: an earlier one where it says all, or else ours. */
function changeOf({ holder, change, former, before, now, name }: Changed, freshId: () => number): Held {
  const [left, right] = [formatting(before), formatting(now)];
  const intended = canonicalChildren(holder, APART);
  const start = left ? keyOf(left.former) : canonicalChildren(former, APART);
  const most = Number(left !== undefined) + Number(right !== undefined && !isSame(left, right));
  if (left && canonicalChildren(former, APART) === intended)
    return { xml: earlier(left, freshId), lost: most - 1 };
  if (!left && right && keyOf(right.former) === start) return { xml: earlier(right, freshId), lost: 0 };
  if (start === intended) return { xml: '', lost: most };
  const by = { name, author: attribute(change, 'w:author') ?? '', date: attribute(change, 'w:date') };
  const properties = former ? outer(former).replace(MARKS, '') : `<${holder.name}/>`;
  return { xml: earlier({ ...by, former: left?.former ?? properties }, freshId), lost: most };
}

const MARKS = new RegExp(`<${MARK} [^>]*/>`, 'g');

function isSame(a: Earlier | undefined, b: Earlier | undefined): boolean {
  return a?.author === b?.author && a?.date === b?.date && a?.former === b?.former;
}

function keyOf(former: string | undefined): string {
  return canonicalChildren(parseXml(former || '<w:none/>', DEPTH), APART);
}
