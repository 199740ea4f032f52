/**
 * What follows the order of a document: numbers of paragraphs, headings, how often a text stood before.  Whoever needs
 * it for one place has it worked off as far as there; most of a long document is then never looked into.
 */
export class Backlog {
  readonly #work: (() => void)[] = [];
  #done = 0;

  add(work: () => void): void {
    this.#work.push(work);
  }

  /** A way to have everything done that was added so far. */
  upToHere(): () => void {
    const end = this.#work.length;
    return () => this.#settle(end);
  }

  finish(): void {
    this.#settle(this.#work.length);
  }

  #settle(end: number): void {
    for (; this.#done < end; this.#done++) this.#work[this.#done]?.();
  }
}
