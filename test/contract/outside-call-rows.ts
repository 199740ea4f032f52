import { readFileSync } from 'node:fs';

/** What docs/outside-calls.md says of every call. */
export const ROWS = readFileSync(new URL('../../docs/outside-calls.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) =>
    /^\| (BlobStore|KeyService|Scanner|Sessions|RateLimits|Cache|Channel|JobQueue|Leases|IdentityProvider|IssuerKeys|Web|AuditSink|LockedPlace) +\|(.*\|){4}$/.test(
      line,
    ),
  )
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, port = '', call = '', unanswered, again, open]) => ({ port, call, unanswered, again, open }));
