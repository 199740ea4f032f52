import type { ByteRange } from '../blob-store.ts';
import type { ContentStore } from '../content-store.ts';
import { DocumentsError } from '../errors.ts';
import { lineOf } from './archive.ts';
import type { ExportState, ExportStore, PlannedFile, Source } from './export-store.ts';
import { END_BYTES, entryBytes, fillOf, tarHeader } from './tar.ts';
import type { TrailPages } from './trail-pages.ts';

export interface ArchiveParts {
  readonly plans: ExportStore;
  readonly contents: ContentStore;
  readonly trail: TrailPages;
}

/**
 * A range of the bytes of an archive, made while they are read: the same whoever asks, whenever. Holds a page of the plan.
 *
 * @throws {OutsideError} `damaged` when something of it is there no more.
 */
export async function* archiveBytes(
  state: ExportState,
  { start, end }: ByteRange,
  parts: ArchiveParts,
): AsyncGenerator<Uint8Array, void, undefined> {
  const time = Math.floor(Date.parse(state.facts.at) / 1000);
  let at = 0;
  for (const [index, page] of state.pages.entries()) {
    const next = state.pages[index + 1]?.start ?? state.size - END_BYTES;
    if (next <= start || page.start >= end) continue;
    at = page.start;
    for (const file of await filesOf(state, page.id, parts.plans)) {
      const begin = at;
      at += entryBytes(file.size);
      if (at <= start || begin >= end) continue;
      const header = tarHeader(file.name, file.size, time);
      yield* part(header, begin, start, end);
      const body = begin + header.length;
      const range = { start: Math.max(0, start - body), end: Math.min(file.size, end - body) };
      if (range.start < range.end) yield* fileBytes(state, file, range, parts);
      yield* part(new Uint8Array(fillOf(file.size)), body + file.size, start, end);
    }
  }
  yield* part(new Uint8Array(END_BYTES), state.size - END_BYTES, start, end);
}

/** What of some bytes that begin somewhere lies in a range. */
function* part(bytes: Uint8Array, at: number, start: number, end: number): Iterable<Uint8Array> {
  const cut = bytes.subarray(Math.max(0, start - at), Math.max(0, end - at));
  if (cut.length > 0) yield cut;
}

/** The plan's files, as lines. */
export async function* fileLines(
  state: ExportState,
  pages: number,
  store: ExportStore,
): AsyncIterable<Uint8Array> {
  for (const { id } of state.pages.slice(0, pages)) {
    const lines = (await filesOf(state, id, store)).map(lineOf);
    yield Buffer.from(lines.join(''));
  }
}

async function filesOf(
  state: ExportState,
  page: string,
  store: ExportStore,
): Promise<readonly PlannedFile[]> {
  const files = await store.readPage(state.facts, page);
  if (files === null) throw new DocumentsError('exports/not-found', 'The export is over.');
  return files;
}

async function* fileBytes(
  state: ExportState,
  { source }: PlannedFile,
  range: ByteRange,
  parts: ArchiveParts,
): AsyncIterable<Uint8Array> {
  const { tenant } = state.facts;
  switch (source.kind) {
    case 'content':
      return yield* await parts.contents.read(tenant, source.document, source.content, range);
    case 'text':
      return yield* cut([Buffer.from(source.text)], range);
    case 'events':
      return yield* cut([await eventBytes(tenant, source, parts.trail)], range);
    case 'files':
      return yield* cut(fileLines(state, source.pages, parts.plans), range);
  }
}

async function eventBytes(
  tenant: string,
  { first, actor }: Extract<Source, { kind: 'events' }>,
  trail: TrailPages,
): Promise<Uint8Array> {
  return Buffer.from((await trail.page(tenant, first, actor)).text);
}

async function* cut(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { start, end }: ByteRange,
): AsyncIterable<Uint8Array> {
  let at = 0;
  for await (const piece of pieces) {
    yield* part(piece, at, start, end);
    at += piece.length;
    if (at >= end) return;
  }
}
