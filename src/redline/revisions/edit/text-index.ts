import { decodeText } from '../../ooxml/index.ts';

/**
 * All text of a part as one string, each piece with its place in the source.  It is made by a plain
 * search for `w:t`, so that the blocks of a long document in which nothing is found need not be read.
 */
export class TextIndex {
  readonly #text: string;
  readonly #starts: number[] = [];
  readonly #offsets: number[] = [];

  constructor(source: string, normal: ((text: string) => string) | undefined) {
    const pieces: string[] = [];
    let length = 0;
    for (let at = source.indexOf('<w:t'); at >= 0; at = source.indexOf('<w:t', at + 4)) {
      const next = source.charCodeAt(at + 4);
      if (next !== 62 && next > 32) continue;
      const open = source.indexOf('>', at);
      if (open < 0 || source.charCodeAt(open - 1) === 47) continue;
      const end = source.indexOf('<', open);
      const raw = decodeText(source.slice(open + 1, end));
      const text = normal ? normal(raw) : shownText(raw, source, at + 4, open);
      if (text === '') continue;
      this.#starts.push(length);
      this.#offsets.push(at);
      pieces.push(text);
      length += text.length;
    }
    this.#text = pieces.join('');
  }

  /** Places in the source of the pieces where a text begins; `needle` is normal already. */
  find(needle: string): number[] {
    const found: number[] = [];
    for (let at = this.#text.indexOf(needle); at >= 0; at = this.#text.indexOf(needle, at + 1)) {
      const offset = this.#offsetAt(at);
      if (offset !== found[found.length - 1]) found.push(offset);
    }
    return found;
  }

  #offsetAt(at: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return this.#offsets[low] ?? 0;
  }
}

/** Text as it shows: without `xml:space="preserve"` outer blanks are lost (XML 1.0 §2.10). */
function shownText(text: string, source: string, from: number, to: number): string {
  if (to - from > 10 && source.slice(from, to).includes('preserve')) return text;
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}
