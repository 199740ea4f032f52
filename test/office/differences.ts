import type { Stories } from './words.ts';

const STORIES = ['body', 'notes', 'boxes', 'edges'] as const;
const CONTEXT = 6;
const SHOWN = 12;
/** Words looked ahead for the place where two texts meet again. */
const REACH = 400;
/** Words in a row that count as having met. */
const MEETING = 4;

/** Where the words of every story differ, a sentence each; empty when all are alike. */
export function differences(expected: Stories, found: Stories): string[] {
  return STORIES.flatMap((story) => {
    if (story === 'notes' && isReordered(expected.notes, found.notes))
      return ['notes: the same in another order'];
    return hunks(expected[story], found[story]).map((one) => `${story}: ${one}`);
  });
}

function isReordered(expected: readonly string[], found: readonly string[]): boolean {
  return (
    expected.join(' ') !== found.join(' ') && [...expected].sort().join(' ') === [...found].sort().join(' ')
  );
}

/** Walks both texts; where they part, the nearest place at which some words in a row are the same again. */
function hunks(expected: readonly string[], found: readonly string[]): string[] {
  const out: string[] = [];
  let a = 0;
  let b = 0;
  while (a < expected.length || b < found.length) {
    if (expected[a] === found[b]) {
      a += 1;
      b += 1;
      continue;
    }
    const [skipA, skipB] = meeting(expected, a, found, b);
    const before = expected.slice(Math.max(0, a - CONTEXT), a).join(' ');
    out.push(
      `at ${a} after "${before}": "${some(expected.slice(a, a + skipA))}" became "${some(found.slice(b, b + skipB))}"`,
    );
    a += skipA;
    b += skipB;
  }
  return out;
}

function meeting(
  expected: readonly string[],
  a: number,
  found: readonly string[],
  b: number,
): [number, number] {
  for (let distance = 1; distance <= REACH; distance++) {
    for (let skipA = 0; skipA <= distance; skipA++) {
      if (meets(expected, a + skipA, found, b + distance - skipA)) return [skipA, distance - skipA];
    }
  }
  return [expected.length - a, found.length - b];
}

function meets(expected: readonly string[], a: number, found: readonly string[], b: number): boolean {
  for (let at = 0; at < MEETING; at++) {
    if (expected[a + at] !== found[b + at]) return false;
  }
  return true;
}

function some(words: readonly string[]): string {
  return words.length > SHOWN ? `${words.slice(0, SHOWN).join(' ')} …(${words.length})` : words.join(' ');
}
