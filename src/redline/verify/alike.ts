import type { Block } from './block.ts';
import type { Element } from './element.ts';
import { shownText } from './shown.ts';

/**
 * Are two paragraphs of nothing but text the same, however their runs are split? `false` where only reading
 * tells: equal properties are one value, unless they were written in two ways.
 */
export function areAlike(a: Block | Element | undefined, b: Block | Element | undefined): boolean {
  if (a === undefined || b === undefined || 'line' in a || 'line' in b) return false;
  if (propertiesOf(a) !== propertiesOf(b)) return false;
  const x = new Texts(a);
  const y = new Texts(b);
  let left = x.next();
  let right = y.next();
  let i = 0;
  let j = 0;
  while (left !== undefined && right !== undefined) {
    if (x.properties !== y.properties) return false;
    const length = Math.min(left.length - i, right.length - j);
    if (!sameText(left, i, right, j, length)) return false;
    i += length;
    j += length;
    if (i === left.length) {
      left = x.next();
      i = 0;
    }
    if (j === right.length) {
      right = y.next();
      j = 0;
    }
  }
  return left === right && x.isWhole && y.isWhole;
}

function propertiesOf(p: Element): Element | undefined {
  const first = p.children[0];
  return first?.name === 'w:pPr' ? first : undefined;
}

function sameText(s: string, i: number, t: string, j: number, length: number): boolean {
  if (length === s.length && length === t.length) return s === t;
  return s.slice(i, i + length) === t.slice(j, j + length);
}

/** The texts of a paragraph, one after the other. */
class Texts {
  /** Of the run that the last text stands in. */
  properties: Element | undefined;
  /** Was nothing met but texts? */
  isWhole = true;
  private readonly runs: readonly Element[];
  private run: number;
  private at = 0;

  constructor(p: Element) {
    this.runs = p.children;
    this.run = propertiesOf(p) === undefined ? 0 : 1;
  }

  /** The next text that is not empty; `undefined` at the end, and where something else stands. */
  next(): string | undefined {
    for (let run = this.runs[this.run]; run !== undefined; run = this.runs[this.run]) {
      if (run.name !== 'w:r') return this.stop();
      for (let el = run.children[this.at]; el !== undefined; el = run.children[this.at]) {
        this.at += 1;
        if (el.name === 'w:rPr' && this.at === 1) continue;
        if (el.name !== 'w:t' && el.name !== 'w:delText') return this.stop();
        const text = shownText(el, false);
        if (text === '') continue;
        const first = run.children[0];
        this.properties = first?.name === 'w:rPr' ? first : undefined;
        return text;
      }
      this.run += 1;
      this.at = 0;
    }
    return undefined;
  }

  private stop(): undefined {
    this.isWhole = false;
  }
}
