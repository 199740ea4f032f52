import { problemFrom, unreachable } from './problem.ts';
import { pause, pauseMs, RETRIES, type Retries } from './retries.ts';

/** What is asked of the service. */
export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly accept?: string;
  /** The ETag of the document as it was read. */
  readonly ifMatch?: string;
  /** A lease of one's own: it is done only as long as that lasts. */
  readonly lease?: string | undefined;
  /** Sent again, the request is not done again. What changes something has one of its own where none is given. */
  readonly idempotencyKey?: string | undefined;
  /** `false` for what the service would do twice when it is asked twice, whatever the key. */
  readonly isRepeatable?: boolean;
  readonly json?: object;
  readonly form?: FormData;
  /** Sent as it is, as what it says it is. */
  readonly file?: Blob;
  /** The first byte that is wanted; the service may send all the same. */
  readonly from?: number;
  /** Of the last event that arrived. */
  readonly lastEventId?: string;
  /** How it is to be answered (RFC 7240): `wait=600`, `respond-async`. */
  readonly prefer?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ServiceOptions {
  /** An API key, or the access token of a session, or what makes one for each request; browsers have cookies instead. */
  readonly key?: string | (() => string | Promise<string>) | undefined;
  /** What to do when the service wants somebody to sign in; `true` when asking once more makes sense. */
  readonly renew?: () => Promise<boolean>;
  /** How failures that may pass are met. What is not given is as in `RETRIES`. */
  readonly retries?: Partial<Retries>;
  /** What sends requests; the platform's own by default. */
  readonly fetch?: typeof fetch;
  /** From 0 to 1. */
  readonly random?: () => number;
}

const JSON_TYPE = 'application/json';

/** A running service, named by where it listens; nothing is asked before something is. */
export class Service {
  readonly #base: string;
  readonly #options: ServiceOptions;
  readonly #retries: Retries;

  /** @param base such as `http://127.0.0.1:8080`; empty for the one that the page comes from. */
  constructor(base: string, options: ServiceOptions = {}) {
    this.#base = base.replace(/\/+$/, '');
    this.#options = options;
    this.#retries = { ...RETRIES, ...options.retries };
  }

  addressOf(path: string): string {
    return `${this.#base}${path}`;
  }

  /** Sends one request as it is, but for the credential. Rejects when nothing answers. */
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const { key, fetch: send = fetch } = this.#options;
    const given = typeof key === 'function' ? await key() : key;
    const headers = new Headers(init.headers);
    if (given !== undefined) headers.set('Authorization', `Bearer ${given}`);
    return await send(this.addressOf(path), { ...init, headers });
  }

  /**
   * Asks, again where that may help: what is asked twice is done once, because what changes something has a key that
   * stays the same.
   *
   * @throws {ProblemError} when it answers with a problem or not at all; `signal`'s reason when that ends it.
   */
  async ask(path: string, ask: Ask = {}): Promise<Response> {
    const asked = { ...ask, idempotencyKey: this.#keyOf(ask) };
    return await this.#repeat(() => this.#askOnce(path, asked), ask);
  }

  /** The same for an answer in JSON, which is taken to be what the API's description says. */
  async read<Answer>(path: string, ask: Ask = {}): Promise<Answer> {
    const asked = { accept: JSON_TYPE, ...ask, idempotencyKey: this.#keyOf(ask) };
    // An answer that was cut is asked for again, like one that never began.
    return await this.#repeat(async () => {
      const response = await this.#askOnce(path, asked);
      return (await response.json().catch((error: unknown) => {
        throw ask.signal?.aborted ? error : unreachable(this.#base);
      })) as Answer;
    }, ask);
  }

  /** Until it succeeds, fails for good, or was tried often enough. @throws what it throws last. */
  async #repeat<Answer>(
    attempt: () => Promise<Answer>,
    { signal, isRepeatable = true }: Ask,
  ): Promise<Answer> {
    for (let failures = 1; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        const ms = signal?.aborted || !isRepeatable ? null : this.pauseMs(error, failures);
        if (ms === null) throw error;
        await pause(ms, signal);
      }
    }
  }

  /** How long to wait behind a failure; `null` to give up. @param failures in a row, from 1 */
  pauseMs(error: unknown, failures: number): number | null {
    return pauseMs(error, failures, this.#retries, this.#options.random ?? Math.random);
  }

  /** Where a request is never repeated it needs no key: the service would keep an answer that nobody asks for. */
  #keyOf({ method = 'GET', idempotencyKey }: Ask): string | undefined {
    if (idempotencyKey !== undefined || method === 'GET') return idempotencyKey;
    return this.#retries.attempts > 1 ? crypto.randomUUID() : undefined;
  }

  async #askOnce(path: string, ask: Ask): Promise<Response> {
    const response = await this.#sendOnce(path, ask);
    // What is refused for want of a credential was not done.
    const again = response.status === 401 && (await this.#options.renew?.());
    const answer = again ? await this.#sendOnce(path, ask) : response;
    if (answer.ok) return answer;
    throw problemFrom(await textOf(answer), answer.status, answer.headers.get('Retry-After'));
  }

  async #sendOnce(path: string, ask: Ask): Promise<Response> {
    const { method = 'GET', signal } = ask;
    const init = { method, headers: headersOf(ask), body: bodyOf(ask), signal: signal ?? null };
    return await this.send(path, init).catch((error: unknown) => {
      throw signal?.aborted ? error : unreachable(this.#base);
    });
  }
}

function headersOf(ask: Ask): Record<string, string> {
  const { accept, ifMatch, lease, idempotencyKey, json, from = 0, lastEventId, prefer } = ask;
  return {
    ...(accept === undefined ? {} : { Accept: accept }),
    ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
    ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    ...(prefer === undefined ? {} : { Prefer: prefer }),
    ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    ...(lease === undefined ? {} : { 'Lease-Id': lease }),
    ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
    ...(json === undefined ? {} : { 'Content-Type': JSON_TYPE }),
  };
}

function bodyOf({ json, form, file }: Ask): string | FormData | Blob | null {
  return json === undefined ? (form ?? file ?? null) : JSON.stringify(json);
}

async function textOf(response: Response): Promise<string> {
  return await response.text().catch(() => '');
}
