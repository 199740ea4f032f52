import { readConfig } from '../config.ts';
import { JobError, PDF_SUBJECTS, PrintShop, printable, printableOf } from '../jobs/index.ts';
import { openProgramPrinter } from '../platform/embedded/index.ts';
import { DEFAULT_LIMITS } from '../redline/index.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { oneOf, type ProduceFlags, produce } from './produce.ts';

export interface PdfFlags extends ProduceFlags {
  readonly subject: string;
}

/** `redline pdf`: resolves with the exit code. */
export async function runPdf(document: string, flags: PdfFlags, io: Io): Promise<number> {
  const subject = oneOf('--subject', flags.subject, PDF_SUBJECTS);
  const shop = new PrintShop(openProgramPrinter(readConfig().printer));
  const kind = await refusing(() => printableOf(subject, shop.printer));
  const work = async ([bytes]: readonly [Uint8Array]) => {
    const shown = await printable(bytes, subject, kind, DEFAULT_LIMITS);
    const pdf = await refusing(() => shop.print(kind, shown, interrupted()));
    return {
      bytes: pdf,
      report: { subject, kind, bytes: pdf.length },
      summary: `  ${subject}, printed from ${kind}`,
    };
  };
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Printing', work, io);
}

/** @throws {CliError} for what the room `jobs` refuses. */
async function refusing<Value>(work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    throw new CliError(error.code === 'pdf/not-available' ? error.code : 'pdf/failed', error.message, error);
  }
}

/** Aborts at Ctrl-C, so that the program that prints does not stay behind. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
