import { createHash } from 'node:crypto';
import type { Library, Operation, Results } from '../../documents/index.ts';
import { canonicalJson, ENGINE_VERSION, RESULT_LIMITS } from '../../redline/index.ts';
import type { EnginePool } from '../engine-pool.ts';
import { type PdfSubject, type PrintableKind, type PrintShop, printableOf } from '../pdf.ts';
import type { Handler, Need, Task } from './handlers.ts';
import { Pace } from './pace.ts';
import { type AskedSide, readSide } from './sides.ts';

export const PRINTING = 'pdf';

/** What an operation of the kind `pdf` is asked. */
export interface PrintingRequest {
  readonly document: AskedSide;
  readonly subject: PdfSubject;
}

/** What came of it: under which id the PDF is. */
export interface PrintingResult {
  readonly kind: 'pdfs';
  readonly id: string;
  readonly subject: PdfSubject;
  /** Bytes of the PDF. */
  readonly size: number;
}

export interface PrintingParts {
  readonly library: Library;
  readonly results: Results;
  readonly pool: EnginePool;
  readonly prints: PrintShop;
  /** Operations that this worker does at a time, each of which may print. */
  readonly slots: number;
  /** Milliseconds that a PDF is kept. */
  readonly keepMs: number;
  /** Milliseconds that preparing one document may take, and again printing it. */
  readonly deadlineMs: number;
}

/** What waiting for a thread, reading and keeping may take beside that. */
const BESIDE_MS = 120_000;
/** Milliseconds for each kilobyte that is printed. */
const TYPICAL_PACE = 20;

/** Makes PDFs. What was printed before by the same engine is used again. */
export class PrintingHandler implements Handler {
  readonly softMs: number;
  readonly hardMs: number;
  readonly #parts: PrintingParts;
  readonly #pace = new Pace(TYPICAL_PACE);

  constructor(parts: PrintingParts) {
    this.#parts = parts;
    this.softMs = parts.deadlineMs;
    // One is printed at a time: the last one waits for all others.
    this.hardMs = (1 + parts.slots) * parts.deadlineMs + BESIDE_MS;
  }

  needs({ request }: Operation): readonly Need[] {
    const { document } = request as PrintingRequest;
    return 'document' in document
      ? [{ action: 'documents.read', document: document.document }]
      : [{ action: 'compare', document: null }];
  }

  async run(task: Task): Promise<PrintingResult> {
    const { tenant, request } = task.operation;
    // Nothing but what takes operations of this kind writes there.
    const { document, subject } = request as PrintingRequest;
    const { library, results, prints, keepMs } = this.#parts;
    const kind = printableOf(subject, prints.printer);
    task.progress('reading', 0);
    const { bytes, compared } = await readSide(library, task, document);
    const key = keyOf(compared.sha256, subject, kind);
    const found = await results.recall(tenant, key);
    const pdf = found?.document ?? (await this.#print(task, bytes, subject, kind));
    task.progress('keeping', 90);
    const size = pdf.byteLength;
    const saved = await results.save({ tenant, kind: 'pdfs' }, pdf, { subject, size }, keepMs);
    await results.remember(saved, key);
    return { kind: 'pdfs', id: saved.id, subject, size };
  }

  async #print(
    task: Task,
    document: Uint8Array,
    subject: PdfSubject,
    kind: PrintableKind,
  ): Promise<Uint8Array> {
    const { pool, prints } = this.#parts;
    task.progress('preparing', 10);
    const place = pool.reserve({ waits: true });
    let shown: Uint8Array;
    try {
      const options = { subject, kind, limits: RESULT_LIMITS };
      shown = (await place.run('printable', { document }, options, task.signal)).bytes;
    } finally {
      // Printing takes no thread.
      place.release();
    }
    const timed = this.#pace.begin(shown.byteLength);
    task.progress('printing', 30, timed.expectedMs);
    const pdf = await prints.print(kind, shown, task.signal);
    timed.end();
    return pdf;
  }
}

/** Names what was printed, how, and by which engine. */
function keyOf(sha256: string, subject: PdfSubject, kind: PrintableKind): string {
  const all = canonicalJson([PRINTING, ENGINE_VERSION, sha256, subject, kind]);
  return createHash('sha256').update(all).digest('hex');
}
