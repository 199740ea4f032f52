import type { Identity } from '../people/people.ts';
import type { IdentityClaims } from '../ports/identity-provider.ts';

/** Who may sign in, by configuration. */
export interface AdmissionRules {
  /** Each tenant with the domains whose people belong to it, in lower case. */
  readonly tenants: ReadonlyMap<string, readonly string[]>;
  /** The claim `hd` must name the domain: Google Workspace. Without it the verified address decides. */
  readonly hostedDomain: boolean;
  /** Addresses, in lower case. */
  readonly administrators: readonly string[];
}

/** Why an account may not sign in, in fixed words for the log. */
export type Refusal =
  | 'service account'
  | 'email missing'
  | 'email not verified'
  | 'hd missing'
  | 'domain not allowed';

/** To which tenant somebody belongs, if to any. The issuer, audience and times of the claims were checked before. */
export function admit(claims: IdentityClaims, rules: AdmissionRules): Identity | Refusal {
  const email = claims.email?.toLowerCase() ?? null;
  if (email === null || !/^[^@\s]+@[^@\s]+$/.test(email)) return 'email missing';
  if (!claims.emailVerified) return 'email not verified';
  // Programs present their token with each request; nobody signs in as one.
  if (email.endsWith('.gserviceaccount.com')) return 'service account';
  if (rules.hostedDomain && claims.hostedDomain === null) return 'hd missing';
  // An address of another domain proves nothing about a Workspace, and the other way round: where `hd` is there, it decides.
  const domain = (claims.hostedDomain ?? email.slice(email.lastIndexOf('@') + 1)).toLowerCase();
  const tenant = [...rules.tenants].find(([, domains]) => domains.includes(domain))?.[0];
  if (tenant === undefined) return 'domain not allowed';
  const { issuer, subject, name, groups } = claims;
  const administrator = rules.administrators.includes(email);
  return { tenant, issuer, subject, email, name, groups, administrator };
}
