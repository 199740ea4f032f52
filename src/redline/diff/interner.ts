/** Longer texts are told apart by the host's own table, which hashes them faster. */
const SHORT = 32;
/** From this length on a text is found by some of its characters: hashing all of it costs more than comparing it. */
const LONG = 128;
/** Texts with one fingerprint that are compared one by one; more than these go to the host's table. */
const MOST_ALIKE = 8;
const FIRST_SLOTS = 1024;
/** Slots looked at before a text goes to the host's table, too: no choice of words makes a long chain. */
const MAX_PROBES = 24;
/** Numbers a slot takes: number + 1 of its text (0: free), hash, where its units begin, and how many they are. */
const SLOT = 4;
/** Texts of one of these characters, half of all tokens, need no hash. */
const SINGLES = 0x80;

const SEED = 0x811c9dc5;

/** The hash of a text, unit by unit from `SEED`: whoever reads the units anyway makes it on the way. */
export function hashed(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

export const HASH_SEED: number = SEED | 0;

/** Numbers for strings, the same number for the same string; they rise from 0 in the order of the first meeting. */
export class Interner {
  readonly #others = new Map<string, number>();
  /** Numbers of long texts by their fingerprints. */
  readonly #alike = new Map<number, number[]>();
  /** Open addressing: `SLOT` numbers for each of a power of two. */
  #slots = new Int32Array(FIRST_SLOTS * SLOT);
  #taken = 0;
  /** The UTF-16 units of the texts in slots. */
  #pool = new Uint16Array(FIRST_SLOTS * 8);
  #filled = 0;
  /** Number + 1 of texts of one character. */
  readonly #singles = new Int32Array(SINGLES);
  /** Every text by its number; of one in a slot, where its units begin until it is asked for. */
  readonly #texts: (string | number)[] = [];
  readonly #lengths: number[] = [];
  readonly #given = new Uint16Array(SHORT);

  id(text: string): number {
    const { length } = text;
    if (length > SHORT) return this.#other(text);
    const units = this.#given;
    let hash = HASH_SEED;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      units[i] = unit;
      hash = hashed(hash, unit);
    }
    return this.idOfUnits(units, 0, length, hash);
  }

  /** The number of the text of some UTF-16 units. @param hash  of these units, see `hashed` */
  idOfUnits(units: Uint16Array, from: number, to: number, hash: number): number {
    const length = to - from;
    if (length === 1) return this.#single(units, from, hash);
    if (length > SHORT) return this.#other(textOfUnits(units, from, to));
    return this.#short(units, from, length, hash);
  }

  /** The text that has a number. */
  textOf(id: number): string {
    const text = this.#texts[id] ?? '';
    if (typeof text === 'string') return text;
    const made = textOfUnits(this.#pool, text, text + (this.#lengths[id] ?? 0));
    this.#texts[id] = made;
    return made;
  }

  #single(units: Uint16Array, at: number, hash: number): number {
    const unit = units[at] ?? 0;
    if (unit >= SINGLES) return this.#short(units, at, 1, hash);
    const known = this.#singles[unit] ?? 0;
    if (known > 0) return known - 1;
    const id = this.#short(units, at, 1, hash);
    this.#singles[unit] = id + 1;
    return id;
  }

  #short(units: Uint16Array, from: number, length: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length / SLOT - 1;
    const first = spread(hash);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = ((first + probe) & mask) * SLOT;
      const known = slots[slot] ?? 0;
      if (known === 0) return this.#add(slot, units, from, length, hash);
      if (
        slots[slot + 1] === hash &&
        slots[slot + 3] === length &&
        this.#equals(slots[slot + 2] ?? 0, units, from, length)
      )
        return known - 1;
    }
    return this.#other(textOfUnits(units, from, from + length));
  }

  #equals(start: number, units: Uint16Array, from: number, length: number): boolean {
    const pool = this.#pool;
    for (let i = 0; i < length; i++) if (pool[start + i] !== units[from + i]) return false;
    return true;
  }

  #other(text: string): number {
    const print = text.length < LONG ? -1 : fingerprint(text);
    const alike = print < 0 ? undefined : this.#alike.get(print);
    for (const id of alike ?? []) if (this.#texts[id] === text) return id;
    const mayPrint = print >= 0 && (alike === undefined || alike.length < MOST_ALIKE);
    const known = mayPrint ? undefined : this.#others.get(text);
    if (known !== undefined) return known;
    const id = this.#number(text, text.length);
    if (!mayPrint) this.#others.set(text, id);
    else if (alike) alike.push(id);
    else this.#alike.set(print, [id]);
    return id;
  }

  #number(text: string | number, length: number): number {
    this.#lengths.push(length);
    return this.#texts.push(text) - 1;
  }

  #add(slot: number, units: Uint16Array, from: number, length: number, hash: number): number {
    const known =
      this.#others.size > 0 ? this.#others.get(textOfUnits(units, from, from + length)) : undefined;
    if (known !== undefined) return known;
    const start = this.#keep(units, from, length);
    const id = this.#number(start, length);
    const slots = this.#slots;
    slots[slot] = id + 1;
    slots[slot + 1] = hash;
    slots[slot + 2] = start;
    slots[slot + 3] = length;
    this.#taken++;
    if (2 * SLOT * this.#taken > slots.length) this.#grow();
    return id;
  }

  /** Where the units stand in the pool now. */
  #keep(units: Uint16Array, from: number, length: number): number {
    const start = this.#filled;
    this.#filled += length;
    if (this.#filled > this.#pool.length) {
      const pool = new Uint16Array(2 * this.#pool.length);
      pool.set(this.#pool);
      this.#pool = pool;
    }
    for (let i = 0; i < length; i++) this.#pool[start + i] = units[from + i] ?? 0;
    return start;
  }

  #grow(): void {
    const before = this.#slots;
    const slots = new Int32Array(2 * before.length);
    const mask = slots.length / SLOT - 1;
    for (let at = 0; at < before.length; at += SLOT) {
      const id = before[at] ?? 0;
      if (id === 0) continue;
      const first = spread(before[at + 1] ?? 0);
      let probe = 0;
      while (probe < MAX_PROBES && slots[((first + probe) & mask) * SLOT] !== 0) probe++;
      if (probe < MAX_PROBES) slots.set(before.subarray(at, at + SLOT), ((first + probe) & mask) * SLOT);
      else this.#others.set(this.textOf(id - 1), id - 1);
    }
    this.#slots = slots;
  }
}

function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

function textOfUnits(units: Uint16Array, from: number, to: number): string {
  let text = '';
  if (to - from <= SHORT) {
    for (let at = from; at < to; at++) text += String.fromCharCode(units[at] ?? 0);
    return text;
  }
  // A host takes so many arguments and no more.
  for (let at = from; at < to; at += 4096)
    text += String.fromCharCode(...units.subarray(at, Math.min(to, at + 4096)));
  return text;
}

/** A number from the length and characters spread over the text, more of them near its end: most texts begin alike. */
function fingerprint(text: string): number {
  let sum = text.length;
  const step = text.length >> 4;
  for (let at = step >> 1; at < text.length; at += step)
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  for (let at = text.length - 40; at < text.length - 16; at++)
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 1;
}
