import { similarity, type Words } from '../diff/index.ts';
import { canonical, canonicalChildren, child, type XmlElement } from '../ooxml/index.ts';
import { type Block, endsSection, isParagraph, wordsOf } from './block.ts';
import type { Loose, MergeContext } from './context.ts';
import { type Item, readItems } from './items.ts';
import { editedMove, movedParagraph, paragraphOf, stretchOf, unitsOf } from './moved.ts';
import { findRanges, type Stretch } from './moved-ranges.ts';
import { singleParagraphs } from './single.ts';

/** How many more a paragraph needs that was also edited, and the least share of them that came along. */
const EDITED_MORE = 1.6;
const EDITED_SIMILARITY = 0.6;
/** A word leads to others with it where at most this many paragraphs of a side have it. */
const RARE = 8;
/** Paragraphs of the other side that one is compared with. */
const MAX_CANDIDATES = 6;

type LooseParagraph = Extract<Loose, { kind: 'paragraph' }>;

/** May the block be shown as moved? Its mark must be one that can go. */
export function mayMove(block: Block, ctx: MergeContext): boolean {
  return ctx.moves.enabled && isParagraph(block) && !endsSection(block);
}

/** On both sides of the number of something kept back: a character that XML cannot hold. */
const PLACE = '\u0002';

/** Where something kept back goes. */
export function loosePlace(index: number): string {
  return `${PLACE}${index}${PLACE}`;
}

/** A text with what was written at the places where something had been kept back. */
function filled(xml: string, written: readonly string[]): string {
  if (!xml.includes(PLACE)) return xml;
  const pieces: string[] = [];
  let done = 0;
  for (let at = xml.indexOf(PLACE); at >= 0; at = xml.indexOf(PLACE, done)) {
    const end = xml.indexOf(PLACE, at + 1);
    pieces.push(xml.slice(done, at), written[Number(xml.slice(at + 1, end))] ?? '');
    done = end + 1;
  }
  pieces.push(xml.slice(done));
  return pieces.join('');
}

/** A story with what was kept back of it: what is on both sides, at two places, moved (§17.13.5.21–28). */
export function settleMoves(pieces: readonly string[], ctx: MergeContext): readonly string[] {
  let settled = pieces;
  // A table that stands in a paragraph is written with it, and keeps back what its cells say.
  for (let loose = ctx.takeLoose(); loose.length > 0; loose = ctx.takeLoose()) {
    const written = writeLoose(loose, ctx);
    settled = settled.map((piece) => filled(piece, written));
  }
  return settled;
}

interface Move {
  readonly name: string;
  readonly source: XmlElement;
  readonly target: XmlElement;
  readonly edited: boolean;
}

function writeLoose(loose: readonly Loose[], ctx: MergeContext): string[] {
  const moves = pairParagraphs(loose, ctx);
  const stretches = new Map<Loose, Stretch>();
  const oneSided = loose.every((x) => x.side === loose[0]?.side);
  if (ctx.rung === 'words' && !oneSided)
    for (const one of loose)
      if (!moves.has(one))
        stretches.set(one, {
          side: one.side,
          units: one.kind === 'stretch' ? one.units : unitsOf(one.element, ctx),
        });
  const ranges = findRanges([...stretches.values()], ctx);
  return loose.map((one) => {
    const move = moves.get(one);
    if (one.kind === 'paragraph') noteLoose(one, move, ctx);
    if (move) return writeMove(move, one.side === 'original' ? 'from' : 'to', ctx);
    const stretch = stretches.get(one);
    const found = stretch ? (ranges.get(stretch) ?? []) : [];
    if (one.kind === 'stretch') return stretchOf(one.units, one.side, found, ctx);
    return stretch && found.length > 0
      ? paragraphOf(one.element, stretch.units, one.side, found, ctx)
      : singleParagraphs([one.element], one.side === 'original' ? 'del' : 'ins', ctx);
  });
}

/** A clause that moved is noted where it went. */
function noteLoose({ side, element }: LooseParagraph, move: Move | undefined, ctx: MergeContext): void {
  if (!move) ctx.noteBlock(side, element, side === 'original' ? 'deleted' : 'inserted');
  else if (side === 'modified') ctx.noteBlock(side, element, 'moved');
}

function writeMove(move: Move, state: 'from' | 'to', ctx: MergeContext): string {
  return move.edited
    ? editedMove(move.source, move.target, state, move.name, ctx)
    : movedParagraph(state === 'from' ? move.source : move.target, state, move.name, ctx);
}

