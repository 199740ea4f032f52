import type { IdentityProvider, IssuerKeys } from '../access/index.ts';
import type { Outside } from '../kit/index.ts';

/** An identity provider that is spared and given up on in time. A code is good once, so nothing is finished again. */
export function guardedIdentityProvider(provider: IdentityProvider, outside: Outside): IdentityProvider {
  return {
    begin: (checks) => outside.call({ name: 'begin', changes: false }, () => provider.begin(checks)),
    finish: (callback, checks, now) =>
      outside.call({ name: 'finish', changes: true, repeatable: false }, () =>
        provider.finish(callback, checks, now),
      ),
  };
}

/** Keys of an issuer, asked for in the same way. */
export function guardedIssuerKeys(keys: IssuerKeys, outside: Outside): IssuerKeys {
  return {
    issuer: keys.issuer,
    fetch: () => outside.call({ name: 'fetch', changes: false, repeatable: false }, () => keys.fetch()),
  };
}
