import { sameBytes } from './contents.ts';
import { type Package, relatedPart } from './package.ts';
import type { ZipEntry } from './zip.ts';

/** Parts that are compared only where their bytes differ, and must be sound all the same. */
const SHARED_KINDS = ['styles', 'numbering', 'settings', 'fontTable', 'theme'];

/**
 * Refuses a document whose shared definitions are not well-formed.
 *
 * @param checked  a document whose own were found sound: parts with the same bytes are passed over
 * @throws {RedlineError} `document/damaged-part`, `document/dtd-forbidden`, `limits/exceeded`
 */
export function checkDefinitions(pkg: Package, checked?: Package): void {
  for (const kind of SHARED_KINDS) {
    const part = relatedPart(pkg, pkg.main, kind);
    const known = checked && relatedPart(checked, checked.main, kind);
    if (part === undefined || (checked && known !== undefined && sameStored(checked, known, pkg, part)))
      continue;
    pkg.check(part);
  }
}

/** Do two parts hold the same? Equal stored bytes say so without unpacking either. */
export function samePart(a: Package, partA: string, b: Package, partB: string): boolean {
  return sameStored(a, partA, b, partB) || a.text(partA) === b.text(partB);
}

function sameStored(a: Package, partA: string, b: Package, partB: string): boolean {
  const entry = (pkg: Package, part: string): ZipEntry | undefined =>
    pkg.revised.has(part) ? undefined : pkg.entries.find((e) => e.name === part);
  const [left, right] = [entry(a, partA), entry(b, partB)];
  return (
    left !== undefined &&
    right !== undefined &&
    left.method === right.method &&
    left.crc === right.crc &&
    knownSame(left.stored, right.stored)
  );
}

/** Of bytes that were found equal, what they are equal to: definitions are asked for more than once. */
const equals = new WeakMap<Uint8Array, Uint8Array>();

function knownSame(a: Uint8Array, b: Uint8Array): boolean {
  if (equals.get(a) === b) return true;
  if (!sameBytes(a, b)) return false;
  equals.set(a, b);
  return true;
}
