import { isIP } from 'node:net';
import { z } from 'zod';
import { AT_ONCE } from './access/index.ts';

// The part of the configuration that says who may reach the service.

export interface SignInConfig {
  /** Under which address people find the service; `null`: where it listens. No path. */
  readonly origin: string | null;
  /** The provider and what it knows of this service; `null`: none. The secret is never logged. */
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    /** The claim that names somebody's groups; `null`: none does. */
    readonly groupsClaim: string | null;
  } | null;
  /** Whose identity tokens service accounts may present; `null`: nobody's. */
  readonly tokenIssuer: string | null;
  /** Whether people sign in with passwords that are kept here. */
  readonly local: boolean;
  /** Whether a one-time link is printed at the start. */
  readonly link: boolean;
  /** Each tenant with the domains of its people. */
  readonly tenants: ReadonlyMap<string, readonly string[]>;
  /** Whether the claim `hd` must name the domain. */
  readonly hostedDomain: boolean;
  /** Addresses of people who are made administrators when they sign in. */
  readonly administrators: readonly string[];
  /** From where people and keys of a tenant may ask, as IP addresses and ranges; a tenant that is not named: from everywhere. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Tenants that may ask more often. */
  readonly enterprise: readonly string[];
  /** How many documents and bytes a tenant may keep; under `*` where it is not named itself. */
  readonly quotas: ReadonlyMap<string, { readonly documents: number; readonly bytes: number }>;
  /** Requests that one asker may have under way. */
  readonly atOnce: number;
  /** Sites whose pages may ask with a key or token, never by cookie. */
  readonly sites: readonly string[];
}

const GOOGLE = 'https://accounts.google.com';
const TENANT = /^[a-z0-9][a-z0-9_-]{0,39}$/;
/** A tenant, and the region in which its documents are kept. */
const PLACED_TENANT = /^[a-z0-9][a-z0-9_-]{0,39}(?:@(?:us|eu))?$/;
const DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

/** `acme=acme.com,acme.org; beta@eu=beta.io` */
const tenants = z
  .string()
  .default('')
  .transform((text) => tenantsOf(text))
  .refine(
    (list) =>
      list.every(([name, domains]) => PLACED_TENANT.test(name) && domains.every((one) => DOMAIN.test(one))),
    {
      error: 'must be like NAME=example.com,example.org; OTHER@eu=example.net',
    },
  )
  .refine((list) => isOnce(list.map(([name]) => nameOf(name))), { error: 'must name each tenant once' })
  .refine((list) => isOnce(list.flatMap(([, domains]) => domains)), { error: 'must name each domain once' });

/** `acme=192.0.2.0/24,2001:db8::/32` */
const addresses = z
  .string()
  .default('')
  .transform((text) => tenantsOf(text))
  .refine((list) => list.every(([name, ranges]) => TENANT.test(name) && ranges.every(isRange)), {
    error: 'must be like NAME=192.0.2.0/24,2001:db8::/32; OTHER=198.51.100.7',
  });

const MEGABYTE = 1024 * 1024;
/** `acme=1000,5000; *=100,500`: documents, megabytes. */
const quotas = z
  .string()
  .default('')
  .transform((text) => tenantsOf(text))
  .refine(
    (list) =>
      list.every(
        ([name, [documents = '', megabytes = '', ...more]]) =>
          (name === '*' || TENANT.test(name)) &&
          [documents, megabytes].every((number) => /^\d{1,9}$/.test(number)) &&
          more.length === 0,
      ),
    { error: 'must be like NAME=1000,5000; *=100,500: documents and megabytes' },
  )
  .transform((list) =>
    list.map(
      ([name, [documents, megabytes]]) =>
        [name, { documents: Number(documents), bytes: Number(megabytes) * MEGABYTE }] as const,
    ),
  );

export const signInFields = {
  REDLINE_URL: z
    .string()
    .refine(isOrigin, { error: 'must be https://HOST, or http:// and a loopback address, without a path' })
    .optional(),
  REDLINE_SIGN_IN: z
    .enum(['none', 'link', 'local'], { error: 'must be none, link or local' })
    .default('none'),
  REDLINE_OIDC_ISSUER: z
    .string()
    .refine(isSafe, { error: 'must be https://…, or http:// and a loopback address' })
    .optional(),
  REDLINE_TOKEN_ISSUER: z
    .string()
    .refine(isSafe, { error: 'must be https://…, such as https://accounts.google.com' })
    .optional(),
  REDLINE_OIDC_CLIENT_ID: z.string().max(500).optional(),
  REDLINE_OIDC_CLIENT_SECRET: z.string().max(500).optional(),
  REDLINE_OIDC_GROUPS: z.string().max(200).optional(),
  REDLINE_OIDC_HD: z.enum(['yes', 'no'], { error: 'must be yes or no' }).optional(),
  REDLINE_TENANTS: tenants,
  REDLINE_ADDRESSES: addresses,
  REDLINE_ENTERPRISE: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((one) => one !== '')),
  REDLINE_QUOTAS: quotas,
  REDLINE_AT_ONCE: z.coerce.number().int().min(1).max(10_000).default(AT_ONCE),
  REDLINE_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((one) => one !== ''))
    .refine((list) => list.every((one) => isOrigin(one) && new URL(one).origin === one), {
      error: 'must be origins such as https://app.example.com, with commas between them; * is none',
    }),
  REDLINE_ADMINS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter((one) => one !== ''),
    ),
};

