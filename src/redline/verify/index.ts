import type { Codec } from '../codec.ts';
import { type InputRole, RedlineError } from '../errors.ts';
import type { Limits } from '../options.ts';
import type { Verification } from '../report.ts';
import { comparedStories, differences } from './compare.ts';
import { readDocument, resolvedParts, type View } from './document.ts';
import { faultOf, newFaults } from './faults.ts';
import { openWorkshop, Package, sameBytes, type Workshop } from './package.ts';

/**
 * Proves a redline, or says where it fails: rejecting every change of `redline` must give `original`, accepting
 * every change must give `modified`, in text, structure and format of every story (ECMA-376 Part 1 §17.13.5); and
 * the package must hold no fault that neither input has.
 *
 * Shares no reader, model or resolver with the code that writes redlines. Inputs with tracked changes of their own
 * count as what they say when those are accepted; only the original's own bytes give it back as it stands.
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
  try {
    return verdict(inputs, new Package(redline, shop, true), sameBytes(original, redline));
  } catch (error) {
    if (!(error instanceof RedlineError)) throw error;
    return { exact: false, stories: 0, differences: [], faults: [faultOf(error)] };
  }
}

interface Input {
  readonly source: Package;
  readonly view: View;
}

function readInput(bytes: Uint8Array, role: InputRole, shop: Workshop): Input {
  try {
    const source = new Package(bytes, shop);
    return { source, view: readDocument(source, resolvedParts(source, 'accept')) };
  } catch (error) {
    throw error instanceof RedlineError ? error.about(role) : error;
  }
}

function verdict(
  inputs: { readonly original: Input; readonly modified: Input },
  source: Package,
  untouched: boolean,
): Verification {
  const { original, modified } = inputs;
  const rejected = resolvedParts(source, 'reject');
  const accepted = resolvedParts(source, 'accept');
  const views = { rejected: readDocument(source, rejected), accepted: readDocument(source, accepted) };
  const found = [
    ...(untouched ? [] : differences('reject', original.view, views.rejected, modified.view)),
    ...differences('accept', modified.view, views.accepted, original.view),
  ];
  const faults = newFaults({ source, accepted, rejected }, [original.source, modified.source]);
  const stories = new Set([
    ...comparedStories(original.view, views.rejected),
    ...comparedStories(modified.view, views.accepted),
  ]);
  return { exact: found.length + faults.length === 0, stories: stories.size, differences: found, faults };
}
