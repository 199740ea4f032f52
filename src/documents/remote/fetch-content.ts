import { OutsideError } from '../../kit/index.ts';
import { DocumentsError } from '../errors.ts';
import { addressOf, namesHost } from './address-of.ts';
import type { Web, WebAnswer } from './web.ts';

/** From where contents may be fetched. */
export interface RemoteRules {
  /** `example.com`, with a port `example.com:8443`, or `*.example.com` for every host below it. None: nothing. */
  readonly hosts: readonly string[];
  /** Whether `http` is allowed beside `https`. */
  readonly plain: boolean;
  readonly mostBytes: number;
  /** Milliseconds for everything, to the last byte. */
  readonly timeMs: number;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_URL = 2048;

/**
 * Fetches a content. Each host, that of every redirect too, must be one of the rules', and every address that it has
 * must be public; the connection goes to one of the addresses that were looked at. What kind of content it is is not
 * asked of the other side.
 *
 * @returns the bytes; they throw `documents/too-large`, or what ends the connection.
 * @throws {DocumentsError} `documents/address-not-allowed`, `documents/address-failed`, `documents/too-large`.
 */
export async function fetchContent(
  web: Pick<Web, 'resolve' | 'get'>,
  rules: RemoteRules,
  address: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(rules.timeMs)]);
  const told = <T>(work: () => Promise<T>): Promise<T> => explained(work, signal, bounded);
  const answer = await told(() => follow(web, rules, address, bounded));
  if (answer.size !== null && answer.size > rules.mostBytes) {
    answer.close();
    throw tooLarge(rules.mostBytes);
  }
  return counted(answer, rules.mostBytes, told);
}

async function follow(
  web: Pick<Web, 'resolve' | 'get'>,
  rules: RemoteRules,
  given: string,
  signal: AbortSignal,
): Promise<WebAnswer> {
  let url = readUrl(given);
  for (let step = 0; step <= MOST_REDIRECTS; step += 1) {
    checkUrl(url, rules);
    const answer = await web.get(url, await addressOf(web, url, [], signal), signal);
    if (answer.status === 200) return answer;
    answer.close();
    const next = REDIRECTS.includes(answer.status) ? answer.location : null;
    if (next === null) throw failed(`The other server answered with the status ${answer.status}.`);
    url = readUrl(next, url);
  }
  throw failed(`The address leads to more than ${MOST_REDIRECTS} others.`);
}

function readUrl(text: string, base?: URL): URL {
  const url = text.length <= MOST_URL ? URL.parse(text, base?.href) : null;
  if (url === null) throw notAllowed('It is no address that can be read.');
  return url;
}

function checkUrl(url: URL, { hosts, plain }: RemoteRules): void {
  if (url.protocol !== 'https:' && !(plain && url.protocol === 'http:')) {
    throw notAllowed(`It must start with https:${plain ? ' or http:' : ''}.`);
  }
  if (url.username !== '' || url.password !== '') throw notAllowed('It may hold no name or password.');
  if (!hosts.some((host) => namesHost(host, url)))
    throw notAllowed('The host is not one that is allowed here.');
}

async function* counted(
  answer: WebAnswer,
  most: number,
  told: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncIterable<Uint8Array> {
  const chunks = answer.body[Symbol.asyncIterator]();
  let size = 0;
  try {
    for (;;) {
      const next = await told(() => chunks.next());
      if (next.done === true) break;
      size += next.value.byteLength;
      if (size > most) throw tooLarge(most);
      yield next.value;
    }
    if (answer.size !== null && size !== answer.size)
      throw failed('The other server sent less than it announced.');
  } finally {
    answer.close();
  }
}

/** Turns what goes wrong outside into what the caller can do something about; who gave up himself learns nothing new. */
async function explained<T>(work: () => Promise<T>, signal: AbortSignal, bounded: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (bounded.aborted) throw failed('The other server took too long.');
    if (error instanceof OutsideError && error.failure === 'refused') {
      throw failed('The other server could not prove that it is the host of the address.');
    }
    if (error instanceof OutsideError) throw failed('The other server could not be reached, or broke off.');
    throw error;
  }
}

function notAllowed(why: string): DocumentsError {
  return new DocumentsError('documents/address-not-allowed', `The address cannot be fetched. ${why}`);
}

function failed(message: string): DocumentsError {
  return new DocumentsError('documents/address-failed', message);
}

function tooLarge(most: number): DocumentsError {
  return new DocumentsError('documents/too-large', `The file has more than ${most} bytes.`);
}
