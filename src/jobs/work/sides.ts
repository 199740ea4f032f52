import { createHash } from 'node:crypto';
import type { Actor } from '../../access/index.ts';
import {
  type ComparedContent,
  type ContentFacts,
  DocumentsError,
  isWord,
  type Library,
} from '../../documents/index.ts';
import type { Need, Task } from './handlers.ts';

// The documents that something is made of later, wherever they come from.

/** A document that was sent with the operation, or a version of a kept one. */
export type AskedSide =
  | { readonly input: string; readonly name: string }
  | {
      readonly document: string;
      /** Of this redline of it. */
      readonly redline?: string;
      readonly version: number;
      /** What it was called when it was asked for. */
      readonly name?: string;
    };

/** One of the documents, in memory. */
export interface ReadSide {
  readonly bytes: Uint8Array;
  readonly compared: ComparedContent;
  readonly scanned: ContentFacts['scanned'];
}

/** With which document a redline is kept that is made later. */
export interface KeepWith {
  readonly document: string;
  /** By default made from the name of the original. */
  readonly name: string | null;
  /** Under which operation it is committed: asked for twice, it is kept once. */
  readonly operation: string;
}

/** UTF-16 units of a document's name that are taken over into that of a redline. */
const MOST_STEM = 230;

/** What making a redline of these needs. @param keep `null`: it is a result, for some time. */
export function needsOf(sides: readonly AskedSide[], keep: KeepWith | null): readonly Need[] {
  const read = sides.flatMap((side) => ('document' in side ? [side.document] : []));
  return [
    keep === null
      ? { action: 'compare', document: null }
      : { action: 'documents.write', document: keep.document },
    ...read.map((document) => ({ action: 'documents.read', document }) as const),
  ];
}

/** @throws {DocumentsError} when it is not there, or no Word document. @throws {JobError} `work/input-missing`. */
export async function readSide(library: Library, task: Task, side: AskedSide): Promise<ReadSide> {
  if ('input' in side) {
    const bytes = await task.input(side.input);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return {
      bytes,
      compared: { document: null, version: null, name: side.name, sha256 },
      scanned: undefined,
    };
  }
  const actor: Actor = task.operation.actor;
  const { document, redline } = side;
  const kept = redline === undefined ? library.documents : await library.redlines.of(actor, document);
  const { stored, version } = await kept.version(actor, redline ?? document, side.version);
  const { type, size, sha256, scanned } = version.facts;
  if (!isWord(type))
    throw new DocumentsError('documents/not-word', 'Only Word documents can be compared and shown.');
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of (await kept.open(actor, redline ?? document, version.number)).body) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return {
    bytes,
    scanned,
    compared: { document, version: version.number, name: stored.head.name, sha256 },
  };
}

/** `Lease.docx` gives `Lease (redline).docx`. @param name of the original. */
export function redlineName(name: string): string {
  const [, stem = name, extension = '.docx'] = /^(.*?)(\.do[ct][xm])?$/i.exec(name) ?? [];
  return `${stem.slice(0, MOST_STEM)} (redline)${extension}`;
}
