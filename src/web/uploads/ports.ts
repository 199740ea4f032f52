import type { Problem, UploadAnswer, UploadPorts, UploadRequest } from '../../client/index.ts';
import { renew } from '../account/renewal.ts';

/** What uploads need of a browser. By XMLHttpRequest, because `fetch` does not say how much of a body was sent. */
export function browserPorts(onWaiting: (waiting: boolean) => void): UploadPorts {
  return {
    request: async (request, onSent, signal) => {
      const answer = await send(request, onSent, signal);
      onWaiting(false);
      // What is refused for want of a credential was not done.
      const again = answer.status === 401 && (await renew());
      return again ? await send(request, onSent, signal) : answer;
    },
    digest: async (bytes) => base64(await crypto.subtle.digest('SHA-256', bytes)),
    wait: async (problem, failures, signal) => {
      if (failures > MOST_FAILURES && !isAway(problem)) return false;
      onWaiting(true);
      await pause(delayOf(problem, failures), signal);
      return true;
    },
  };
}

/** A service that is not there may come back; one that says no this often means it. */
const MOST_FAILURES = 6;
const FIRST_MS = 300;
const MOST_MS = 15_000;

function isAway({ status }: Problem): boolean {
  return status === 0 || status === 502 || status === 503 || status === 504;
}

/** Longer after every failure, by chance a little longer or shorter, so that many do not come back at once. */
function delayOf({ retryAfterSeconds = 0 }: Problem, failures: number): number {
  const backoff = Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
  return Math.max(retryAfterSeconds * 1000, backoff);
}

/** Until the time is over, or the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

function send(
  { method, path, headers, body }: UploadRequest,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<UploadAnswer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    request.open(method, path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onloadend = () => {
      signal.removeEventListener('abort', abort);
      if (request.status === 0) reject(new DOMException('Nothing answered', 'NetworkError'));
      else
        resolve({
          status: request.status,
          header: (name) => request.getResponseHeader(name),
          body: request.responseText,
        });
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) reject(signal.reason);
    else request.send(body ?? null);
  });
}

function base64(digest: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
