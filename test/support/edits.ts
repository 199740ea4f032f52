import { expect } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import {
  applyEdits,
  DEFAULT_LIMITS,
  type EditReport,
  RedlineError,
  readEdits,
  verify,
} from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { bare } from './engine.ts';
import { docx, type Source } from './redlines.ts';

export const EDITOR = { author: 'Me', date: '2024-06-01T00:00:00Z', limits: DEFAULT_LIMITS };

export interface EditedDocument {
  readonly bytes: Uint8Array;
  readonly report: EditReport;
  /** Content of the body as `bare` shows it, without the section at its end. */
  readonly xml: string;
  readonly part: (name: string) => string;
}

/** Applies edits, as JSON says them, and holds the result to what is true of every edited document. */
export function edited(source: Source, edits: unknown, hasRevisions = false): EditedDocument {
  const before = docx(source);
  const { document, report } = applyEdits(before, readEdits(edits), EDITOR, nodeCodec);
  const again = applyEdits(before, readEdits(edits), EDITOR, nodeCodec).document;
  expect(Buffer.compare(document, again), 'the same bytes twice').toBe(0);
  mustBeExact(before, document, hasRevisions);
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  const part = (name: string): string => bare(pkg.text(name));
  const xml = /<w:body>([\s\S]*?)(?:<w:sectPr\/>)?<\/w:body>/.exec(part(pkg.main))?.[1] ?? '';
  return { bytes: document, report, xml, part };
}

/** Rejecting what was written gives the document back, and it has no fault that was not there. */
function mustBeExact(before: Uint8Array, after: Uint8Array, hasRevisions: boolean): void {
  const { faults } = verify(before, before, after, nodeCodec, DEFAULT_LIMITS);
  expect(faults, 'no new fault').toEqual([]);
  if (hasRevisions) return;
  const { differences } = verify(before, after, after, nodeCodec, DEFAULT_LIMITS);
  expect(differences, 'rejecting gives the document back').toEqual([]);
}

/** The refusal of a list of edits. */
export function refusal(source: Source, edits: unknown): RedlineError {
  try {
    applyEdits(docx(source), readEdits(edits), EDITOR, nodeCodec);
  } catch (error) {
    if (error instanceof RedlineError) return error;
    throw error;
  }
  throw new Error('the edits were not refused');
}
