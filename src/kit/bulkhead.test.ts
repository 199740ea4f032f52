import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settled } from '../../test/support/time.ts';
import { Bulkhead } from './bulkhead.ts';

describe('the places of a bulkhead', () => {
  test('are never more than there are, given in order, and all come back', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.constantFrom('enter', 'enter', 'enter', 'leave', 'leave', 'abort'), { maxLength: 60 }),
        async (places, queueLength, steps) => {
          const bulkhead = new Bulkhead(places, queueLength);
          const entered: number[] = [];
          const inside: (() => void)[] = [];
          const waiting: { n: number; controller: AbortController }[] = [];
          for (const [n, step] of steps.entries()) {
            if (step === 'leave') inside.shift()?.();
            if (step === 'abort') waiting.pop()?.controller.abort(new Error('left'));
            if (step === 'enter') {
              const controller = new AbortController();
              waiting.push({ n, controller });
              bulkhead.enter(controller.signal).then(
                (leave) => {
                  entered.push(n);
                  inside.push(leave);
                  waiting.splice(
                    waiting.findIndex((one) => one.n === n),
                    1,
                  );
                },
                () => {
                  const at = waiting.findIndex((one) => one.n === n);
                  if (at >= 0) waiting.splice(at, 1);
                },
              );
            }
            await settled();
            expect(inside.length).toBeLessThanOrEqual(places);
            expect(waiting.length).toBeLessThanOrEqual(queueLength);
            expect(waiting.length === 0 || inside.length === places).toBe(true);
          }
          while (inside.length > 0) {
            inside.shift()?.();
            await settled();
          }
          expect(entered).toEqual(entered.toSorted((one, other) => one - other));
          const all = Array.from({ length: places }, () => bulkhead.enter(new AbortController().signal));
          await expect(Promise.all(all)).resolves.toHaveLength(places);
        },
      ),
      { numRuns: 100 },
    ));
});
