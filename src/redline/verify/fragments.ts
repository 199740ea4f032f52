import type { Element } from './element.ts';

interface Fragment {
  readonly raw: string;
  readonly element: Element;
}

/** From this length on a text is found by some of its characters: hashing all of it costs more than comparing it. */
const LONG = 192;
/** Texts with the same fingerprint that are compared one by one; more than these are hashed. */
const MAX_ALIKE = 8;
/** Where the text of the last run of a paragraph ends, before its end tags. */
const TAIL = '</w:t></w:r></w:p>'.length;

/** Complete elements by their text. */
export class Fragments {
  private readonly byText = new Map<string, Element>();
  private readonly byFingerprint = new Map<number, Fragment[]>();

  /** @param raw `text` from `start` to `end`. */
  find(raw: string, text: string, start: number, end: number): Element | undefined {
    if (raw.length < LONG) return this.byText.get(raw);
    const alike = this.byFingerprint.get(fingerprint(text, start, end));
    if (alike === undefined) return undefined;
    for (const known of alike) if (known.raw === raw) return known.element;
    return alike.length < MAX_ALIKE ? undefined : this.byText.get(raw);
  }

  /** Remembers an element that was not found. */
  add(raw: string, text: string, start: number, end: number, element: Element): void {
    if (raw.length < LONG) {
      this.byText.set(raw, element);
      return;
    }
    const key = fingerprint(text, start, end);
    const alike = this.byFingerprint.get(key);
    if (alike === undefined) this.byFingerprint.set(key, [{ raw, element }]);
    else if (alike.length < MAX_ALIKE) alike.push({ raw, element });
    else this.byText.set(raw, element);
  }

  clear(): void {
    this.byText.clear();
    this.byFingerprint.clear();
  }
}

/** A number made of the length, sixteen characters spread over the text and those at the end of the last run. */
function fingerprint(text: string, start: number, end: number): number {
  let sum = end - start;
  const step = (end - start) >> 4;
  for (let at = start + (step >> 1); at < end; at += step) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  }
  for (let at = end - TAIL - TAIL; at < end - TAIL; at += 1) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  }
  return sum;
}
