import type { DocumentEntry, KeptDocument, Version } from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';

/** Nothing of a name acts on the terminal that shows it. */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}

/** `2026-11-22 14:08`, UTC. */
export function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

function kind(type: string): string {
  if (/wordprocessingml|ms-word/.test(type)) return /template/.test(type) ? 'template' : 'word';
  return type.replace(/^(application|image)\//, '');
}

export function listTable(documents: readonly DocumentEntry[]): string {
  const rows = documents.map(({ id, name, type, versions, size, updatedAt, held, labels }) => [
    ...[id, kind(type), versions, size, minute(updatedAt), held ? 'on hold' : ''],
    ...[shown(name), shown(labels.join(', '))],
  ]);
  return textTable(['id', 'kind', 'version', 'bytes', 'changed', 'hold', 'name', 'labels'], rows);
}

function originOf({ origin }: Version): string {
  switch (origin.kind) {
    case 'upload':
      return 'uploaded';
    case 'restored':
      return `restored from version ${origin.version}`;
    case 'copied':
      return `copied from ${origin.document}, version ${origin.version}`;
    default:
      return origin.kind;
  }
}

export function historyTable(versions: readonly Version[]): string {
  const rows = versions.map((version) => [
    version.number,
    minute(version.createdAt),
    shown(version.createdBy),
    originOf(version),
    version.content.size,
    version.content.sha256.slice(0, 12),
  ]);
  return textTable(['version', 'when', 'who', 'what', 'bytes', 'sha-256'], rows);
}

export function documentSummary(document: KeptDocument): string {
  const { id, name, labels, state, versions, createdAt, updatedAt, current, etag } = document;
  const scanned = { clamav: 'for malware', structure: 'structure only' };
  const facts: [string, string][] = [
    ['id', id],
    ['name', shown(name)],
    ['state', state],
    ['labels', shown(labels.join(', '))],
    ['kind', current.content.type],
    ['version', `${current.number} of ${versions}, ${originOf(current)}`],
    ['bytes', String(current.content.size)],
    ['sha-256', current.content.sha256],
    ['checked', current.content.scanned === null ? '' : scanned[current.content.scanned]],
    ['created', minute(createdAt)],
    ['changed', minute(updatedAt)],
    ...retentionFacts(document),
    ['etag', etag],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key.padEnd(8)} ${value}`)
    .join('\n');
}

/** What holds for how long it stays. */
function retentionFacts({ retention }: KeptDocument): [string, string][] {
  if (retention === null) return [];
  const { held, keepUntil, keepRule, deleteAfter, deleteRule, markedAt } = retention;
  const marked = markedAt === null ? '' : `, marked ${minute(markedAt)}`;
  return [
    ['hold', held ? 'on hold: nothing of it can be deleted' : ''],
    ['kept', keepUntil === null ? '' : `until ${minute(keepUntil)} (rule ${keepRule})`],
    ['goes', deleteAfter === null ? '' : `after ${minute(deleteAfter)} (rule ${deleteRule})${marked}`],
  ];
}

/** One line about what a change made. */
export function oneLine({ id, name, state, current }: KeptDocument): string {
  return `${id}  ${shown(name)} (${state === 'deleted' ? 'deleted' : `version ${current.number}`})`;
}
