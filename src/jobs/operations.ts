import { nodeCodec } from '../kit/index.ts';
import {
  applyEdits,
  type BlacklineOptions,
  blackline,
  type ChangeFilter,
  type CombineOptions,
  type CompareOptions,
  combine,
  compare,
  type Decision,
  decideChanges,
  type Edit,
  type EditOptions,
  type Limits,
  listChanges,
  listComments,
  RedlineError,
  renderPage,
  type ScrubOptions,
  scrub,
  statistics,
  type Tracked,
  type View,
  verify,
} from '../redline/index.ts';
import { type BatchFormat, type BatchSummary, batchReport } from '../reports/index.ts';
import type { PdfSubject, PrintableKind } from './pdf.ts';
import { printable } from './printable.ts';
import { type AskedReport, report } from './report.ts';
import { StandingReviews } from './standing-reviews.ts';

/** How copies are combined, and whose they are. */
type AskedCombination = CombineOptions & {
  readonly reviewers: readonly string[];
  readonly limits: Limits;
};

/** Of the thread that this module is loaded in. */
const reviews = new StandingReviews();

/** Which document that is kept an operation is about. */
export interface KeptSubject {
  readonly tenant: string;
  /** The id of its head. */
  readonly id: string;
}

/**
 * Everything that the pool's threads can be asked for, by name: documents and options in, a value out that can cross
 * threads. What the engine refuses it throws as `RedlineError`.
 */
const OPERATIONS = {
  compare: (inputs: { original: Uint8Array; modified: Uint8Array }, options: CompareOptions) =>
    compare(inputs.original, inputs.modified, options, nodeCodec),
  page: (inputs: { document: Uint8Array }, { limits, view }: { limits: Limits; view: View }) =>
    renderPage(inputs.document, { limits, view }, nodeCodec),
  blackline: (
    inputs: { document: Uint8Array },
    { limits, looks }: { limits: Limits; looks: BlacklineOptions },
  ) => ({
    document: blackline(inputs.document, nodeCodec, limits, looks),
    report: statistics(inputs.document, nodeCodec, limits),
  }),
  report: async (inputs: { document: Uint8Array }, asked: AskedReport) =>
    await report(inputs.document, asked),
  batchReport: async (_: object, { summary, format }: { summary: BatchSummary; format: BatchFormat }) => ({
    bytes: await batchReport(summary, format, nodeCodec),
  }),
  printable: async (
    inputs: { document: Uint8Array },
    { subject, kind, limits }: { subject: PdfSubject; kind: PrintableKind; limits: Limits },
  ) => ({ kind, bytes: await printable(inputs.document, subject, kind, limits) }),
  edit: (
    inputs: { document: Uint8Array },
    { edits, ...options }: EditOptions & { readonly edits: readonly Edit[]; readonly limits: Limits },
  ) => applyEdits(inputs.document, edits, options, nodeCodec),
  comments: (inputs: { document: Uint8Array }, { limits }: { limits: Limits }) =>
    listComments(inputs.document, limits, nodeCodec),
  combine: (
    inputs: { base: Uint8Array; copies: readonly Uint8Array[] },
    { reviewers, ...options }: AskedCombination,
  ) => {
    if (reviewers.length !== inputs.copies.length)
      throw new RedlineError('options/invalid', 'The options cannot be used: each copy has one reviewer.');
    const copies = inputs.copies.map((document, i) => ({ document, reviewer: reviewers[i] ?? '' }));
    return combine(inputs.base, copies, options, nodeCodec);
  },
  scrub: (inputs: { document: Uint8Array }, options: ScrubOptions & { readonly limits: Limits }) =>
    scrub(inputs.document, options, nodeCodec),
  changes: (inputs: { document: Uint8Array }, { filter, limits }: { filter: ChangeFilter; limits: Limits }) =>
    listChanges(inputs.document, { filter, limits }, nodeCodec),
  decide: (
    inputs: { document: Uint8Array },
    { decisions, limits, kept }: { decisions: readonly Decision[]; limits: Limits; kept?: KeptSubject },
  ) =>
    kept === undefined
      ? decideChanges(inputs.document, decisions, { limits }, nodeCodec)
      : reviews.decide(inputs.document, decisions, { limits }, kept.tenant),
  verify: (
    inputs: { original: Uint8Array; modified: Uint8Array; redline: Uint8Array },
    { tracked, limits }: { tracked: Tracked; limits: Limits },
  ) => verify(inputs.original, inputs.modified, inputs.redline, nodeCodec, limits, undefined, tracked),
};

type Operations = typeof OPERATIONS;
export type OperationName = keyof Operations;
export type OperationInputs<Name extends OperationName> = Parameters<Operations[Name]>[0];
export type OperationOptions<Name extends OperationName> = Parameters<Operations[Name]>[1];
/** What a thread gives back; a text that is made piece by piece crosses over as a stream of UTF-8. */
interface Results extends Omit<{ [Name in OperationName]: Awaited<ReturnType<Operations[Name]>> }, 'page'> {
  readonly page: ReadableStream<Uint8Array>;
}
export type OperationResult<Name extends OperationName> = Results[Name];

/** Those whose result is such a text. */
export const POURED: ReadonlySet<OperationName> = new Set(['page']);

/** The documents of one operation by role; a role that can be filled several times holds a list. */
export type Documents = Readonly<Record<string, Uint8Array | readonly Uint8Array[]>>;

/** Runs one of them, as a thread knows it: by name. */
export function operate(name: OperationName, inputs: Documents, options: unknown): unknown {
  const run = OPERATIONS[name] as (inputs: Documents, options: unknown) => unknown;
  return run(inputs, options);
}
