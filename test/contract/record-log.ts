import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeptRecord, RecordLog } from '../../src/audit/index.ts';

/** A log, and what else can be had of its place. */
export interface LogUnderTest {
  readonly log: RecordLog;
  /** Another process that uses the same place. */
  readonly other: () => Promise<RecordLog>;
  /** Has so many milliseconds pass for all of them. */
  readonly pass: (ms: number) => void;
  readonly now: () => number;
  readonly dispose: () => Promise<void>;
}

const LONG_MS = 1000;

async function told(records: AsyncIterable<KeptRecord>): Promise<string[]> {
  const found: string[] = [];
  for await (const { tenant, text } of records) found.push(`${tenant} ${text}`);
  return found.sort();
}

/** What every log of records does. */
export function describeRecordLog(name: string, open: () => Promise<LogUnderTest>): void {
  describe(name, () => {
    let use: LogUnderTest;
    beforeEach(async () => {
      use = await open();
    });
    afterEach(() => use.dispose());
    const later = (): number => {
      use.pass(LONG_MS);
      return use.now();
    };

    test('nothing is left at first', async () => {
      expect(await told(use.log.left(later()))).toEqual([]);
    });

    test('keeps records under names of their own, with all their signs', async () => {
      const texts = ['{"a":"\\n\\u0000"}', 'ä€😀', '[]', 'x'.repeat(300_000)];
      const names = await Promise.all(texts.map((text) => use.log.append('t', text)));
      expect(new Set(names).size).toBe(texts.length);
      expect(await told(use.log.left(later()))).toEqual(texts.map((text) => `t ${text}`).sort());
    });

    test('tells another process what was left, and of which tenant', async () => {
      await use.log.append('t', '1');
      await use.log.append('u', '2');
      expect(await told((await use.other()).left(later()))).toEqual(['t 1', 'u 2']);
    });

    test('tells nothing that is too new', async () => {
      await use.log.append('t', 'old');
      const moment = later();
      await use.log.append('t', 'new');
      expect(await told(use.log.left(moment))).toEqual(['t old']);
    });

    test('removes what it is told to, and leaves alone what is not there', async () => {
      const name = await use.log.append('t', '1');
      await use.log.append('t', '2');
      await use.log.remove(name);
      await use.log.remove(name);
      expect(await told(use.log.left(later()))).toEqual(['t 2']);
    });

    test('a process removes what another one left', async () => {
      for (const text of ['1', '2', '3']) await use.log.append('t', text);
      const other = await use.other();
      for await (const { name, text } of other.left(later())) if (text !== '2') await other.remove(name);
      expect(await told(other.left(later()))).toEqual(['t 2']);
    });

    test('loses nothing of a process that goes on while others look for what it left', async () => {
      const other = await use.other();
      const found = new Set<string>();
      const look = async (log: RecordLog): Promise<void> => {
        for await (const { name, text } of log.left(later())) {
          found.add(text);
          await log.remove(name);
        }
      };
      const wanted = Array.from({ length: 100 }, (_, n) => `${n}`);
      let looking = Promise.resolve();
      for (const [n, text] of wanted.entries()) {
        // Beside what is appended next.
        if (n % 10 === 0) looking = looking.then(() => look(other));
        await use.log.append('t', text);
        if (n % 10 === 9) await looking;
      }
      await look(other);
      await look(use.log);
      expect([...found].sort()).toEqual(wanted.sort());
    });
  });
}
