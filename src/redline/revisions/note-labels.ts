import { similarity, type Words } from '../diff/index.ts';
import type { XmlElement } from '../ooxml/index.ts';
import type { MergeContext, Side } from './context.ts';
import type { Item } from './items.ts';
import { pairLists } from './pairs.ts';

/** Least share of common words for two notes to be versions of one another. */
const LEAST_SHARE = 0.34;
/** Worth of saying the same beyond the common words. */
const EQUAL_BONUS = 1;

export const NOTES: ReadonlySet<string> = new Set(['w:footnoteReference', 'w:endnoteReference']);

/**
 * Tells the references to notes (§17.11.14, §17.11.7) of a stretch apart by what the notes say.
 *
 * References look all alike.  Where one side has a reference more than the other, or two changed places, those of
 * notes that are versions of one another belong together, not those that come first.  A reference to a note without a
 * version on the other side may still go with any other of its kind.
 */
export function labelNotes(
  original: readonly Item[],
  modified: readonly Item[],
  ctx: MergeContext,
): readonly [original: readonly Item[], modified: readonly Item[]] {
  if (ctx.ignore.notes) return [original, modified];
  const [a, b] = [references(original), references(modified)];
  if (a.length === 0 || b.length === 0 || a.length + b.length === 2) return [original, modified];
  const [left, right] = [wordsOf(a, 'original', ctx), wordsOf(b, 'modified', ctx)];
  const score = (i: number, j: number): number => {
    if (a[i]?.name !== b[j]?.name) return 0;
    const share = similarity(left[i] ?? NO_WORDS, right[j] ?? NO_WORDS);
    return share < LEAST_SHARE ? 0 : share === 1 ? 1 + EQUAL_BONUS : share;
  };
  const labels = new Map<XmlElement, string>();
  pairLists(left, right, score, ctx).forEach((j, i) => {
    const [mine, other] = [a[i], b[j]];
    if (mine && other) for (const one of [mine, other]) labels.set(one, ` #${i}`);
  });
  return [labelled(original, labels), labelled(modified, labels)];
}

const NO_WORDS: Words = new Int32Array(0);

function wordsOf(list: readonly XmlElement[], side: Side, ctx: MergeContext): Words[] {
  return list.map((reference) => ctx.noteWords(reference, side));
}

function references(items: readonly Item[]): XmlElement[] {
  const found: XmlElement[] = [];
  for (const item of items) {
    if (item.kind === 'atom' && NOTES.has(item.element.name)) found.push(item.element);
    else if (item.kind === 'group') found.push(...references(item.items));
  }
  return found;
}

function labelled(items: readonly Item[], labels: ReadonlyMap<XmlElement, string>): readonly Item[] {
  return items.map((item): Item => {
    if (item.kind === 'group') return { ...item, items: labelled(item.items, labels) };
    const label = item.kind === 'atom' ? labels.get(item.element) : undefined;
    return item.kind === 'atom' && label !== undefined ? { ...item, key: item.key + label } : item;
  });
}
