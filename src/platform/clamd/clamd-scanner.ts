import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Scanner, ScanVerdict } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';

export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number };

export interface ClamdTimes {
  /** Milliseconds until it must have taken the connection. */
  readonly connectMs: number;
  /** Milliseconds in which it must take some bytes or answer; its own `MaxScanTime` is 120,000. */
  readonly idleMs: number;
}

const TIMES: ClamdTimes = { connectMs: 5000, idleMs: 150_000 };
/** Bytes of one piece of a stream; clamd takes up to its `StreamMaxLength`. */
const PIECE_BYTES = 64 * 1024;
/** An answer is one line. */
const MOST_ANSWER_BYTES = 4096;

/** ClamAV through its daemon (clamd(8), command INSTREAM), by TCP or a local socket. One connection for each scan. */
export class ClamdScanner implements Scanner {
  readonly #address: ClamdAddress;
  readonly #times: ClamdTimes;

  constructor(address: ClamdAddress, times: Partial<ClamdTimes> = {}) {
    this.#address = address;
    this.#times = { ...TIMES, ...times };
  }

  async scan(body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ScanVerdict> {
    return verdictOf(await this.#ask(signal, (socket, answered) => sendStream(socket, body, answered)));
  }

  async probe(): Promise<void> {
    const answer = await this.#ask(new AbortController().signal, (socket) => send(socket, 'zPING\0'));
    if (answer !== 'PONG') throw unavailable('clamd does not answer as it should.');
  }

  /** @param send what to say; it ends early once `answered` aborts. */
  async #ask(
    signal: AbortSignal,
    speak: (socket: Socket, answered: AbortSignal) => Promise<void>,
  ): Promise<string> {
    signal.throwIfAborted();
    const socket = connect({ ...this.#address });
    const answered = new AbortController();
    const stop = (): void => void socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    socket.setTimeout(this.#times.connectMs, stop);
    // Its failure is told by the answer, which fails too.
    socket.on('error', () => {});
    try {
      await once(socket, 'connect').catch((cause: unknown) => {
        throw unavailable('clamd cannot be reached.', cause);
      });
      socket.setTimeout(this.#times.idleMs, stop);
      const answer = readAnswer(socket).finally(() => answered.abort());
      const [said] = await Promise.all([answer, speak(socket, answered.signal)]);
      return said;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', stop);
      socket.destroy();
    }
  }
}

/** What clamd says, up to the zero byte that ends it. */
async function readAnswer(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      if (text.includes('\0') || text.length > MOST_ANSWER_BYTES) return text.split('\0', 1)[0] ?? '';
    }
  } catch (cause) {
    throw unavailable('The connection to clamd broke.', cause);
  }
  throw unavailable('clamd did not answer.');
}

/** INSTREAM: pieces with their length in front (4 bytes, big-endian), and one of no length. */
async function sendStream(
  socket: Socket,
  body: AsyncIterable<Uint8Array>,
  answered: AbortSignal,
): Promise<void> {
  await send(socket, 'zINSTREAM\0');
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
      // An answer before the end is a refusal; what is sent behind it nobody reads.
      if (answered.aborted || !socket.writable) return;
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(piece.byteLength);
      socket.write(length);
      await send(socket, piece);
    }
  }
  await send(socket, new Uint8Array(4));
}

/** Resolves when more can be taken, or nothing any more. */
async function send(socket: Socket, bytes: Uint8Array | string): Promise<void> {
  if (!socket.writable || socket.write(bytes)) return;
  const done = new AbortController();
  const one = (event: string) => once(socket, event, { signal: done.signal });
  await Promise.race([one('drain'), one('close')]).catch(() => {});
  done.abort();
}

function verdictOf(answer: string): ScanVerdict {
  if (/^stream: OK$/.test(answer)) return { verdict: 'clean', name: null, engine: 'clamav' };
  const found = /^stream: (.{1,200}) FOUND$/.exec(answer)?.[1];
  if (found !== undefined) return { verdict: 'infected', name: found, engine: 'clamav' };
  if (/size limit exceeded/i.test(answer)) {
    throw new OutsideError('Scanner', 'refused', 'The content is larger than clamd takes (StreamMaxLength).');
  }
  throw unavailable('clamd could not judge the content.');
}

function unavailable(message: string, cause?: unknown): OutsideError {
  return new OutsideError('Scanner', 'unavailable', message, { cause });
}
