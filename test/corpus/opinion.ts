import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare } from '../../src/redline/index.ts';
import { differences } from '../office/differences.ts';
import { isSettled, Office, type Settled, type Task } from '../office/settle.ts';
import { changesIn, decide } from '../property/decisions.ts';
import type { Pair } from './pairs.ts';

/** What is asked: its own accepting and rejecting, and whether it reads what we accepted and rejected as the inputs. */
export const QUESTIONS = ['rejected', 'accepted', 'our rejecting', 'our accepting'] as const;
export type Question = (typeof QUESTIONS)[number];

/** What LibreOffice makes of one pair. */
export interface Opinion {
  readonly pair: Pair;
  /** Why the redline does not open, or null. */
  readonly fault: string | null;
  /** Does it open the two inputs? */
  readonly opensInputs: boolean;
  /** Where words differ, a sentence each; null where it was not asked or an input does not open. */
  readonly remarks: Readonly<Record<Question, readonly string[]>> | null;
}

export interface Asking {
  /** Milliseconds of one document; larger ones have more. */
  readonly timeoutMs: number;
  /** LibreOffices at a time. */
  readonly jobs: number;
  /** Of which pairs the words are asked for, by their index. */
  readonly isSampled: (index: number) => boolean;
  /** Told of each opinion as soon as there is one. */
  readonly onOpinion?: (one: Opinion) => void;
}

/** Pairs that one LibreOffice looks at, one after the other: it takes longer to start than to read a contract. */
const BATCH = 6;
const OPTIONS = { date: '2026-01-01T00:00:00Z' };

/** A second opinion on the redlines of pairs, in their order. */
export async function opinions(pairs: readonly Pair[], asking: Asking): Promise<Opinion[]> {
  const office = new Office();
  const folder = mkdtempSync(join(tmpdir(), 'redline-opinion-'));
  const batches = Array.from({ length: Math.ceil(pairs.length / BATCH) }, (_, index) =>
    pairs.slice(index * BATCH, (index + 1) * BATCH),
  );
  const found: Opinion[][] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < batches.length; at = next++) {
      const first = at * BATCH;
      const cases = (batches[at] ?? []).map((pair, index) =>
        filesOf(pair, join(folder, `${first + index}`), asking.isSampled(first + index)),
      );
      const answers = await office.settle(
        cases.flatMap(({ tasks }) => tasks),
        asking.timeoutMs,
      );
      const of = cases.map(({ pair, tasks }) => opinionOf(pair, answers.splice(0, tasks.length)));
      for (const one of of) asking.onOpinion?.(one);
      found[at] = of;
    }
  };
  try {
    await office.start();
    await Promise.all(Array.from({ length: asking.jobs }, lane));
  } finally {
    office.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return found.flat();
}

/** Writes what is to be opened, and says how. */
function filesOf(pair: Pair, folder: string, isSampled: boolean): { pair: Pair; tasks: Task[] } {
  mkdirSync(folder);
  const bytes = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
  const { redline } = compare(bytes(pair.original), bytes(pair.modified), OPTIONS, nodeCodec);
  const write = (name: string, data: Uint8Array): string => {
    const file = join(folder, `${name}.docx`);
    writeFileSync(file, data);
    return file;
  };
  // Changes that the inputs hold are accepted before they are compared, so LibreOffice does the same.
  const input = (file: string): Task => ({
    file,
    mode: changesIn(bytes(file)).length > 0 ? 'accept' : 'keep',
  });
  const file = write('redline', redline);
  const tasks: Task[] = [{ file, mode: 'keep' }, input(pair.original), input(pair.modified)];
  if (!isSampled) return { pair, tasks };
  const decided = (verdict: 'accept' | 'reject'): Task => {
    const { document } = decide(redline, [{ verdict, changes: {} }]);
    return { file: write(verdict, document), mode: 'keep' };
  };
  tasks.push({ file, mode: 'reject' }, { file, mode: 'accept' }, decided('reject'), decided('accept'));
  return { pair, tasks };
}

function opinionOf(pair: Pair, [redline, original, modified, ...asked]: readonly Settled[]): Opinion {
  const fault = redline !== undefined && 'error' in redline ? redline.error : null;
  const opensInputs = isSettled(original) && isSettled(modified);
  if (!opensInputs || asked.length === 0) return { pair, fault, opensInputs, remarks: null };
  const [rejected, accepted, ...ours] = asked;
  return {
    pair,
    fault,
    opensInputs,
    remarks: {
      rejected: apart(original, rejected),
      accepted: apart(modified, accepted),
      'our rejecting': apart(original, ours[0]),
      'our accepting': apart(modified, ours[1]),
    },
  };
}

function apart(input: Settled, settled: Settled | undefined): string[] {
  if (!isSettled(input) || !isSettled(settled))
    return [settled !== undefined && 'error' in settled ? settled.error : ''];
  const left = settled.changes > input.changes ? [`${settled.changes} changes stay`] : [];
  return [...left, ...differences(input.words, settled.words)];
}
