import { Bulkhead } from '../kit/index.ts';
import type { Examine, IncomingContent } from './content-store.ts';
import { type ContentSource, describeContent, refuseForeign } from './content-type/index.ts';
import { DocumentsError } from './errors.ts';
import type { FoundFacts } from './head.ts';
import type { Scanner } from './scanner.ts';

/** Bytes that are read at a time for the scanner. */
const PIECE_BYTES = 1024 * 1024;

/**
 * Looks at a content that is stored and that no head names yet: what it is, then whether it does harm.
 *
 * @throws {RedlineError | DocumentsError} as `describeContent` does; `documents/infected`.
 * @throws {OutsideError} when the scanner cannot judge it now: then it may not be read either.
 */
async function examine(source: ContentSource, scanner: Scanner, signal: AbortSignal): Promise<FoundFacts> {
  const { type, pages } = await describeContent(source);
  return { type, pages, scanned: await assertClean(bytesOf(source), scanner, signal) };
}

/** @returns what judged. */
async function assertClean(
  body: AsyncIterable<Uint8Array>,
  scanner: Scanner,
  signal: AbortSignal,
): Promise<'clamav' | 'structure'> {
  const { verdict, engine } = await scanner.scan(body, signal);
  if (verdict === 'clean') return engine;
  throw new DocumentsError(
    'documents/infected',
    'The malware scanner found something in the file. It is not kept.',
  );
}

/** Contents that are looked at together: what is in a PDF may take some 80 MB while its pages are counted. */
const PLACES = 4;

/** Lets contents in that come from outside. */
export class Examiner {
  readonly #scanner: Scanner;
  readonly #places = new Bulkhead(PLACES, Number.POSITIVE_INFINITY);

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** Bytes that are to be kept once they were examined. @param signal of whoever waits for it. */
  incoming(body: AsyncIterable<Uint8Array>, signal: AbortSignal): IncomingContent {
    return { type: (stored) => this.#examine(stored, signal), body: refuseForeign(body) };
  }

  /**
   * For what the engine makes of contents: it is scanned unless all of them were.
   *
   * @param scanned what judged each of them; `undefined` for those that nothing did.
   */
  made(scanned: readonly FoundFacts['scanned'][], signal: AbortSignal): Examine {
    if (scanned.includes(undefined)) return (stored) => this.#examine(stored, signal);
    const weakest = scanned.find((engine) => engine === 'structure') ?? 'clamav';
    return async (stored) => {
      const { type, pages } = await describeContent(stored);
      return { type, pages, scanned: weakest };
    };
  }

  /** Has bytes judged that are worked on and kept as no document. @throws {DocumentsError} `documents/infected`. @throws {OutsideError} */
  async assertHarmless(body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const leave = await this.#places.enter(signal);
    try {
      await assertClean(body, this.#scanner, signal);
    } finally {
      leave();
    }
  }

  async #examine(stored: ContentSource, signal: AbortSignal): Promise<FoundFacts> {
    const leave = await this.#places.enter(signal);
    try {
      return await examine(stored, this.#scanner, signal);
    } finally {
      leave();
    }
  }
}

/** All bytes of a source, from the first one on. */
export async function* bytesOf(source: ContentSource): AsyncIterable<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    yield await source.readAt(at, Math.min(at + PIECE_BYTES, source.size));
  }
}
