import { describe, expect, test } from 'vitest';
import { docx, ins, p, r } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { DEFAULT_LIMITS, type Decision, decideChanges, listChanges, RedlineError } from '../redline/index.ts';
import { type Alarm, type StandingBounds, StandingReviews } from './standing-reviews.ts';

const OPTIONS = { limits: DEFAULT_LIMITS };
const BOUNDS: StandingBounds = { count: 3, units: 1_000_000, idleMs: 1000, lifeMs: 5000 };
const documentOf = (name: string): Uint8Array =>
  docx([1, 2, 3, 4, 5, 6, 7, 8].map((n) => p(r(`${name}, number ${n} `) + ins(r(`of ${n}`)))).join(''));
const nextOf = (document: Uint8Array): Decision[] => {
  const [first] = listChanges(document, OPTIONS, nodeCodec).changes;
  return [{ verdict: 'accept', changes: { ids: [first?.id ?? ''] } }];
};

class Hand implements Alarm {
  #now = 0;
  #due: { at: number; work: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  after(ms: number, work: () => void): void {
    this.#due.push({ at: this.#now + ms, work });
  }
  turn(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#due.sort((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.#due.shift();
      this.#now = next.at;
      next.work();
    }
    this.#now = end;
  }
}

/** Decides so many changes of a document, each as a request would, and holds every answer to what it is without reviews. */
function decided(reviews: StandingReviews, tenant: string, document: Uint8Array, times: number): Uint8Array {
  let now = document;
  for (let i = 0; i < times; i++) {
    const decisions = nextOf(now);
    const answer = reviews.decide(now, decisions, OPTIONS, tenant);
    expect(answer).toEqual(decideChanges(now, decisions, OPTIONS, nodeCodec));
    // As it is handed over to another thread: the bytes are gone from this one.
    now = structuredClone(answer.document, { transfer: [answer.document.buffer as ArrayBuffer] });
  }
  return now;
}

describe('reviews that stand from one request to the next', () => {
  test('give what there is without them, whoever is in between', () => {
    const reviews = new StandingReviews(BOUNDS, new Hand());
    let [ada, ben] = [documentOf('Ada'), documentOf('Ben')];
    for (let i = 0; i < 3; i++) {
      ada = decided(reviews, 'a', ada, 2);
      ben = decided(reviews, 'b', ben, 1);
    }
    expect(decided(reviews, 'b', ada, 1)).toEqual(decided(reviews, 'a', ada, 1));
  });

  test('keep so many documents, and so much text', () => {
    const many = new StandingReviews(BOUNDS, new Hand());
    for (const name of ['A', 'B', 'C', 'D', 'E']) decided(many, 't', documentOf(name), 3);
    expect(many.count).toBe(3);
    const small = new StandingReviews({ ...BOUNDS, units: 10 }, new Hand());
    decided(small, 't', documentOf('A'), 3);
    expect(small.count).toBeLessThan(2);
  });

  test('forget what nobody asks about', () => {
    const hand = new Hand();
    const reviews = new StandingReviews(BOUNDS, hand);
    decided(reviews, 't', documentOf('A'), 2);
    hand.turn(BOUNDS.idleMs * 0.9);
    expect(reviews.count).toBe(1);
    hand.turn(BOUNDS.idleMs * 0.5);
    expect(reviews.count).toBe(0);
  });

  test('forget in the end what is asked about all the time', () => {
    const hand = new Hand();
    const reviews = new StandingReviews(BOUNDS, hand);
    let document = decided(reviews, 't', documentOf('A'), 1);
    for (let i = 0; i < 6; i++) {
      hand.turn(BOUNDS.idleMs * 0.8);
      expect(reviews.count).toBe(1);
      document = decided(reviews, 't', document, 1);
    }
    hand.turn(BOUNDS.idleMs * 0.5);
    expect(reviews.count).toBe(0);
  });

  test('stand as they were when something is refused', () => {
    const reviews = new StandingReviews(BOUNDS, new Hand());
    const document = decided(reviews, 't', documentOf('A'), 3);
    const unknown: Decision[] = [{ verdict: 'accept', changes: { ids: ['c0'] } }];
    expect(() => reviews.decide(document, unknown, OPTIONS, 't')).toThrow(RedlineError);
    expect(reviews.count).toBe(1);
    decided(reviews, 't', document, 3);
  });
});
