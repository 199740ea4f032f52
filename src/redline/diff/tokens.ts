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
  const found: number[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const kind = kindOf(text.charCodeAt(i));
    if (kind === OTHER) return Array.from(text.match(WORD) ?? [], (word) => symbols.id(word));
    if (kind === LETTER) start = start < 0 ? i : start;
    else if (start >= 0) {
      found.push(symbols.idOf(text, start, i));
      start = -1;
    }
  }
  if (start >= 0) found.push(symbols.idOf(text, start, text.length));
  return found;
}

const LETTER = 1;
/** Parts words: blanks and the marks of contracts. */
const BREAK = 2;
/** Only Unicode's tables know. */
const OTHER = 3;
/** What each of the characters up to U+00FF is. */
const LATIN = Uint8Array.from({ length: 256 }, (_, code) =>
  code > 0x7f ? OTHER : /[A-Za-z0-9]/.test(String.fromCharCode(code)) ? LETTER : BREAK,
);
const BREAKS = '‘’“”–—…§©®•\u00a0';

function kindOf(code: number): number {
  const kind = code < 256 ? (LATIN[code] ?? OTHER) : OTHER;
  return kind === OTHER && BREAKS.includes(String.fromCharCode(code)) ? BREAK : kind;
}

/** Longer texts are told apart by the host's own table, which hashes them faster. */
const SHORT = 32;
const FIRST_SLOTS = 1024;
/** Slots looked at before a text goes to the host's table, too: no choice of words makes a long chain. */
const MAX_PROBES = 24;

/** Numbers for strings, the same number for the same string; they rise from 0 in the order of the first meeting. */
export class Interner {
  readonly #others = new Map<string, number>();
  /** Open addressing: number + 1 of the text in each slot, 0 for none; a power of two. */
  #slots = new Int32Array(FIRST_SLOTS);
  #size = 0;
  /** The texts in the slots by number. */
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

  #other(text: string): number {
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    this.#others.set(text, this.#size);
    return this.#size++;
  }

  #add(slot: number, text: string): number {
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    const id = this.#size++;
    this.#texts[id] = text;
    this.#slots[slot] = id + 1;
    this.#taken++;
    if (2 * this.#taken > this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    this.#texts.forEach((text, id) => {
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

function equals(known: string, text: string, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== text.charCodeAt(from + i)) return false;
  return true;
}
