import { type PdfDict, PdfShortError, PdfSyntaxError, type PdfValue } from './values.ts';

const MOST_DEPTH = 64;

const WHITE = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const DELIMITERS = new Set([...'()<>[]{}/%'].map((character) => character.charCodeAt(0)));
const [LF, CR, PERCENT, OPEN, CLOSE, BACKSLASH] = [0x0a, 0x0d, 0x25, 0x28, 0x29, 0x5c];

/** § 7.3.4.2, table 3: what `n r t b f` stand for behind a backslash. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  [...'nrtbf'].map((letter, at) => [letter.charCodeAt(0), [LF, CR, 0x09, 0x08, 0x0c][at] ?? 0]),
);

/** Reads objects of a PDF out of some bytes (ISO 32000-1 § 7.2 and 7.3). */
export class PdfParser {
  readonly #bytes: Uint8Array;
  /** Offset of the next byte. */
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** The next object. @throws {PdfSyntaxError} `PdfShortError` where the bytes end too early. */
  value(depth = 0): PdfValue {
    if (depth > MOST_DEPTH) throw new PdfSyntaxError('Objects are nested too deeply.');
    const token = this.token();
    if (token === '<<') return this.#dict(depth);
    if (token === '[') return this.#array(depth);
    if (token === '(') return this.#string();
    if (token === '<') return this.#hex();
    if (token.startsWith('/')) return nameOf(token);
    if (/^\d{1,10}$/.test(token)) return this.#numberOrRef(Number(token));
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(token)) return Number(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    throw new PdfSyntaxError('An object of the PDF cannot be read.');
  }

  /** The next token: a delimiter, a name with its slash, or a run of other characters. */
  token(): string {
    this.skipSpace();
    const start = this.at;
    const first = this.#next();
    const two = first === this.#bytes[this.at] && (first === 0x3c || first === 0x3e);
    if (two) this.at += 1;
    const isName = first === 0x2f;
    if (!two && (isName || !DELIMITERS.has(first))) {
      while (!this.#atEndOfToken()) this.at += 1;
    }
    return String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.at, start + 256)));
  }

  skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) return;
      if (byte === PERCENT) {
        while (!isLineEnd(this.#bytes[this.at])) this.at += 1;
      } else if (WHITE.has(byte)) this.at += 1;
      else return;
    }
  }

  /** Behind the keyword `stream`: moves over its line end. */
  skipLineEnd(): void {
    if (this.#bytes[this.at] === CR) this.at += 1;
    if (this.#bytes[this.at] === LF) this.at += 1;
  }

  #next(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new PdfShortError('The PDF ends inside of an object.');
    this.at += 1;
    return byte;
  }

  #atEndOfToken(): boolean {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new PdfShortError('The PDF ends inside of an object.');
    return WHITE.has(byte) || DELIMITERS.has(byte);
  }

  #dict(depth: number): PdfDict {
    const dict = new Map<string, PdfValue>();
    for (;;) {
      const key = this.token();
      if (key === '>>') return dict;
      if (!key.startsWith('/')) throw new PdfSyntaxError('A dictionary of the PDF cannot be read.');
      dict.set(nameOf(key).slice(1), this.value(depth + 1));
    }
  }

  #array(depth: number): readonly PdfValue[] {
    const values: PdfValue[] = [];
    for (;;) {
      const before = this.at;
      if (this.token() === ']') return values;
      this.at = before;
      values.push(this.value(depth + 1));
    }
  }

  /** Either a number, or `NUMBER GENERATION R`. */
  #numberOrRef(number: number): PdfValue {
    const before = this.at;
    if (/^\d{1,5}$/.test(this.#maybe()) && this.#maybe() === 'R') return { ref: number };
    this.at = before;
    return number;
  }

  /** The next token; nothing where the bytes end, which behind a number may be the end of the object. */
  #maybe(): string {
    try {
      return this.token();
    } catch {
      return '';
    }
  }

  /** § 7.3.4.2. */
  #string(): Uint8Array {
    const bytes: number[] = [];
    for (let depth = 1; ; ) {
      const byte = this.#next();
      if (byte === BACKSLASH) {
        bytes.push(...this.#escaped());
        continue;
      }
      if (byte === OPEN) depth += 1;
      else if (byte === CLOSE) depth -= 1;
      if (depth === 0) return Uint8Array.from(bytes);
      bytes.push(byte);
    }
  }

  /** What stands behind a backslash: one to three octal digits, a line end that does not count, or a character. */
  #escaped(): readonly number[] {
    const byte = this.#next();
    if (byte === CR || byte === LF) {
      if (byte === CR && this.#bytes[this.at] === LF) this.at += 1;
      return [];
    }
    if (!isOctal(byte)) return [ESCAPES.get(byte) ?? byte];
    let value = byte - 0x30;
    for (let n = 0; n < 2 && isOctal(this.#bytes[this.at]); n += 1) value = value * 8 + this.#next() - 0x30;
    return [value & 255];
  }

  /** § 7.3.4.3. */
  #hex(): Uint8Array {
    const start = this.at;
    while (this.#next() !== 0x3e);
    const digits = Buffer.from(this.#bytes.subarray(start, this.at - 1))
      .toString('latin1')
      .replace(/\s/g, '');
    return Buffer.from(digits.length % 2 === 1 ? `${digits}0` : digits, 'hex');
  }
}

function isOctal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === undefined || byte === LF || byte === CR;
}

/** § 7.3.5: `#` and two hexadecimal digits stand for a character. */
function nameOf(token: string): `/${string}` {
  const name = token
    .slice(1)
    .replace(/#([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return `/${name}`;
}
