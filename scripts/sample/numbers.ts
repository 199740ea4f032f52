import type { Block, Look } from './model.ts';

/** Level in the list of clauses, from 0. */
const LEVELS: Partial<Record<Look, number>> = { heading: 0, clause: 1, item: 2, subitem: 3 };

/**
 * The number that Word shows before each numbered clause, in full, such as `5.3(a)`. A cross-reference field carries
 * it as its last known result.
 */
export function numbersOf(blocks: readonly Block[]): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>();
  const counts = [0, 0, 0, 0];
  for (const block of blocks) {
    const level = block.kind === 'paragraph' ? LEVELS[block.look] : undefined;
    if (level === undefined) continue;
    counts[level] = (counts[level] ?? 0) + 1;
    counts.fill(0, level + 1);
    numbers.set(block.id, numberText(counts, level));
  }
  return numbers;
}

function numberText(counts: readonly number[], level: number): string {
  const [heading = 0, clause = 0, item = 0, subitem = 0] = counts;
  const letter = String.fromCharCode(96 + item);
  const roman = ['', 'i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x'][subitem] ?? '';
  return [`${heading}`, `.${clause}`, `(${letter})`, `(${roman})`].slice(0, level + 1).join('');
}
