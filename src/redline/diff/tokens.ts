import { HASH_SEED, hashed, type Interner } from './interner.ts';

/**
 * Words after UAX #29 in the way that a contract is read: letters, digits and what joins them make a
 * word; blanks, punctuation and ideographs stand on their own.
 */
const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]\p{M}*|[\p{L}\p{N}\p{M}_]+(?:['’.,](?=[\p{L}\p{N}])[\p{L}\p{N}\p{M}_]+)*|\s|[\s\S]/gu;
const IDEOGRAPH =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** Texts of plain Latin letters and the marks of contracts: by far the most, and read without Unicode tables. */
const NOT_PLAIN = /[^\t\n -~‘’“”–—…§©®•\u00a0]/;
const PLAIN_TOKEN = /[A-Za-z0-9_]+(?:['’.,](?=[A-Za-z0-9])[A-Za-z0-9_]+)*|[\s\S]/g;

/** The tokens of a text; joined they are the text again. */
export function tokenize(text: string): string[] {
  if (!NOT_PLAIN.test(text)) return text.match(PLAIN_TOKEN) ?? [];
  const found = text.match(TOKEN) ?? [];
  return IDEOGRAPH.test(text) ? found.flatMap(splitIdeographs) : found;
}

/** A run of letters may hold ideographs; each of them is a token. */
function splitIdeographs(token: string): string[] {
  return token.length > 1 && IDEOGRAPH.test(token)
    ? (token.match(
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]\p{M}*|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]+/gu,
      ) ?? [token])
    : [token];
}

/** Is the token only blanks? */
export function isBlank(token: string): boolean {
  const first = token.charCodeAt(0);
  if (first === 0x20 && token.length === 1) return true;
  return !(first > 0x20 && first < 0x7f) && token.trim() === '';
}

const WORD = /[\p{L}\p{N}]+/gu;

/** The numbers of the words of a text, nothing but letters and digits, in their order; case does not count. */
export function wordIds(text: string, symbols: Interner): Int32Array {
  const reader = new WordReader(symbols, text.length, false);
  if (reader.text(text, 0, text.length)) return reader.words();
  return Int32Array.from(text.toUpperCase().match(WORD) ?? [], (word) => symbols.id(word));
}

/** Gathers the words of plain texts that are read piece by piece; a word may go on in the next piece. */
export class WordReader {
  readonly #symbols: Interner;
  readonly #room: Room;
  readonly #stop: number;
  /** Units of the word that is being read. */
  #filled = 0;
  #hash = HASH_SEED;
  #count = 0;

  /**
   * @param most  so many UTF-16 units at most will be read
   * @param encoded  are the texts character data, in which `&` begins a reference?
   */
  constructor(symbols: Interner, most: number, encoded: boolean) {
    this.#symbols = symbols;
    this.#stop = encoded ? AMPERSAND : -1;
    this.#room = room(most, 0);
  }

  /** Reads the text between two places. @returns is it plain, without references? If not, nothing read so far holds */
  text(text: string, from: number, to: number): boolean {
    const { units, ids } = this.#room;
    const symbols = this.#symbols;
    const stop = this.#stop;
    let filled = this.#filled;
    let hash = this.#hash;
    let count = this.#count;
    for (let i = from; i < to; i++) {
      const unit = text.charCodeAt(i);
      const kind = kindOf(unit);
      if (kind === LETTER) {
        const upper = unit >= LOWER_A ? unit - (LOWER_A - UPPER_A) : unit;
        units[filled++] = upper;
        hash = hashed(hash, upper);
      } else if (kind === 0 || unit === stop) return false;
      else if (filled > 0) {
        ids[count++] = symbols.idOfUnits(units, 0, filled, hash);
        // What was read is known by its number now: the room is used again.
        filled = 0;
        hash = HASH_SEED;
      }
    }
    this.#filled = filled;
    this.#hash = hash;
    this.#count = count;
    return true;
  }

  /** What was read last and what comes next are not one word. */
  gap(): void {
    if (this.#filled === 0) return;
    const { units, ids } = this.#room;
    ids[this.#count++] = this.#symbols.idOfUnits(units, 0, this.#filled, this.#hash);
    this.#filled = 0;
    this.#hash = HASH_SEED;
  }

  words(): Int32Array {
    this.gap();
    return this.#room.ids.slice(0, this.#count);
  }
}

const [AMPERSAND, UPPER_A, LOWER_A] = [0x26, 0x41, 0x61];

/** The tokens of a text as numbers, and where each of them ends; the next call for the same side overwrites them. */
export interface TokenIds {
  readonly count: number;
  readonly ids: Int32Array;
  readonly ends: Int32Array;
}

/** `tokenize` without making a string of each token. @param side  texts of two sides are cut beside one another */
export function tokenIds(text: string, symbols: Interner, side: 0 | 1 = 0): TokenIds {
  const place = room(text.length, side);
  const count = readPlain(text, place.units)
    ? plainTokens(text.length, symbols, place)
    : anyTokens(text, symbols, place);
  return { count, ids: place.ids, ends: place.ends };
}

function anyTokens(text: string, symbols: Interner, { ids, ends }: Room): number {
  let [count, at] = [0, 0];
  for (const token of tokenize(text)) {
    at += token.length;
    ids[count] = symbols.id(token);
    ends[count++] = at;
  }
  return count;
}

/** See `PLAIN_TOKEN`. */
function plainTokens(length: number, symbols: Interner, { units, ids, ends }: Room): number {
  let count = 0;
  for (let at = 0; at < length; ) {
    const start = at;
    let unit = units[at] ?? 0;
    let hash = hashed(HASH_SEED, unit);
    let inWord = (kindOf(unit) & IN_WORD) !== 0;
    at++;
    while (inWord) {
      unit = units[at] ?? 0;
      const kind = kindOf(unit);
      inWord = (kind & IN_WORD) !== 0 || (kind === JOIN && kindOf(units[at + 1] ?? 0) === LETTER);
      if (!inWord) break;
      hash = hashed(hash, unit);
      at++;
    }
    ids[count] = symbols.idOfUnits(units, start, at, hash);
    ends[count++] = at;
  }
  return count;
}

/** What cutting a text takes: as numbers it is read several times as fast. One text of a side is cut at a time. */
interface Room {
  readonly units: Uint16Array;
  readonly ids: Int32Array;
  readonly ends: Int32Array;
}

function roomFor(length: number): Room {
  return { units: new Uint16Array(length + 1), ids: new Int32Array(length), ends: new Int32Array(length) };
}

/** Room for longer texts is not kept. */
const MOST_KEPT = 1 << 15;
const kept: [Room, Room] = [roomFor(1 << 12), roomFor(1 << 12)];

function room(length: number, side: 0 | 1): Room {
  if (length <= kept[side].ids.length) return kept[side];
  const wide = roomFor(length > MOST_KEPT ? length : Math.min(2 * length, MOST_KEPT));
  if (length <= MOST_KEPT) kept[side] = wide;
  return wide;
}

/** Puts the text's UTF-16 units there, and a 0 behind them. @returns does `KINDS` know all of them? */
function readPlain(text: string, units: Uint16Array): boolean {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (kindOf(unit) === 0) return false;
    units[i] = unit;
  }
  units[length] = 0;
  return true;
}

const [LETTER, UNDERSCORE, JOIN, OTHER] = [1, 2, 4, 8];
const IN_WORD = LETTER | UNDERSCORE;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const OTHERS = '\t\n !"#$%&()*+-/:;<=>?@[\\]^`{|}~‘“”–—…§©®•\u00a0';
/** What the characters of plain texts are (see `NOT_PLAIN`), by code; 0 for those that only Unicode's tables know. */
const KINDS = new Uint8Array(0x10000);
for (const [characters, kind] of [
  [LETTERS, LETTER],
  ['_', UNDERSCORE],
  ["'’.,", JOIN],
  [OTHERS, OTHER],
] as const)
  for (const character of characters) KINDS[character.charCodeAt(0)] = kind;

function kindOf(unit: number): number {
  return KINDS[unit] ?? 0;
}
