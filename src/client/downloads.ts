import { unreachable } from './problem.ts';
import type { Ask, Service } from './service.ts';

/** What is being downloaded. Its bytes can be read once, by one of the three ways. */
export interface Download {
  /** Media type. */
  readonly type: string;
  /** Bytes; `null` where the service does not say so before. */
  readonly size: number | null;
  /** The name that the service gives it. */
  readonly name: string | null;
  readonly etag: string | null;
  /** The bytes as they arrive; those that a broken connection cost are asked for again where the service can do so. */
  pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
}

/**
 * Asks for a file.
 *
 * @throws {ProblemError} also while it is read: `client/unreachable` where it ends early and cannot go on.
 */
export async function download(service: Service, path: string, ask: Ask = {}): Promise<Download> {
  const response = await service.ask(path, ask);
  const { headers } = response;
  const length = headers.get('Content-Length');
  const about = {
    type: headers.get('Content-Type') ?? '',
    // The length is that of what travelled, which was another where it travelled packed.
    size: length === null || headers.has('Content-Encoding') ? null : Number(length),
    name: nameIn(headers.get('Content-Disposition') ?? ''),
    etag: headers.get('ETag'),
  };
  const canResume = (ask.method ?? 'GET') === 'GET' && headers.get('Accept-Ranges') === 'bytes';
  const pieces = (): AsyncGenerator<Uint8Array<ArrayBuffer>, void> =>
    piecesOf(response, about, (from) =>
      canResume && about.etag !== null
        ? service.ask(path, { ...ask, from, ifMatch: about.etag })
        : Promise.reject(unreachable()),
    );
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => joined(await collected(pieces()));
  return { ...about, pieces, bytes, text: async () => new TextDecoder().decode(await bytes()) };
}

const PARTIAL = 206;
/** Cuts of one download without a byte between them, after which it is given up. */
const MOST_CUTS = 4;

async function* piecesOf(
  first: Response,
  { size }: Pick<Download, 'size'>,
  goOn: (from: number) => Promise<Response>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let response = first;
  let arrived = 0;
  let cuts = 0;
  for (;;) {
    const reader = response.body?.getReader();
    let isCut = false;
    try {
      for (;;) {
        const next = await reader?.read().catch(() => {
          isCut = true;
        });
        if (next?.value === undefined) break;
        arrived += next.value.length;
        if (next.value.length > 0) cuts = 0;
        yield next.value;
      }
    } finally {
      // Nobody waits for what is left.
      void reader?.cancel().catch(() => {});
    }
    if (!isCut && (size === null || arrived === size)) return;
    if (++cuts > MOST_CUTS || size === null || arrived >= size) throw unreachable();
    response = await goOn(arrived);
    if (arrived > 0 && response.status !== PARTIAL) throw unreachable();
  }
}

async function collected(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** RFC 6266: the name in any script goes first. */
function nameIn(disposition: string): string | null {
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? [];
  if (encoded !== undefined && !/%(?![0-9a-f]{2})/i.test(encoded)) return decodeURIComponent(encoded);
  return /filename="([^"]*)"/i.exec(disposition)?.[1] ?? null;
}
