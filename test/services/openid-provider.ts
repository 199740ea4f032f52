import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { decodeJwt, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { freePort } from './processes.ts';

export const CLIENT = { id: 'redline-tests', secret: 'a secret of this test alone' };

/** An account of the provider. */
export interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  /** Only accounts of a Workspace have one. */
  readonly hd?: string;
}

export const ADA: Account = {
  sub: '1001',
  email: 'ada@acme.test',
  email_verified: true,
  name: 'Ada Lovelace',
  hd: 'acme.test',
};
export const BEN: Account = { ...ADA, sub: '1002', email: 'ben@acme.test', name: 'Ben Ng' };

/** How a key of the provider is wrong. */
export interface Lie {
  /** What the ID token says instead. `undefined` takes a claim away. */
  readonly claims?: (claims: JWTPayload) => JWTPayload;
  /** Signs with a key that the provider does not publish. */
  readonly foreignKey?: boolean;
  /** Does not say that it tells of who signs out. */
  readonly isSilent?: boolean;
}

export interface OpenIdServer {
  readonly issuer: string;
  /** Who is at the keyboard. */
  account: Account;
  lie: Lie;
  /** An ID token with these claims, signed as every other one. */
  mint(claims: JWTPayload, type?: string): Promise<string>;
  /** Signs with a new key from now on; the old one is published no more. */
  rotate(): Promise<void>;
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

interface Key {
  readonly id: string;
  readonly secret: CryptoKey;
  readonly open: JWK;
}

/** A real OpenID provider that tells of its accounts as Google does, and lies when it is told to. */
export async function startOpenIdProvider(redirectUris: readonly string[]): Promise<OpenIdServer> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  let key = await newKey();
  const state = { account: ADA, lie: {} as Lie };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [...redirectUris],
        token_endpoint_auth_method: 'client_secret_post',
        backchannel_logout_uri: new URL('/auth/back-channel-logout', redirectUris[0]).href,
        backchannel_logout_session_required: true,
      },
    ],
    claims: { openid: ['sub', 'hd'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    // Its own dispatcher goes to no address of this machine.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...state.account, sub }) }),
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({
        ...(client === undefined ? {} : { clientId: client.clientId }),
        ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    // Besides its own, with which it signs that somebody signed out.
    if (ctx.path === '/jwks') ctx.body = { keys: [...(ctx.body as { keys: JWK[] }).keys, key.open] };
    if (ctx.path === '/.well-known/openid-configuration' && state.lie.isSilent === true)
      ctx.body = { ...(ctx.body as object), backchannel_logout_supported: false };
    const body = ctx.body as { id_token?: string } | undefined;
    if (ctx.path === '/token' && typeof body?.id_token === 'string') {
      ctx.body = { ...body, id_token: await signed(body.id_token, key, state.lie) };
    }
  });
  const server = createServer((request, response) => void answer(provider, state, request, response));
  await open(server, port);
  return Object.assign(state, {
    issuer,
    mint: async (claims: JWTPayload, typ = 'JWT') =>
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: key.id, typ })
        .sign((state.lie.foreignKey === true ? await newKey() : key).secret),
    rotate: async () => {
      key = await newKey();
    },
    down: () => close(server),
    up: () => open(server, port),
    stop: () => close(server),
  });
}

/** The page of the provider: who is at the keyboard goes on with one click. */
async function answer(
  provider: Provider,
  { account }: { account: Account },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url?.startsWith('/interaction/') !== true) return void provider.callback()(request, response);
  if (request.method === 'POST') {
    await provider.interactionFinished(request, response, { login: { accountId: account.sub } });
    return;
  }
  response.setHeader('Content-Type', 'text/html');
  response.end(
    `<!doctype html><html lang="en"><title>Accounts</title><form method="post"><button>Continue as ${account.email}</button></form></html>`,
  );
}

async function signed(
  token: string,
  key: Key,
  { claims = (as) => as, foreignKey = false }: Lie,
): Promise<string> {
  const { secret } = foreignKey ? await newKey() : key;
  const payload = JSON.parse(JSON.stringify(claims(decodeJwt(token)))) as JWTPayload;
  return await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: key.id }).sign(secret);
}

async function newKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const id = randomBytes(8).toString('hex');
  return {
    id,
    secret: privateKey,
    open: { ...(await exportJWK(publicKey)), kid: id, alg: 'RS256', use: 'sig' },
  };
}

async function open(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
