import { readConfig } from '../config.ts';
import {
  JobError,
  PDF_SUBJECTS,
  type PdfSubject,
  type PrintableKind,
  PrintShop,
  printable,
  printableOf,
} from '../jobs/index.ts';
import { openProgramPrinter } from '../platform/embedded/index.ts';
import { DEFAULT_LIMITS, type Limits } from '../redline/index.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { oneOf, type ProduceFlags, produce } from './produce.ts';

export interface PdfFlags extends ProduceFlags {
  readonly subject: string;
}

/** `redline pdf`: resolves with the exit code. */
export async function runPdf(document: string, flags: PdfFlags, io: Io): Promise<number> {
  const subject = oneOf('--subject', flags.subject, PDF_SUBJECTS);
  const { kind, print } = await openPrinter(subject);
  const work = async ([bytes]: readonly [Uint8Array]) => {
    const pdf = await print(bytes, DEFAULT_LIMITS);
    return {
      content: pdf,
      report: { subject, kind, bytes: pdf.length },
      summary: `  ${subject}, printed from ${kind}`,
    };
  };
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Printing', work, io);
}

/** What prints a subject here, found before anything else is done. @throws {CliError} where nothing does. */
export async function openPrinter(
  subject: PdfSubject,
): Promise<{ kind: PrintableKind; print: (document: Uint8Array, limits: Limits) => Promise<Uint8Array> }> {
  const shop = new PrintShop(openProgramPrinter(readConfig().printer));
  const kind = await refusing(() => printableOf(subject, shop.printer));
  const print = async (document: Uint8Array, limits: Limits) => {
    const shown = await printable(document, subject, kind, limits);
    return await refusing(() => shop.print(kind, shown, interrupted()));
  };
  return { kind, print };
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
