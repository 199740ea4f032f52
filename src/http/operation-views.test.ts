import { expect, test } from 'vitest';
import type { Operation } from '../documents/index.ts';
import type { QueueState } from '../jobs/index.ts';
import { aheadOf } from './operation-views.ts';

const waits = (count: number) => ({ count, oldestMs: null });
const QUEUE: QueueState = {
  waiting: { express: waits(3), normal: waits(20), batch: waits(100) },
  ...{ delayed: 7, active: 2, dead: 1, workers: 1, slots: 2 },
};

test.each<[string, Partial<Operation>, QueueState | null, number | null]>([
  ['the first kind', { priority: 'express' }, QUEUE, 2],
  ['the second kind', { priority: 'normal' }, QUEUE, 22],
  ['the last kind', { priority: 'batch' }, QUEUE, 122],
  [
    'one that the queue has not counted yet',
    {},
    { ...QUEUE, waiting: { ...QUEUE.waiting, express: waits(0) } },
    0,
  ],
  ['one that is running', { state: 'running', attempt: 1 }, QUEUE, null],
  ['one that waits to be tried again', { attempt: 1 }, QUEUE, null],
  ['one of a queue that does not answer', {}, null, null],
])('how many are before %s', (_, given, queue, ahead) => {
  expect(aheadOf({ state: 'queued', attempt: 0, priority: 'express', ...given }, queue)).toBe(ahead);
});
