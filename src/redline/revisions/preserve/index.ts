import type { Codec } from '../../codec.ts';
import { openPackage, type Package, PackageEditor, revisePackage } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { hasRevisions } from '../decide/names.ts';
import { storyParts } from '../result.ts';
import { decodePart } from './decode.ts';
import { encodePart, wholeUnits } from './encode.ts';
import { BLOCK_SIGN, blockNumbers, EarlierTable, MARK } from './table.ts';

/** Two documents made ready for a comparison that keeps the tracked changes which they hold. */
export interface Preserved {
  readonly original: Package;
  readonly modified: Package;
  /** Are there changes to put back? */
  readonly keeps: boolean;
  /** Parts in which changes could not be kept: they are settled, and marked as changes of ours. */
  readonly settledParts: readonly string[];
  /** Puts the earlier changes back into the redline, and says which blocks do not fit any more, by their keys. */
  readonly finish: (redline: Uint8Array) => Finished;
}

export interface Finished {
  readonly redline: Uint8Array;
  readonly misfits: readonly string[];
  /** Parts where an earlier revision could not stay beside one of ours. */
  readonly lost: readonly string[];
}

/**
 * Takes earlier tracked changes out of the way. What cannot be kept is rejected in the original and accepted in the
 * modified document, so that rejecting all changes of the redline gives the original with its own rejected, and
 * accepting all the modified document with its own accepted.
 *
 * @param misfits  keys of blocks that cannot be taken out whole
 * @param deep  keep revisions of marks, rows and formatting as well, not of content alone
 */
export function preserve(
  original: Package,
  modified: Package,
  misfits: ReadonlySet<string>,
  deep: boolean,
  limits: Limits,
  codec: Codec,
): Preserved {
  const table = new EarlierTable();
  const settledParts = new Set<string>();
  const units = (pkg: Package): Set<string> =>
    new Set(trackedParts(pkg).flatMap((part) => [...wholeUnits(pkg.root(part), deep)]));
  const [mine, theirs] = [units(original), units(modified)];
  const shared = new Set([...mine].filter((key) => theirs.has(key) && !misfits.has(key)));
  const encoded = (pkg: Package, verdict: 'accept' | 'reject'): Package => {
    const revised = new Map<string, string>();
    for (const part of trackedParts(pkg)) {
      const root = pkg.root(part);
      const { xml, settled } = encodePart(root, verdict, { shared, deep }, table, limits.xmlDepth);
      if (settled > 0) settledParts.add(part);
      revised.set(part, xml);
    }
    return revisePackage(pkg, revised, limits);
  };
  const [a, b] = [encoded(original, 'reject'), encoded(modified, 'accept')];
  return {
    original: a,
    modified: b,
    keeps: !table.isEmpty,
    settledParts: [...settledParts],
    finish: (redline) =>
      table.isEmpty ? { redline, misfits: [], lost: [] } : finished(redline, table, limits, codec),
  };
}

/** Parts with tracked changes. */
export function trackedParts(pkg: Package): string[] {
  return storyParts(pkg).filter((part) => hasRevisions(pkg.root(part).source));
}

function finished(redline: Uint8Array, table: EarlierTable, limits: Limits, codec: Codec): Finished {
  const pkg = openPackage(redline, codec, limits);
  const parts = storyParts(pkg);
  let last = Math.max(0, ...parts.map((part) => highestId(pkg.root(part).source)));
  const editor = new PackageEditor(pkg, codec);
  const left: number[] = [];
  const parting: string[] = [];
  for (const part of parts) {
    const root = pkg.root(part);
    if (!root.source.includes(MARK) && !root.source.includes(BLOCK_SIGN)) continue;
    const { xml, lost } = decodePart(root, table, () => ++last);
    if (lost > 0) parting.push(part);
    left.push(...blockNumbers(xml));
    editor.replace(part, xml);
  }
  return { redline: editor.bytes(), misfits: table.keysOf(left), lost: parting };
}

function highestId(xml: string): number {
  let highest = 0;
  for (const m of xml.matchAll(/\sw:id="(\d{1,9})"/g)) highest = Math.max(highest, Number(m[1]));
  return highest;
}
