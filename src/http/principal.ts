import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import {
  type Access,
  AccessError,
  type Actor,
  clientAddress,
  type Grant,
  grantOf,
  localOperator,
  type Principal,
  signInRequired,
} from '../access/index.ts';
import { cookieOf } from './cookies.ts';
import { noteDecision } from './decisions.ts';
import { RequestError } from './errors.ts';
import { assertWithin } from './rates.ts';
import type { HttpEnv } from './services.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** Whoever has such a link needs nothing else: it was signed for that. */
const OPEN = /^\/v1\/links\/[^/]+$/;

/**
 * Finds out who asks. Without sign-in that is whoever sits at the machine; with it, nobody gets further without a good
 * credential: a token in `Authorization`, or the cookie of a page of ours.
 */
export function authenticate(access: Access): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    if (!(OPEN.test(c.req.path) && SAFE_METHODS.includes(c.req.method))) {
      const principal = await principalOf(c, access);
      if (!access.isNear(principal, c.get('address'))) {
        throw new AccessError('access/refused', 'Not from this address.');
      }
      c.set('principal', principal);
    }
    await next();
  };
}

/** @throws {AccessError} `access/refused` to everybody but administrators. */
export function administratorOf(c: Context<HttpEnv>): Principal {
  const principal = c.get('principal');
  if (principal === undefined) throw signInRequired();
  if (principal.role === 'administrator') return principal;
  throw new AccessError('access/refused', 'Only an administrator may do that.');
}

/** Finds out from where a request came. @param proxies how many stand in front of the service. */
export function locate(proxies: number): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const socket = (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? null;
    c.set('address', clientAddress(socket, c.req.header('x-forwarded-for'), proxies));
    await next();
  };
}

/** A cookie comes along with requests of any page, where a browser errs: only our own pages may change something by it. */
export function assertOwnPage(c: Context<HttpEnv>): void {
  // That a header `Origin` names this service was looked at before; see `stayLocal`.
  if (c.req.header('sec-fetch-site') === 'same-origin' || c.req.header('origin') !== undefined) return;
  throw new RequestError('request/origin-not-allowed', 'The request was not sent by a page of this service.');
}

async function principalOf(c: Context<HttpEnv>, access: Access): Promise<Principal> {
  const requestId = c.get('requestId');
  const address = c.get('address');
  const token = bearerOf(c);
  if (token === undefined && !access.required) {
    const actor = { ...localOperator(requestId, address), ...noting(c) };
    return { actor, role: 'administrator', standing: null, key: null };
  }
  if (token?.startsWith('rl_') === true) return await principalOfKey(c, access, token);
  if (token !== undefined && access.identityTokens?.claims(token) === true) {
    return await principalOfService(c, access, access.identityTokens, token);
  }
  const cookie = token === undefined && c.get('site') === undefined ? cookieOf(c, 'access') : undefined;
  const standing = await access.signedIn.standing(token ?? cookie ?? '');
  if (standing === null) return await stranger(c, access);
  if (cookie !== undefined && !SAFE_METHODS.includes(c.req.method)) assertOwnPage(c);
  const { tenant, id, role } = standing.person;
  const actor: Actor = {
    ...{ tenant, kind: 'person', id, credential: standing.session.id, requestId },
    address: await access.addressFor(tenant, id, address),
    subjects: await access.subjectsOf(standing.person),
    administrator: role === 'administrator',
    ...noting(c),
  };
  return { actor, role, standing, key: null };
}

async function principalOfKey(c: Context<HttpEnv>, access: Access, text: string): Promise<Principal> {
  const requestId = c.get('requestId');
  const address = c.get('address');
  const key = await access.apiKeys.verify(text);
  const role = key === null ? null : await access.apiKeys.roleOf(key);
  if (key === null || role === null) return await stranger(c, access);
  const { tenant, id } = key;
  const actor: Actor = {
    ...{ tenant, kind: 'key', id, credential: id, requestId },
    address: await access.addressFor(tenant, key.person, address),
    subjects: await access.subjectsOfKey(key),
    custodian: isCustodian(key, role === 'administrator' || key.service !== null),
    ...noting(c),
  };
  return { actor, role, service: key.service !== null, standing: null, key };
}

async function principalOfService(
  c: Context<HttpEnv>,
  access: Access,
  tokens: NonNullable<Access['identityTokens']>,
  text: string,
): Promise<Principal> {
  const requestId = c.get('requestId');
  const address = c.get('address');
  const email = await tokens.verify(text);
  const account = email === null ? null : await access.services.byEmail(email);
  if (account === null) return await stranger(c, access);
  const { tenant, id } = account;
  const actor: Actor = {
    ...{ tenant, kind: 'service-account', id, address, requestId },
    credential: 'identity-token',
    subjects: [`service:${id}`],
    custodian: isCustodian(account, true),
    ...noting(c),
  };
  return { actor, role: 'member', service: true, standing: null, key: grantOf(account) };
}

/** Members' own keys are not, whatever scopes they have. */
function isCustodian({ scopes }: Pick<Grant, 'scopes'>, mayBe: boolean): boolean {
  return mayBe && scopes.includes('retention:manage');
}

/** Has what is decided about an actor noted with the request. */
function noting(c: Context<HttpEnv>): Pick<Actor, 'decided'> {
  return { decided: (decision) => noteDecision(c, decision) };
}

/** Whoever guesses at credentials is slowed down. */
async function stranger(c: Context<HttpEnv>, access: Access): Promise<never> {
  assertWithin(c, await access.rates.countStranger(c.get('address')));
  throw signInRequired();
}

/** `undefined` without the header. @throws {AccessError} for another scheme. */
function bearerOf(c: Context<HttpEnv>): string | undefined {
  const given = c.req.header('authorization');
  if (given === undefined) return undefined;
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(given) ?? [];
  if (token === undefined) throw signInRequired();
  return token;
}