type Given = z.output<z.ZodObject<typeof signInFields>>;

/** What only makes sense together. */
export function checkSignIn(values: Given, context: z.RefinementCtx): void {
  const isOpen = values.REDLINE_OIDC_ISSUER === undefined && values.REDLINE_SIGN_IN === 'none';
  const needing = [
    ['REDLINE_TOKEN_ISSUER', values.REDLINE_TOKEN_ISSUER !== undefined],
    ['REDLINE_CORS_ORIGINS', values.REDLINE_CORS_ORIGINS.length > 0],
  ] as const;
  for (const [name, given] of needing)
    if (isOpen && given)
      context.addIssue({
        code: 'custom',
        path: [name],
        message:
          'needs people who sign in (REDLINE_SIGN_IN or REDLINE_OIDC_ISSUER): otherwise everybody may do all',
      });
  if (values.REDLINE_OIDC_ISSUER === undefined) return;
  for (const name of ['REDLINE_OIDC_CLIENT_ID', 'REDLINE_OIDC_CLIENT_SECRET'] as const)
    if (values[name] === undefined)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'must be given beside REDLINE_OIDC_ISSUER',
      });
  if (values.REDLINE_TENANTS.length === 0)
    context.addIssue({
      code: 'custom',
      path: ['REDLINE_TENANTS'],
      message: 'must say whose people may sign in, such as local=example.com',
    });
}

/** Tenants for whom a region is named. */
export function residenciesOf({ REDLINE_TENANTS }: Given): ReadonlyMap<string, 'us' | 'eu'> {
  return new Map(
    REDLINE_TENANTS.flatMap(([placed]) => {
      const [name = '', residency] = placed.split('@');
      return residency === 'us' || residency === 'eu' ? [[name, residency] as const] : [];
    }),
  );
}

/** What the fields mean. */
export function signInOf(values: Given): SignInConfig {
  const { REDLINE_OIDC_ISSUER: issuer, REDLINE_OIDC_CLIENT_ID: clientId = '' } = values;
  const clientSecret = values.REDLINE_OIDC_CLIENT_SECRET ?? '';
  const groupsClaim = values.REDLINE_OIDC_GROUPS ?? null;
  return {
    origin: values.REDLINE_URL === undefined ? null : new URL(values.REDLINE_URL).origin,
    oidc: issuer === undefined ? null : { issuer, clientId, clientSecret, groupsClaim },
    tokenIssuer: values.REDLINE_TOKEN_ISSUER ?? null,
    link: values.REDLINE_SIGN_IN === 'link',
    local: values.REDLINE_SIGN_IN === 'local',
    tenants: new Map(values.REDLINE_TENANTS.map(([name, domains]) => [nameOf(name), domains])),
    hostedDomain: (values.REDLINE_OIDC_HD ?? (issuer === GOOGLE ? 'yes' : 'no')) === 'yes',
    administrators: values.REDLINE_ADMINS,
    addresses: new Map(values.REDLINE_ADDRESSES),
    enterprise: values.REDLINE_ENTERPRISE,
    quotas: new Map(values.REDLINE_QUOTAS),
    atOnce: values.REDLINE_AT_ONCE,
    sites: values.REDLINE_CORS_ORIGINS,
  };
}

function tenantsOf(text: string): [string, string[]][] {
  const entries = text
    .toLowerCase()
    .split(/[;\s]+/)
    .filter((entry) => entry !== '');
  return entries.map((entry) => {
    const [name = '', domains = ''] = entry.split('=');
    return [name, domains.split(',')];
  });
}

function nameOf(placed: string): string {
  return placed.split('@')[0] ?? '';
}

function isOnce(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

/** Nobody on the way can read it. */
function isSafe(text: string): boolean {
  const url = URL.parse(text);
  const local = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url !== null && (url.protocol === 'https:' || local) && url.username === '' && url.search === '';
}

function isOrigin(text: string): boolean {
  return isSafe(text) && URL.parse(text)?.pathname === '/';
}

function isRange(text: string): boolean {
  const [address = '', bits = '0', more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32);
}
