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
  return !(first > 0x20 && first < 0x7f) && token.trim() === '';
}

const WORD = /[\p{L}\p{N}]+/gu;

/** The numbers of the words of a text, nothing but letters and digits, in their order. */
export function wordIds(text: string, symbols: Interner): number[] {
  if (!isPlain(text)) return Array.from(text.match(WORD) ?? [], (word) => symbols.id(word));
  const found: number[] = [];
  for (let at = 0; at < text.length; ) {
    const end = endOfLetters(text, at, LETTER);
    if (end > at) found.push(symbols.idOf(text, at, end));
    at = end + 1;
  }
  return found;
}

/** The tokens of a text as numbers, and where each of them ends. */
export interface TokenIds {
  readonly ids: readonly number[];
  readonly ends: readonly number[];
}

/** `tokenize` without making a string of each token. */
export function tokenIds(text: string, symbols: Interner): TokenIds {
  const ids: number[] = [];
  const ends: number[] = [];
  const plain = isPlain(text);
  const tokens = plain ? [] : tokenize(text);
  for (let at = 0; at < text.length; ) {
    const end = plain ? endOfToken(text, at) : at + (tokens[ids.length]?.length ?? 1);
    ids.push(symbols.idOf(text, at, end));
    ends.push(end);
    at = end;
  }
  return { ids, ends };
}

/** Where the token that begins at `from` ends, in a text that `isPlain`: see `PLAIN_TOKEN`. */
function endOfToken(text: string, from: number): number {
  let end = endOfLetters(text, from, LETTER | UNDERSCORE);
  if (end === from) return from + 1;
  while (isKind(text, end, JOIN) && isKind(text, end + 1, LETTER))
    end = endOfLetters(text, end + 1, LETTER | UNDERSCORE);
  return end;
}

function endOfLetters(text: string, from: number, kinds: number): number {
  let end = from;
  while (end < text.length && ((KINDS[text.charCodeAt(end)] ?? 0) & kinds) !== 0) end++;
  return end;
}

function isKind(text: string, at: number, kind: number): boolean {
  return at < text.length && ((KINDS[text.charCodeAt(at)] ?? 0) & kind) !== 0;
}

/** Is every character one that `KINDS` knows? */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if ((KINDS[text.charCodeAt(i)] ?? 0) === 0) return false;
  return true;
}

const [LETTER, UNDERSCORE, JOIN, OTHER] = [1, 2, 4, 8];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const OTHERS = '\t\n !"#$%&()*+-/:;<=>?@[\\]^`{|}~‘“”–—…§©®•\u00a0';
/** What the characters of plain texts are (see `NOT_PLAIN`), by code; 0 for those that only Unicode's tables know. */
const KINDS = new Uint8Array(0x2030);
for (const [characters, kind] of [
  [LETTERS, LETTER],
  ['_', UNDERSCORE],
  ["'’.,", JOIN],
  [OTHERS, OTHER],
] as const)
  for (const character of characters) KINDS[character.charCodeAt(0)] = kind;

/** Longer texts are told apart by the host's own table, which hashes them faster. */
const SHORT = 32;
/** From this length on a text is found by some of its characters: hashing all of it costs more than comparing it. */
const LONG = 128;
/** Texts with one fingerprint that are compared one by one; more than these go to the host's table. */
const MOST_ALIKE = 8;
const FIRST_SLOTS = 1024;
/** Slots looked at before a text goes to the host's table, too: no choice of words makes a long chain. */
const MAX_PROBES = 24;

/** Numbers for strings, the same number for the same string; they rise from 0 in the order of the first meeting. */
export class Interner {
  readonly #others = new Map<string, number>();
  /** Numbers of long texts by their fingerprints. */
  readonly #alike = new Map<number, number[]>();
  /** Open addressing: number + 1 of the text in each slot, 0 for none; a power of two. */
  #slots = new Int32Array(FIRST_SLOTS);
  /** Every text by its number. */
  readonly #texts: string[] = [];
  #taken = 0;

  id(text: string): number {
    return this.idOf(text, 0, text.length);
  }

  /** The number of `text.slice(from, to)`, which is not made where it is short and known. */
  idOf(text: string, from: number, to: number): number {
    if (to - from > SHORT) return this.#other(text.slice(from, to));
    const mask = this.#slots.length - 1;
    const first = hashOf(text, from, to);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const id = (this.#slots[(first + probe) & mask] ?? 0) - 1;
      if (id < 0) return this.#add((first + probe) & mask, text.slice(from, to));
      if (equals(this.#texts[id] ?? '', text, from, to)) return id;
    }
    return this.#other(text.slice(from, to));
  }

  /** The text that has a number. */
  textOf(id: number): string {
    return this.#texts[id] ?? '';
  }

  #other(text: string): number {
    const print = text.length < LONG ? -1 : fingerprint(text);
    const alike = print < 0 ? undefined : this.#alike.get(print);
    for (const id of alike ?? []) if (this.#texts[id] === text) return id;
    const mayPrint = print >= 0 && (alike === undefined || alike.length < MOST_ALIKE);
    const known = mayPrint ? undefined : this.#others.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.push(text) - 1;
    if (!mayPrint) this.#others.set(text, id);
    else if (alike) alike.push(id);
    else this.#alike.set(print, [id]);
    return id;
  }

  #add(slot: number, text: string): number {
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.push(text) - 1;
    this.#slots[slot] = id + 1;
    this.#taken++;
    if (2 * this.#taken > this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    this.#texts.forEach((text, id) => {
      if (text.length > SHORT) return;
      const first = hashOf(text, 0, text.length);
      let probe = 0;
      while (probe < MAX_PROBES && slots[(first + probe) & mask] !== 0) probe++;
      if (probe < MAX_PROBES) slots[(first + probe) & mask] = id + 1;
      else this.#others.set(text, id);
    });
    this.#slots = slots;
  }
}

function hashOf(text: string, from: number, to: number): number {
  let hash = to - from;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
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

function equals(known: string, text: string, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== text.charCodeAt(from + i)) return false;
  return true;
}
