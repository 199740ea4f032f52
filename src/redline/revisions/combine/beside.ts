import { align, Interner } from '../../diff/index.ts';
import { elements, outer, parseXml, type XmlElement } from '../../ooxml/index.ts';
import { NOTHING_IGNORED } from '../../options.ts';
import { singleStory } from '../blocks.ts';
import { emptyTally, type MergeContext } from '../context.ts';
import { hasRevisions } from '../decide/names.ts';
import { settleAll } from '../decide/settle.ts';
import type { Draft } from '../edit/draft.ts';
import { PropsReader } from '../props.ts';

/** Pieces of a part that was read under its limits are no deeper. */
const ANY_DEPTH = 100_000;
/** What belongs to the place and not to what is copied. */
const PLACED = /\s(?:w14:paraId|w14:textId)="[^"]*"|<w:proofErr\b[^>]*\/>/g;
/** A reference to a note that stands where the copy was made from: a note is referred to once. */
const NOTE = /^w:(?:foot|end)noteReference$/;

/**
 * Blocks as they show with every change in them accepted, as an insertion.
 *
 * @param stamp  attributes of a fresh revision
 * @param isNews  is it a mark that the document does not have yet?
 * @param isOwn  is it a note that only the copy has?
 */
export function insertedCopy(
  xml: string,
  draft: Draft,
  stamp: () => string,
  isNews: (xml: string) => boolean,
  isOwn: (note: XmlElement) => boolean,
): string {
  const read = (text: string): XmlElement => parseXml(`<w:body>${text}</w:body>`, ANY_DEPTH);
  const root = read(xml);
  const settled = hasRevisions(xml) ? parseXml(settleAll(root, 'accept'), ANY_DEPTH) : root;
  const blocks = elements(settled).filter((e) => e.name !== 'w:sectPr');
  const holder = read(blocks.map(outer).join('').replace(PLACED, ''));
  return singleStory(holder, 'ins', contextOf(draft, stamp, isNews, isOwn), false);
}

/** What writing blocks that only one side has asks for; nothing is compared here. */
function contextOf(
  draft: Draft,
  stamp: () => string,
  isNews: (xml: string) => boolean,
  isOwn: (note: XmlElement) => boolean,
): MergeContext {
  const nothing = (): void => {};
  const marks = /<w:(?:bookmark|commentRange|perm)(?:Start|End)\b[^>]*\/>|<w:commentReference\b[^>]*\/>/g;
  const ctx: MergeContext = {
    rung: 'paragraphs',
    granularity: 'word',
    ignore: NOTHING_IGNORED,
    leaveAsIs: nothing,
    passOver: nothing,
    noteBlock: nothing,
    moves: { enabled: false, leastWords: 0 },
    props: new PropsReader(),
    symbols: new Interner(),
    tally: emptyTally(),
    align: (a, b) => align(a, b).partner,
    mayMark: () => true,
    marked: nothing,
    spent: nothing,
    stamp,
    touches: () => 0,
    freshId: () => draft.freshId(),
    mark: (element) => (isNews(outer(element)) ? outer(element) : ''),
    withoutShared: (xml) => xml.replace(marks, (tag) => (isNews(tag) ? tag : '')),
    note: (element) => (NOTE.test(element.name) && !isOwn(element) ? '' : outer(element)),
    sameNote: () => false,
    noteWords: () => new Int32Array(0),
    table: (_, b) => singleStory(asBody(b), 'ins', ctx, false),
    block: (element, state) => singleStory(asBody(element), state, ctx, false),
    section: () => '',
    rewriteSections: false,
    blocks: (_, b) => singleStory(b, 'ins', ctx, true),
    keepBack: () => '',
    takeLoose: () => [],
  };
  return ctx;
}

function asBody(element: XmlElement): XmlElement {
  return parseXml(`<w:body>${outer(element)}</w:body>`, ANY_DEPTH);
}
