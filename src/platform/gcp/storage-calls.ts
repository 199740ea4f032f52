import { Storage } from '@google-cloud/storage';
import type { AuthClient } from 'google-auth-library';
import type { OutsideError } from '../../kit/index.ts';
import { type Refusal, refusalOf, storageError } from './storage-errors.ts';

export interface StorageOptions {
  /** Where the API is, when it is not at Google: `http://127.0.0.1:4443`. */
  readonly endpoint?: string;
  /** Who calls; found in the surroundings by default (workload identity). */
  readonly authClient?: AuthClient;
  readonly projectId?: string;
  /** Milliseconds for one call, or for the next piece of a body; 30,000 by default. */
  readonly deadlineMs?: number;
}

/** The answer to one call over HTTP, its body still to be read or cancelled. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/**
 * Calls to Cloud Storage, one attempt each: whether a call is tried again is decided outside, by whoever knows what it
 * means. The client's own methods serve where a call is a question and an answer; bytes go over `send`, because the client's
 * streams do not tell a write that may have been done from one that was not, and end a body that broke off.
 */
export class StorageCalls {
  readonly client: Storage;
  readonly deadlineMs: number;

  constructor({ endpoint, authClient, projectId, deadlineMs = 30_000 }: StorageOptions = {}) {
    this.deadlineMs = deadlineMs;
    this.client = new Storage({
      retryOptions: { autoRetry: false, maxRetries: 0 },
      ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
      ...(authClient === undefined ? {} : { authClient }),
      ...(projectId === undefined ? {} : { projectId }),
    });
  }

  /** The result of a method of the client. @throws {OutsideError} */
  ask<T>(effect: 'question' | 'change', call: () => Promise<T>): Promise<T> {
    return this.askUnless<T, never>([], null as never, effect, call);
  }

  /** The same, or `otherwise` when the service answers with one of these statuses. */
  async askUnless<T, U>(
    statuses: readonly number[],
    otherwise: U,
    effect: 'question' | 'change',
    call: () => Promise<T>,
  ): Promise<T | U> {
    try {
      return await this.#inTime(call());
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.status !== null && statuses.includes(refusal.status) && !isNoBucket(refusal))
        return otherwise;
      throw storageError(refusal, effect);
    }
  }

  /** Sends one call with the client's credentials, and resolves with whatever is answered. @throws {OutsideError} */
  async send({ method, url, headers = {}, body }: Call, effect: 'question' | 'change'): Promise<Answer> {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), this.deadlineMs);
    try {
      const {
        status,
        headers: answered,
        data,
      } = await this.client.authClient.request<ReadableStream | null>({
        method,
        url,
        headers: { 'Accept-Encoding': 'identity', ...headers },
        ...(body === undefined ? {} : { data: body }),
        signal: aborter.signal,
        responseType: 'stream',
        redirect: 'manual',
        retry: false,
        validateStatus: () => true,
        fetchImplementation: globalThis.fetch,
      });
      return { status, headers: answered, body: data };
    } catch (error) {
      throw storageError(refusalOf(error), effect);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The whole answer as text, within the deadline. @throws {OutsideError} */
  async textOf({ body }: Answer, effect: 'question' | 'change'): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.within(body, effect)) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  /** The pieces of a body, each within the deadline; cancels the body when it is left before its end. */
  async *within(
    body: ReadableStream<Uint8Array> | null,
    effect: 'question' | 'change',
  ): AsyncGenerator<Uint8Array> {
    const reader = body?.getReader();
    try {
      while (reader !== undefined) {
        const { done, value } = await this.#inTime(reader.read()).catch((error: unknown) => {
          throw storageError({ ...refusalOf(error), status: null }, effect);
        });
        if (done) return;
        yield value;
      }
    } finally {
      await reader?.cancel().catch(() => {});
    }
  }

  /** What an answer that is none of those that were expected means; reads it to its end. */
  async unexpected(answer: Answer, effect: 'question' | 'change'): Promise<OutsideError> {
    const { status, headers } = answer;
    const text = await this.textOf(answer, effect).catch(() => '');
    return storageError({ status, ...said(text), retryAfter: headers.get('retry-after') }, effect);
  }

  /** The client has a time limit of its own, which its transport does not keep on Node. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = Object.assign(new Error('There was no answer in time.'), { code: 'ETIMEDOUT' });
      timer = setTimeout(() => reject(error), this.deadlineMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** 404 says the same of an object and of its bucket, but for its text. */
function isNoBucket({ status, message }: Refusal): boolean {
  return status === 404 && /bucket does not exist/i.test(message);
}

/** The JSON API's error, where an answer holds one; its media and uploads may answer with bare text. */
function said(text: string): { reason: string; message: string } {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; errors?: { reason?: string }[] } };
    const reason = error?.errors?.[0]?.reason ?? '';
    return { reason: /^\w{1,40}$/.test(reason) ? reason : '', message: error?.message ?? '' };
  } catch {
    return { reason: '', message: text.slice(0, 1000) };
  }
}
