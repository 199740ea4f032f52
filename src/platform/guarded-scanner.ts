import type { Scanner } from '../documents/index.ts';
import type { Attempt, Outside } from '../kit/index.ts';

/** A malware scanner that is spared and given up on in time. A content is read once, so nothing is scanned again. */
export function guardedScanner(scanner: Scanner, outside: Outside): Scanner {
  return {
    scan: (body, signal) => {
      const call = { name: 'scan', changes: false, repeatable: false, signal };
      return outside.call(call, (attempt) => scanner.scan(timed(body, attempt), attempt.signal));
    },
    probe: () => outside.call({ name: 'probe', changes: false, repeatable: false }, () => scanner.probe()),
  };
}

/** While the content is fetched, the scanner waits for us. */
async function* timed(body: AsyncIterable<Uint8Array>, attempt: Attempt): AsyncIterable<Uint8Array> {
  attempt.hold();
  for await (const chunk of body) {
    attempt.renew();
    yield chunk;
    attempt.hold();
  }
  attempt.renew();
}
