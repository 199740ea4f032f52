import type { Web, WebAnswer } from '../documents/index.ts';
import { Outside, type OutsideParts } from '../kit/index.ts';
import { WEB_LIMITS } from './outside-limits.ts';

/** Hosts that are remembered; the one that was asked the longest ago gives way. */
const MOST_HOSTS = 200;

/** The web, each host spared and given up on in time for itself: one that is ill says nothing of the others. */
export function guardedWeb(web: Web, outsideOf: (host: string) => Outside): Web {
  return {
    resolve: (host, signal) => {
      const call = { name: 'resolve', changes: false, signal };
      // Apart from the host itself: a name that is known says nothing of who answers under it.
      return outsideOf(`name of ${host}`).call(call, (attempt) => web.resolve(host, attempt.signal));
    },
    get: (url, address, signal) => {
      // Servers of others are not asked again unbidden.
      const call = {
        name: 'get',
        changes: false,
        repeatable: false,
        signal,
        discard: (answer: WebAnswer) => answer.close(),
      };
      // The body is read after the call has ended, and belongs to whoever asked.
      return outsideOf(url.host).call(call, (attempt) =>
        web.get(url, address, AbortSignal.any([signal, attempt.signal])),
      );
    },
    post: (url, address, message, signal) => {
      // Whoever sends tries again in its own time.
      const call = { name: 'post', changes: true, repeatable: false, signal };
      return outsideOf(url.host).call(call, (attempt) =>
        web.post(url, address, message, AbortSignal.any([signal, attempt.signal])),
      );
    },
  };
}

/** One place for outside calls for each host. */
export function perHost(parts: OutsideParts): (host: string) => Outside {
  const known = new Map<string, Outside>();
  return (host) => {
    const outside = known.get(host) ?? new Outside('Web', WEB_LIMITS, parts);
    known.delete(host);
    known.set(host, outside);
    for (const oldest of known.keys()) {
      if (known.size <= MOST_HOSTS) break;
      known.delete(oldest);
    }
    return outside;
  };
}
