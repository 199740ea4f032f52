/**
 * What follows the order of a document: numbers of paragraphs, headings, how often a text stood before.  Whoever needs
 * it for one place has it worked off as far as there; most of a long document is then never looked into.
 */
export class Backlog {
  #work: (() => void)[] = [];
  /** How much was dropped when it was done, and how much of the rest is done. */
  #dropped = 0;
  #done = 0;

  add(work: () => void): void {
    this.#work.push(work);
  }

  /** A way to have everything done that was added so far. */
  upToHere(): () => void {
    const end = this.#dropped + this.#work.length;
    return () => this.#settle(end);
  }

  finish(): void {
    this.#settle(this.#dropped + this.#work.length);
    this.#dropped += this.#work.length;
    this.#work = [];
    this.#done = 0;
  }

  #settle(end: number): void {
    for (; this.#dropped + this.#done < end; this.#done++) this.#work[this.#done]?.();
  }
}
