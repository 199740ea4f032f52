import { problemFrom, unreachable } from './problem.ts';

/** What is asked of the service. */
export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly accept?: string;
  /** The ETag of the document as it was read. */
  readonly ifMatch?: string;
  /** Sent again, the request is not done again. */
  readonly idempotencyKey?: string;
  readonly json?: object;
  readonly form?: FormData;
  /** Sent as it is, as what it says it is. */
  readonly file?: Blob;
  /** The first byte that is wanted; the service may send all the same. */
  readonly from?: number;
  readonly signal?: AbortSignal | undefined;
}

const JSON_TYPE = 'application/json';

/** A running service, named by where it listens; nothing is asked before something is. */
export class Service {
  /** Headers that say who asks. */
  readonly credential: Readonly<Record<string, string>>;
  readonly #base: string;
  readonly #renew: () => Promise<boolean>;

  /**
   * @param base such as `http://127.0.0.1:8080`; empty for the one that the page comes from.
   * @param renew what to do when the service wants somebody to sign in; `true` when asking once more makes sense.
   * @param key of a program; browsers have cookies instead.
   */
  constructor(base: string, renew: () => Promise<boolean> = async () => false, key?: string) {
    this.#renew = renew;
    this.#base = base.replace(/\/+$/, '');
    this.credential = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  }

  addressOf(path: string): string {
    return `${this.#base}${path}`;
  }

  /** @throws {ProblemError} when it answers with a problem or not at all; `signal`'s reason when that ends it. */
  async ask(path: string, ask: Ask = {}): Promise<Response> {
    const response = await this.#send(path, ask);
    // What is refused for want of a credential was not done.
    const again = response.status === 401 && (await this.#renew());
    const answer = again ? await this.#send(path, ask) : response;
    if (answer.ok) return answer;
    throw problemFrom(await textOf(answer), answer.status, answer.headers.get('Retry-After'));
  }

  async #send(path: string, ask: Ask): Promise<Response> {
    const { method = 'GET', signal } = ask;
    const init = {
      method,
      headers: { ...this.credential, ...headersOf(ask) },
      body: bodyOf(ask),
      signal: signal ?? null,
    };
    return await fetch(this.addressOf(path), init).catch((error: unknown) => {
      throw signal?.aborted ? error : unreachable(this.#base);
    });
  }

  /** The same for an answer in JSON, which is taken to be what the API's description says. */
  async read<Answer>(path: string, ask: Ask = {}): Promise<Answer> {
    const response = await this.ask(path, { accept: JSON_TYPE, ...ask });
    return (await response.json().catch((error: unknown) => {
      throw ask.signal?.aborted ? error : unreachable(this.#base);
    })) as Answer;
  }
}

function headersOf({ accept, ifMatch, idempotencyKey, json, from = 0 }: Ask): Record<string, string> {
  return {
    ...(accept === undefined ? {} : { Accept: accept }),
    ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
    ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
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
