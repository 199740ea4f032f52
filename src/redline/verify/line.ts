const FIELD_BEGIN = '\u27e6field\u27e7';
const FIELD_SEPARATOR = '\u27e6=\u27e7';
const FIELD_END = '\u27e6/field\u27e7';

/** The format of what is not shown as text. */
export const UNFORMATTED = '-';
/** The format of blanks whose number, kind and format do not count. */
const BLANK = ' ';

/** How far a line had come. */
export type LineMark = readonly [
  pieces: number,
  length: number,
  format: string,
  key: string | undefined,
  keyLength: number,
];

/** The text of a paragraph and its format, whatever runs they came in. */
export class Line {
  /** UTF-16 units so far. */
  length = 0;
  private readonly pieces: string[] = [];
  private format = '';
  private key: string | undefined;
  private keyLength = 0;
  /** Index of the piece that began the field whose code is being read, or −1. */
  private fieldAt = -1;
  /** Blanks that count as one, if anything follows. */
  private blanks = false;

  put(text: string, key: string): void {
    if (text === '') return;
    if (this.blanks) this.oneBlank();
    this.pieces.push(text);
    this.length += text.length;
    this.span(text.length, key);
    if (key !== UNFORMATTED) this.fieldAt = -1;
  }

  /** Blanks, of which only counts that there are some between what is shown. */
  blank(): void {
    this.blanks = this.length > 0;
  }

  private oneBlank(): void {
    this.blanks = false;
    this.put(' ', BLANK);
  }

  mark(): LineMark {
    return [this.pieces.length, this.length, this.format, this.key, this.keyLength];
  }

  /** Forgets what was put since `mark`. */
  backTo([pieces, length, format, key, keyLength]: LineMark): void {
    this.pieces.length = pieces;
    this.length = length;
    this.format = format;
    this.key = key;
    this.keyLength = keyLength;
    this.blanks = false;
    this.fieldAt = -1;
  }

  beginField(): void {
    this.trimCode();
    this.put(FIELD_BEGIN, UNFORMATTED);
    this.fieldAt = this.pieces.length - 1;
  }

  separateField(): void {
    this.trimCode();
    this.put(FIELD_SEPARATOR, UNFORMATTED);
    this.fieldAt = -1;
  }

  endField(): void {
    this.trimCode();
    this.put(FIELD_END, UNFORMATTED);
    this.fieldAt = -1;
  }

  /** Ends the line with its paragraph mark, which counts one unit in that format. */
  end(mark: string): { readonly text: string; readonly format: string } {
    this.span(1, mark);
    this.flush();
    return { text: this.pieces.join(''), format: this.format };
  }

  /** How many blanks stand around and between the words of a field code does not count. */
  private trimCode(): void {
    if (this.fieldAt < 0 || this.fieldAt === this.pieces.length - 1) return;
    const old = this.pieces.splice(this.fieldAt + 1).join('');
    const code = old.replace(/\s+/g, ' ').trim();
    this.pieces.push(code);
    this.length += code.length - old.length;
    this.keyLength += code.length - old.length;
  }

  private span(length: number, key: string): void {
    if (key !== this.key) {
      this.flush();
      this.key = key;
    }
    this.keyLength += length;
  }

  private flush(): void {
    if (this.key !== undefined) this.format += `${this.keyLength} ${this.key}\n`;
    this.keyLength = 0;
  }
}
