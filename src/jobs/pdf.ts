import { Bulkhead } from '../kit/index.ts';
import { JobError } from './errors.ts';

/** What a printer takes. */
export type PrintableKind = 'docx' | 'html';

/** How printing ended. */
export type Printed =
  | { readonly pdf: Uint8Array }
  /** The program refused the document, crashed, or gave nothing. */
  | { readonly failure: 'failed' | 'deadline-exceeded' | 'out-of-memory' | 'abandoned' };

/**
 * Makes PDFs of documents that anybody may have written: without network, bounded in time and memory, leaving nothing
 * behind. The platform brings it.
 */
export interface Printer {
  /** What it can print. Where both are false no PDF can be had, and asking for one is `pdf/not-available`. */
  readonly prints: Readonly<Record<PrintableKind, boolean>>;
  /** Resolves when the program and all it started has ended, also when `signal` aborts. */
  print(kind: PrintableKind, document: Uint8Array, signal: AbortSignal): Promise<Printed>;
}

/** A redline with its marks, a static comparison, or a change report. */
export const PDF_SUBJECTS = ['redline', 'blackline', 'report'] as const;
export type PdfSubject = (typeof PDF_SUBJECTS)[number];

/** What each subject can be printed from, the better first. */
const SOURCES: Readonly<Record<PdfSubject, readonly PrintableKind[]>> = {
  redline: ['docx', 'html'],
  blackline: ['docx'],
  report: ['html', 'docx'],
};

/**
 * What to make of a subject for this printer.
 *
 * @throws {JobError} `pdf/not-available` where it can print none of it.
 */
export function printableOf(subject: PdfSubject, { prints }: Printer): PrintableKind {
  const found = SOURCES[subject].find((kind) => prints[kind]);
  if (found !== undefined) return found;
  const program = SOURCES[subject].includes('html') ? 'LibreOffice or Chromium' : 'LibreOffice';
  throw new JobError('pdf/not-available', `A PDF needs ${program}, which was not found here.`);
}

/** Lets one document be printed at a time: each takes a program of hundreds of megabytes. */
export class PrintShop {
  readonly printer: Printer;
  readonly #place = new Bulkhead(1, Number.POSITIVE_INFINITY);

  constructor(printer: Printer) {
    this.printer = printer;
  }

  /** @throws {JobError} when there is no PDF. */
  async print(kind: PrintableKind, document: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const leave = await this.#place.enter(signal).catch(() => {
      throw abandoned();
    });
    try {
      const printed = await this.printer.print(kind, document, signal);
      if ('pdf' in printed) return printed.pdf;
      throw refusalOf(printed.failure);
    } finally {
      leave();
    }
  }
}

function abandoned(): JobError {
  return new JobError('request/abandoned', 'The request was abandoned.');
}

function refusalOf(failure: Exclude<Printed, { pdf: Uint8Array }>['failure']): JobError {
  switch (failure) {
    case 'failed':
      return new JobError('pdf/failed', 'No PDF could be made of the document.');
    case 'deadline-exceeded':
      return new JobError('work/deadline-exceeded', 'The PDF was not done in time and was stopped.');
    case 'out-of-memory':
      return new JobError('work/out-of-memory', 'The PDF needed too much memory and was stopped.');
    case 'abandoned':
      return abandoned();
  }
}
