import { DocumentsError } from './errors.ts';
import { type Head, MOST_VERSIONS, type StoredContent, type Version, type VersionOrigin } from './head.ts';
import type { HeadStore } from './head-store.ts';

/** How many versions there are, wherever they stand. */
export function versionCount({ versions }: Head): number {
  return versions.at(-1)?.number ?? 0;
}

/** @throws {DocumentsError} `documents/full`. */
export function nextNumber(head: Head): number {
  const count = versionCount(head);
  if (count < MOST_VERSIONS) return count + 1;
  throw new DocumentsError(
    'documents/full',
    `A document can have ${MOST_VERSIONS} versions. Copy it and go on with the copy.`,
  );
}

/** @throws {DocumentsError} `documents/version-not-found`, of heads that stand for no document. */
export function currentVersion({ versions }: Head): Version {
  return versions.at(-1) ?? missing();
}

/** @param number the current one by default. @throws {DocumentsError} `documents/version-not-found`. */
export async function findVersion(heads: HeadStore, head: Head, number?: number): Promise<Version> {
  if (number === undefined) return currentVersion(head);
  return (await heads.pages.find(head, number)) ?? missing();
}

function missing(): never {
  throw new DocumentsError('documents/version-not-found', 'The document has no such version.');
}

/** Every content that a version names. */
export function contentsOf({ content, result }: Version): string[] {
  return result === undefined ? [content] : [content, result.content];
}

export function newVersion(
  { content, key, facts }: StoredContent,
  number: number,
  origin: VersionOrigin,
  { by, at }: { readonly by: string; readonly at: string },
): Version {
  return { number, content, key, facts, origin, createdAt: at, createdBy: by };
}
