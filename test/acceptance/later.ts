import { expect, vi } from 'vitest';
import { isOpen, type Operation } from '../../src/documents/index.ts';
import type { Answer, Ask } from './kept.ts';

// What tests of work that is done later ask with.

export const LATER = { prefer: 'respond-async' };
export const PATIENCE_MS = 60_000;

/** Where the operation is that a request became. */
export const placeOf = (answer: Answer): string => {
  expect(answer.status).toBe(202);
  return answer.headers.get('location') ?? '';
};

/** An operation once it has ended, however long that takes. */
export async function ended(of: Ask, place: string): Promise<Answer['body']> {
  return await vi.waitFor(
    async () => {
      const { body } = await of(`${place}?wait=20`);
      expect(isOpen(body as Operation)).toBe(false);
      return body;
    },
    { timeout: PATIENCE_MS },
  );
}