/** Paragraphs that were taken out at one place and put in at another, as they are or edited on the way. */
function pairParagraphs(loose: readonly Loose[], ctx: MergeContext): Map<Loose, Move> {
  const isParagraph = (x: Loose): x is LooseParagraph => x.kind === 'paragraph';
  const paragraphs = loose.filter(isParagraph);
  const gone = paragraphs.filter((x) => x.side === 'original');
  const come = paragraphs.filter((x) => x.side === 'modified');
  const moves = new Map<Loose, Move>();
  if (gone.length === 0 || come.length === 0) return moves;
  const pair = (source: LooseParagraph, target: LooseParagraph, edited: boolean): void => {
    const move = {
      name: `move${ctx.freshId()}`,
      source: source.element,
      target: target.element,
      edited,
    };
    moves.set(source, move).set(target, move);
    ctx.tally.moves++;
  };
  pairUnchanged(gone, come, pair, ctx);
  const rest = (list: readonly LooseParagraph[]): LooseParagraph[] => list.filter((x) => !moves.has(x));
  if (ctx.rung === 'words') pairEdited(rest(gone), rest(come), pair, ctx);
  return moves;
}

type Pair = (source: LooseParagraph, target: LooseParagraph, edited: boolean) => void;

function pairUnchanged(
  gone: readonly LooseParagraph[],
  come: readonly LooseParagraph[],
  pair: Pair,
  ctx: MergeContext,
): void {
  const left = new Map<string, LooseParagraph[]>();
  for (const one of gone) {
    const key = moveKey(one.element, ctx);
    const same = key === undefined ? undefined : left.get(key);
    if (same) same.push(one);
    else if (key !== undefined) left.set(key, [one]);
  }
  if (left.size === 0) return;
  for (const one of come) {
    const source = left.get(moveKey(one.element, ctx) ?? '')?.shift();
    if (source) pair(source, one, false);
  }
}

/** Paragraphs that moved and were edited on the way: the most alike first. */
function pairEdited(
  gone: readonly LooseParagraph[],
  come: readonly LooseParagraph[],
  pair: Pair,
  ctx: MergeContext,
): void {
  const least = ctx.moves.leastWords * EDITED_MORE;
  const words = (list: readonly LooseParagraph[]) =>
    list.map((one) => ({ one, words: wordsOf(one.element, ctx) })).filter((x) => x.words.length >= least);
  const [left, right] = [words(gone), words(come)];
  const withWord = occurrences(right.map((x) => x.words));
  const found = left.flatMap((x) =>
    candidates(x.words, withWord).flatMap((j) => {
      const y = right[j];
      const share = y ? similarity(x.words, y.words) : 0;
      return y && share >= EDITED_SIMILARITY ? [{ x, y, share }] : [];
    }),
  );
  const taken = new Set<LooseParagraph>();
  for (const { x, y } of found.sort((p, q) => q.share - p.share)) {
    if (taken.has(x.one) || taken.has(y.one)) continue;
    taken.add(x.one).add(y.one);
    pair(x.one, y.one, true);
  }
}

/** Where each word occurs, as long as it is rare. */
function occurrences(list: readonly Words[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  list.forEach((words, j) => {
    for (const word of new Set(words)) {
      const places = found.get(word);
      if (!places) found.set(word, [j]);
      else if (places.length <= RARE) places.push(j);
    }
  });
  return found;
}

/** The few that share most rare words. */
function candidates(words: Words, withWord: ReadonlyMap<number, readonly number[]>): number[] {
  const votes = new Map<number, number>();
  for (const word of new Set(words)) {
    const places = withWord.get(word) ?? [];
    if (places.length <= RARE) for (const j of places) votes.set(j, (votes.get(j) ?? 0) + 1);
  }
  return [...votes]
    .sort((x, y) => y[1] - x[1] || x[0] - y[0])
    .slice(0, MAX_CANDIDATES)
    .map(([j]) => j);
}

/** Equal for paragraphs with the same content and formatting; none for what is too short to be shown as moved. */
function moveKey(element: XmlElement, ctx: MergeContext): string | undefined {
  if (wordsOf(element, ctx).length < ctx.moves.leastWords) return undefined;
  const properties = canonicalChildren(child(element, 'w:pPr'), new Set(['w:rPr']));
  return `${properties}|${itemsKey(readItems(element, ctx.props))}`;
}

/** What holds stories of its own, which its key leaves out. */
const HOLDERS = new Set(['w:tbl', 'w:drawing', 'w:pict', 'w:object', 'mc:AlternateContent']);

function itemsKey(items: readonly Item[]): string {
  let text = '';
  let props: string | undefined;
  for (const item of items) {
    if (item.kind === 'text') {
      if (item.run.props.key !== props) text += `\u0001${item.run.props.key}\u0001`;
      props = item.run.props.key;
      text += item.text;
    } else if (item.kind === 'atom')
      text += `\u0002${HOLDERS.has(item.element.name) ? canonical(item.element) : item.key}\u0002`;
    else if (item.kind === 'group') text += `\u0003${item.key}\u0003${itemsKey(item.items)}\u0003`;
  }
  return text;
}
