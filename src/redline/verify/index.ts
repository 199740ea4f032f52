import type { Codec } from '../codec.ts';
import { type InputRole, RedlineError } from '../errors.ts';
import type { Limits } from '../options.ts';
import type { Verification } from '../report.ts';
import { comparedStories, differences } from './compare.ts';
import { readDocument, type View } from './document.ts';
import { openWorkshop, Package, type Workshop } from './package.ts';

/**
 * Proves a redline, or says where it fails: rejecting every change of `redline` must give `original`, accepting
 * every change must give `modified`, in text, structure and format of every story (ECMA-376 Part 1 §17.13.5); and
 * the package must hold no fault that neither input has.
 *
 * Shares no reader, model or resolver with the code that writes redlines. Inputs with tracked changes of their own
 * count as what they say when those are accepted.
 *
 * @throws {RedlineError} when `original` or `modified` cannot be read; a redline that cannot be read is a fault.
 */
export function verify(
  original: Uint8Array,
  modified: Uint8Array,
  redline: Uint8Array,
  codec: Codec,
  limits: Limits,
): Verification {
  const shop = openWorkshop(codec, limits);
  const inputs = {
    original: readInput(original, 'original', shop),
    modified: readInput(modified, 'modified', shop),
  };
  const result = new Package(redline, shop);
  const rejected = readDocument(result, 'reject');
  const accepted = readDocument(result, 'accept');
  const found = [
    ...differences('reject', inputs.original.view, rejected, inputs.modified.view),
    ...differences('accept', inputs.modified.view, accepted, inputs.original.view),
  ];
  const stories = new Set([
    ...comparedStories(inputs.original.view, rejected),
    ...comparedStories(inputs.modified.view, accepted),
  ]);
  return { exact: found.length === 0, stories: stories.size, differences: found, faults: [] };
}

function readInput(bytes: Uint8Array, role: InputRole, shop: Workshop): { source: Package; view: View } {
  try {
    const source = new Package(bytes, shop);
    return { source, view: readDocument(source, 'accept') };
  } catch (error) {
    throw error instanceof RedlineError ? error.about(role) : error;
  }
}
