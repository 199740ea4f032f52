import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import {
  type ClientRequest,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import type { Web, WebAnswer, WebMessage, WebReply } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';

const MOST_HEADER_BYTES = 16 * 1024;

/** Codes of certificates that do not prove what they should (Node's TLS). */
const UNPROVEN = /^(?:CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** The web through Node. Nothing of the environment (proxies) decides where a request goes. */
export class NodeWeb implements Web {
  readonly #authorities: string | undefined;

  /** @param authorities certificates in PEM that are trusted instead of the usual ones. */
  constructor(authorities?: string) {
    this.#authorities = authorities;
  }

  async resolve(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
    try {
      signal.throwIfAborted();
      const found = await Promise.race([lookup(host, { all: true }), aborted]);
      return found.map(({ address }) => address);
    } catch (cause) {
      signal.throwIfAborted();
      throw unavailable('The name of a host could not be resolved.', cause);
    }
  }

  async get(url: URL, address: string, signal: AbortSignal): Promise<WebAnswer> {
    const sent = this.#request(url, address, { Accept: '*/*', 'Accept-Encoding': 'identity' }, signal);
    const message = await answered(sent, null, signal);
    return answerOf(message, () => sent.destroy());
  }

  async post(
    url: URL,
    address: string,
    { headers, body }: WebMessage,
    signal: AbortSignal,
  ): Promise<WebReply> {
    const length = { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = this.#request(url, address, { ...headers, ...length }, signal, 'POST');
    try {
      const { statusCode = 0, headers: given } = await answered(sent, body, signal);
      return { status: statusCode, retryAfter: given['retry-after'] ?? null };
    } finally {
      sent.destroy();
    }
  }

  #request(
    url: URL,
    address: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    method = 'GET',
  ): ClientRequest {
    signal.throwIfAborted();
    const isPlain = url.protocol === 'http:';
    const sent = (isPlain ? plainRequest : request)(url, {
      method,
      // An agent of its own: no connection is shared, and none goes through a proxy.
      agent: isPlain ? new PlainAgent() : new Agent(),
      // Nothing is resolved again: the name is only what the other side is called by and has to prove.
      hostname: address,
      ...(isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
      ...(this.#authorities === undefined || isPlain ? {} : { ca: this.#authorities }),
      headers: { Host: url.host, 'User-Agent': 'Redline', ...headers },
      maxHeaderSize: MOST_HEADER_BYTES,
      signal,
    });
    // What goes wrong is told to whoever waits; once the answer is there nobody does.
    sent.on('error', () => {});
    return sent;
  }
}

/** Sends a request to its end. @returns what is answered, as soon as its head is there. */
async function answered(
  sent: ClientRequest,
  body: string | null,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    const response = once(sent, 'response');
    sent.end(body ?? undefined);
    const [message] = (await response) as [IncomingMessage];
    // Its failure is told by the reading; where nobody reads, nobody asks.
    message.on('error', () => {});
    return message;
  } catch (cause) {
    sent.destroy();
    throw explained(cause, signal);
  }
}

function answerOf(message: IncomingMessage, close: () => void): WebAnswer {
  const { location, 'content-length': length } = message.headers;
  return {
    status: message.statusCode ?? 0,
    location: location ?? null,
    size: length === undefined ? null : Number(length),
    body: bytesOf(message),
    close,
  };
}

async function* bytesOf(message: IncomingMessage): AsyncIterable<Uint8Array> {
  try {
    yield* message as AsyncIterable<Buffer>;
  } catch (cause) {
    throw unavailable('The connection to another server broke.', cause);
  }
}

function explained(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (!UNPROVEN.test(code)) return unavailable('Another server could not be asked.', cause);
  return new OutsideError('Web', 'refused', 'Another server did not prove that it is the host.', { cause });
}

function unavailable(message: string, cause: unknown): OutsideError {
  return new OutsideError('Web', 'unavailable', message, { cause });
}
