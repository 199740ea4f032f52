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
  return token.trim() === '';
}

/** Numbers for strings, the same number for the same string. */
export class Interner {
  readonly #ids = new Map<string, number>();

  id(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const fresh = this.#ids.size;
    this.#ids.set(text, fresh);
    return fresh;
  }
}
