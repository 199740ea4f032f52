import { docx, p, r } from '../support/redlines.ts';
import type { Service } from './service.ts';

// What tests of kept documents ask with.

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly etag: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire's JSON, looked into by `toMatchObject`
  readonly body: any;
}

export type Ask = (path: string, init?: RequestInit) => Promise<Answer>;

export function asking(service: () => Service): Ask {
  return async (path, init = {}) => {
    const response = await fetch(`${service().url}${path}`, init);
    const json = /json/.test(response.headers.get('content-type') ?? '');
    const body = json ? await response.json() : new Uint8Array(await response.arrayBuffer());
    const { status, headers } = response;
    return { status, headers, etag: headers.get('etag') ?? '', body };
  };
}

export const json = (method: string, body: object, headers: Record<string, string> = {}): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

/** A Word document of so many paragraphs. */
export const word = (...paragraphs: readonly string[]): Uint8Array =>
  docx(paragraphs.map((one) => p(r(one))).join(''));

export function file(bytes: Uint8Array, name = 'Lease.docx'): FormData {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)]), name);
  return form;
}

/** A document with these versions. @returns the answer to the last request. */
export async function keep(ask: Ask, ...versions: readonly Uint8Array[]): Promise<Answer> {
  const [first = word('x'), ...more] = versions;
  let answer = await ask('/v1/documents', { method: 'POST', body: file(first) });
  for (const bytes of more) {
    const headers = { 'if-match': answer.etag };
    answer = await ask(`${answer.body.links.self}/versions`, { method: 'POST', body: file(bytes), headers });
  }
  return answer;
}
