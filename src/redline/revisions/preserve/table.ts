import { attribute, encodeAttribute, inner, type XmlElement } from '../../ooxml/index.ts';

/** Stands among the properties of a run for the revisions around it, while two documents are compared. */
export const MARK = 'w:redlineEarlier';
/** Begins the word that stands for blocks which both documents hold with the same revisions: a letter that nobody uses. */
export const BLOCK_SIGN = '\ua66e';

/** One word for a number, so that no comparison takes two of them apart. */
export function blockWord(number: number): string {
  return (
    BLOCK_SIGN +
    [...String(number)].map((digit) => String.fromCharCode(97 + Number(digit))).join('') +
    BLOCK_SIGN
  );
}

/** The numbers that stand in a text. */
export function blockNumbers(xml: string): number[] {
  const words = xml.matchAll(new RegExp(`${BLOCK_SIGN}([a-j]+)${BLOCK_SIGN}`, 'g'));
  return Array.from(words, ([, letters = '']) =>
    Number([...letters].map((letter) => letter.charCodeAt(0) - 97).join('')),
  );
}

/** Properties that carry revisions of their own, and the change of them that they may hold. */
export const HOLDERS: ReadonlyMap<string, string> = new Map([
  ['w:rPr', 'w:rPrChange'],
  ['w:pPr', 'w:pPrChange'],
  ['w:trPr', 'w:trPrChange'],
  ['w:tcPr', 'w:tcPrChange'],
  ['w:tblPr', 'w:tblPrChange'],
]);

/** A revision around content, of a mark or row, or of properties, as its author made it. */
export interface Earlier {
  readonly name: string;
  readonly author: string;
  readonly date: string | undefined;
  /** What a change of properties holds: the former ones. */
  readonly former?: string;
}

/** What was taken out of two documents before they were compared. */
export class EarlierTable {
  readonly #stacks: (readonly Earlier[])[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #blocks: string[] = [];
  readonly #blockNumbers = new Map<string, number>();

  /** Number of a pile of revisions, outermost first. */
  stack(stack: readonly Earlier[]): number {
    const key = stack.map((e) => [e.name, e.author, e.date, e.former].join('\u0000')).join('\u0001');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#stacks.length);
    this.#stacks.push(stack);
    return this.#stacks.length - 1;
  }

  stackOf(number: number): readonly Earlier[] {
    return this.#stacks[number] ?? [];
  }

  /** @param key  equal for blocks that say the same with the same revisions; the text of the first one is kept */
  block(key: string, xml: string): number {
    const known = this.#blockNumbers.get(key);
    if (known !== undefined) return known;
    this.#blockNumbers.set(key, this.#blocks.length);
    this.#blocks.push(xml);
    return this.#blocks.length - 1;
  }

  blockOf(number: number): string | undefined {
    return this.#blocks[number];
  }

  keysOf(numbers: readonly number[]): string[] {
    return [...this.#blockNumbers].flatMap(([key, number]) => (numbers.includes(number) ? [key] : []));
  }

  get isEmpty(): boolean {
    return this.#stacks.length + this.#blocks.length === 0;
  }
}

export function earlierOf(element: XmlElement): Earlier {
  return {
    name: element.name,
    author: attribute(element, 'w:author') ?? '',
    date: attribute(element, 'w:date'),
    ...(element.name.endsWith('Change') ? { former: inner(element) } : {}),
  };
}

/** The attributes of a revision under a fresh id. */
export function attributesOf({ author, date }: Earlier, id: number): string {
  const when = date === undefined ? '' : ` w:date="${encodeAttribute(date)}"`;
  return ` w:id="${id}" w:author="${encodeAttribute(author)}"${when}`;
}
