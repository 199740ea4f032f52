import { describe, expect, test } from 'vitest';
import { OutsideError } from '../kit/index.ts';
import type { BlobInfo, BlobStore } from './blob-store.ts';
import { replaceOnce } from './writing.ts';

type Answer = 'written' | 'condition' | 'unclear' | 'unavailable';
type Look = 'open' | 'ours' | 'unavailable';

const failure = (kind: 'unclear' | 'unavailable') => new OutsideError('BlobStore', kind, kind);
const INFO: BlobInfo = { name: 'a', size: 0, generation: '7', attributes: {} };

/** What a write comes to whose tries are answered, and looked into, in this order; the last ones go on. */
async function replaced(answers: readonly Answer[], looks: readonly Look[]): Promise<string> {
  let [tried, looked] = [0, 0];
  const write = async (): Promise<BlobInfo | null> => {
    const answer = answers[Math.min(tried++, answers.length - 1)];
    if (answer === 'unclear' || answer === 'unavailable') throw failure(answer);
    return answer === 'written' ? INFO : null;
  };
  const look = async (): Promise<string> => {
    const found = looks[Math.min(looked++, looks.length - 1)] ?? 'open';
    if (found === 'unavailable') throw failure(found);
    return found;
  };
  const replacement = { name: 'a', body: new Uint8Array(), options: { ifGeneration: '6' }, look };
  const ambient = { clock: () => 0, random: () => new Uint8Array(), pause: async () => {} };
  const store = { write } as unknown as BlobStore;
  const done = ({ generation }: BlobInfo): string => generation;
  return await replaceOnce(store, { ...replacement, done }, ambient).catch((error: unknown) =>
    error instanceof OutsideError ? error.failure : (error as { code: string }).code,
  );
}

describe('a write whose answer', () => {
  test.each<[string, readonly Answer[], readonly Look[], string]>([
    ['comes is done', ['written'], [], '7'],
    ['says at once that nothing was done is not tried again', ['unavailable'], ['open'], 'unavailable'],
    ['is lost is looked for', ['unclear'], ['ours'], 'ours'],
    ['is lost before anything was done is tried again', ['unclear', 'written'], ['open'], '7'],
    ['came from a write that was sent twice is looked for', ['condition'], ['ours'], 'ours'],
    ['is lost stays open while nobody can look', ['unclear', 'condition'], ['unavailable', 'ours'], 'ours'],
    [
      'is doubtful is no plain failure later',
      ['condition', 'unavailable'],
      ['unavailable'],
      'documents/unclear',
    ],
    ['never becomes clear is said to be so', ['unclear'], ['open'], 'documents/unclear'],
  ])('%s', async (_, answers, looks, expected) => {
    expect(await replaced(answers, looks)).toBe(expected);
  });
});
