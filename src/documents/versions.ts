import { DocumentsError } from './errors.ts';
import { type Head, MOST_VERSIONS, type StoredContent, type Version, type VersionOrigin } from './head.ts';

/** @throws {DocumentsError} `documents/full`. */
export function nextNumber({ versions }: Head): number {
  if (versions.length < MOST_VERSIONS) return versions.length + 1;
  throw new DocumentsError(
    'documents/full',
    `A document can have ${MOST_VERSIONS} versions. Copy it and go on with the copy.`,
  );
}

/** @param number the current one by default. @throws {DocumentsError} `documents/version-not-found`. */
export function findVersion({ versions }: Head, number: number = versions.length): Version {
  const version = versions[number - 1];
  if (version !== undefined) return version;
  throw new DocumentsError('documents/version-not-found', 'The document has no such version.');
}

/** Every content that a head names. */
export function contentsOf({ versions }: Head): string[] {
  return versions.flatMap(({ content, result }) =>
    result === undefined ? content : [content, result.content],
  );
}

export function newVersion(
  { content, key, facts }: StoredContent,
  number: number,
  origin: VersionOrigin,
  { by, at }: { readonly by: string; readonly at: string },
): Version {
  return { number, content, key, facts, origin, createdAt: at, createdBy: by };
}
