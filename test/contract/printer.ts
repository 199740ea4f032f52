import { describe, expect, test } from 'vitest';
import type { Printer } from '../../src/jobs/index.ts';

/** One adapter under test. What it cannot print is skipped, with the reason. */
export interface PrinterFixture {
  readonly printer: Printer;
  /** A document of each kind that it prints. */
  readonly documents: Readonly<Partial<Record<'docx' | 'html', Uint8Array>>>;
  /** A printer for which one document may take so long (ms) and so much (MB). */
  bounded(deadlineMs: number, memoryMb: number): Printer;
  /** What is left of earlier documents: names of files and processes. */
  leftovers(): Promise<readonly string[]>;
}

const never = new AbortController().signal;

/** What every `Printer` promises. */
export function describePrinter(adapter: string, open: () => PrinterFixture): void {
  const { printer, documents, bounded, leftovers } = open();
  const kinds = Object.entries(documents) as ['docx' | 'html', Uint8Array][];

  describe(`Printer on ${adapter}`, () => {
    test('says what it prints', () => {
      for (const [kind] of kinds) expect(printer.prints[kind]).toBe(true);
      expect(kinds.length).toBeGreaterThan(0);
    });

    test.each(kinds)('makes a PDF of %s and leaves nothing behind', async (kind, document) => {
      const printed = await printer.print(kind, document, never);
      expect(printed).toHaveProperty('pdf');
      if ('pdf' in printed) {
        expect(Buffer.from(printed.pdf.subarray(0, 5)).toString()).toBe('%PDF-');
        expect(printed.pdf.length).toBeGreaterThan(1000);
      }
      await expect.poll(leftovers).toEqual([]);
    });

    test.each(kinds)('stops %s when nobody waits any more', async (kind, document) => {
      const client = new AbortController();
      const printing = printer.print(kind, document, client.signal);
      await expect.poll(leftovers).not.toEqual([]);
      client.abort();
      expect(await printing).toEqual({ failure: 'abandoned' });
      await expect.poll(leftovers).toEqual([]);
      expect(await printer.print(kind, document, client.signal)).toEqual({ failure: 'abandoned' });
    });

    test.each(kinds)('stops %s at its deadline', async (kind, document) => {
      expect(await bounded(50, 4096).print(kind, document, never)).toEqual({ failure: 'deadline-exceeded' });
      await expect.poll(leftovers).toEqual([]);
    });

    test.each(kinds)('stops %s that takes too much memory', async (kind, document) => {
      expect(await bounded(60_000, 20).print(kind, document, never)).toEqual({ failure: 'out-of-memory' });
      await expect.poll(leftovers).toEqual([]);
    });
  });
}
