/** Of a unit that takes no room; blanks are below: -2 and less, equal where they are equal. */
const MARK = -1;
/** An island of common words has at most this many letters before it is worth keeping apart. */
const ISLAND_LETTERS = 3;
/** Letters replaced on either side of an island before it disturbs the reader. */
const REPLACED_LETTERS = 12;

interface Room {
  readonly shape: Int32Array;
  readonly at: Int32Array;
  readonly ids: Int32Array;
}

function roomFor(length: number): Room {
  return { shape: new Int32Array(length), at: new Int32Array(length), ids: new Int32Array(length) };
}

/** Room for more units is not kept. */
const MOST_KEPT = 1 << 14;
const kept: [Room, Room] = [roomFor(1 << 10), roomFor(1 << 10)];

function room(length: number, side: 0 | 1): Room {
  if (length <= kept[side].ids.length) return kept[side];
  const wide = roomFor(length > MOST_KEPT ? length : Math.min(2 * length, MOST_KEPT));
  if (length <= MOST_KEPT) kept[side] = wide;
  return wide;
}

/** What matching sees of the units of one side, as numbers. Those of a side that are made next take the room. */
export class Shapes {
  /** Units so far. */
  length = 0;
  /** Of a word its letters; 0 of what is no text. */
  readonly shape: Int32Array;
  /** Places of what is neither blank nor mark. */
  readonly at: Int32Array;
  readonly #ids: Int32Array;
  #solid = 0;

  /** @param most  so many units at most */
  constructor(most: number, side: 0 | 1) {
    const { shape, at, ids } = room(most, side);
    this.shape = shape;
    this.at = at;
    this.#ids = ids;
  }

  /** The symbols of what is neither blank nor mark. */
  get ids(): Int32Array {
    return this.#ids.subarray(0, this.#solid);
  }

  /** A word, or with no letters what counts as one character. */
  solid(id: number, letters: number): void {
    this.#ids[this.#solid] = id;
    this.at[this.#solid++] = this.length;
    this.shape[this.length++] = letters;
  }

  blank(id: number): void {
    this.shape[this.length++] = MARK - 1 - id;
  }

  mark(): void {
    this.shape[this.length++] = MARK;
  }

  /** What is never matched. */
  none(): void {
    this.shape[this.length++] = 0;
  }
}

/**
 * For each unit of `a` its partner in `b`, or -1.  Words and wholes are aligned first; blanks join
 * where what is beside them did, so that they never hold two changes apart.
 */
export function matchShapes(
  a: Shapes,
  b: Shapes,
  align: (a: ArrayLike<number>, b: ArrayLike<number>) => Int32Array,
  blanks: boolean,
): Int32Array {
  const found = align(a.ids, b.ids);
  const partner = new Int32Array(a.length).fill(-1);
  for (let k = 0; k < found.length; k++) {
    const j = found[k] ?? -1;
    if (j >= 0) partner[a.at[k] ?? 0] = b.at[j] ?? -1;
  }
  absorbIslands(a, b, partner);
  if (blanks) matchBlanks(a, b, partner);
  return partner;
}

function matchBlanks(a: Shapes, b: Shapes, partner: Int32Array): void {
  let i0 = 0;
  let j0 = 0;
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : (partner[i] ?? -1);
    if (j < 0) continue;
    if (i > i0 && j > j0) matchGapBlanks(a.shape, b.shape, partner, { i0, i1: i, j0, j1: j });
    i0 = i + 1;
    j0 = j + 1;
  }
}

/** Units without partners, from `i0` and `j0` to before `i1` and `j1`. */
interface Gap {
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/** Blanks at both ends of a gap between two matches. */
function matchGapBlanks(a: Int32Array, b: Int32Array, partner: Int32Array, gap: Gap): void {
  let { i0, i1, j0, j1 } = gap;
  for (;;) {
    while (i0 < i1 && a[i0] === MARK) i0++;
    while (j0 < j1 && b[j0] === MARK) j0++;
    if (i0 >= i1 || j0 >= j1 || !areEqualBlanks(a[i0], b[j0])) break;
    partner[i0++] = j0++;
  }
  for (;;) {
    while (i1 > i0 && a[i1 - 1] === MARK) i1--;
    while (j1 > j0 && b[j1 - 1] === MARK) j1--;
    if (i1 <= i0 || j1 <= j0 || !areEqualBlanks(a[i1 - 1], b[j1 - 1])) break;
    partner[--i1] = --j1;
  }
}

function areEqualBlanks(x: number | undefined, y: number | undefined): boolean {
  return x !== undefined && x < MARK && x === y;
}

/** Gives up common words that only separate two replaced phrases: one change reads better than confetti. */
function absorbIslands(a: Shapes, b: Shapes, partner: Int32Array): void {
  let pi = -1;
  let pj = -1;
  let i = nextAnchor(partner, 0);
  while (i < a.length) {
    const j = partner[i] ?? -1;
    const ni = nextAnchor(partner, i + 1);
    const nj = ni < a.length ? (partner[ni] ?? -1) : b.length;
    const letters = a.shape[i] ?? 0;
    const absorbed =
      letters > 0 &&
      letters <= ISLAND_LETTERS &&
      isReplaced(a.shape, pi + 1, i) &&
      isReplaced(b.shape, pj + 1, j) &&
      isReplaced(a.shape, i + 1, ni) &&
      isReplaced(b.shape, j + 1, nj);
    if (absorbed) partner[i] = -1;
    else {
      pi = i;
      pj = j;
    }
    i = ni;
  }
}

function nextAnchor(partner: Int32Array, from: number): number {
  let i = from;
  while (i < partner.length && (partner[i] ?? -1) < 0) i++;
  return i;
}

/** Do the units hold so many letters that a reader is disturbed? */
function isReplaced(shape: Int32Array, from: number, to: number): boolean {
  let letters = 0;
  for (let i = from; i < to && letters < REPLACED_LETTERS; i++) letters += Math.max(shape[i] ?? 0, 0);
  return letters >= REPLACED_LETTERS;
}
