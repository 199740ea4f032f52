import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { html } from 'hono/html';
import { type Access, AccessError, type Person, signInRequired, type Tokens } from '../../access/index.ts';
import type { EventActor } from '../../audit/index.ts';
import { cookieOf, forgetFlow, forgetTokens, keepFlow, keepTokens } from '../cookies.ts';
import { PROBLEMS, RequestError, toProblem } from '../errors.ts';
import { page } from '../pages/page.ts';
import { assertOwnPage } from '../principal.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shortBody } from './document-api.ts';

const linkBody = z.object({ link: z.string().max(200) });
const localBody = z.object({ email: z.string().max(320), password: z.string().max(1000) });
const changeBody = z.object({ current: z.string().max(1000), password: z.string().max(1000) });
const passwordBody = z.object({ link: z.string().max(200), password: z.string().max(1000) });

const NO_PROVIDER = 'Nobody signs in through a provider here.';
const FRESH = { 'Cache-Control': 'no-store' };

/**
 * Signing in and out, for the pages of this service: it holds the tokens, and the browser only cookies. Not part of the API's
 * description; programs send keys.
 */
export function addAuthRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { access } = services;
  app.get('/.well-known/jwks.json', async (c) =>
    c.json(await access.keys.published(), 200, { 'Cache-Control': 'public, max-age=300' }),
  );
  app.get('/auth/ways', (c) =>
    c.json(
      {
        required: access.required,
        provider: access.signIn !== null,
        link: access.byLink,
        local: access.local !== null,
      },
      200,
      FRESH,
    ),
  );
  addProviderRoutes(app, services);
  app.post('/auth/link', shortBody, async (c) => {
    assertOwnPage(c);
    await access.countTry(c.get('address'));
    const { link } = linkBody.safeParse(await c.req.json().catch(() => null)).data ?? { link: '' };
    await signedIn(c, access, await access.redeemLink(link, deviceOf(c)));
    return c.body(null, 204, FRESH);
  });
  addLocalRoutes(app, services);
  app.post('/auth/refresh', async (c) => {
    assertOwnPage(c);
    await access.countTry(c.get('address'));
    await signedIn(c, access, await refreshed(c, access));
    return c.body(null, 204, FRESH);
  });
  app.post('/auth/sign-out', async (c) => {
    assertOwnPage(c);
    const who = await whoIs(c, access);
    if (who !== null) {
      await access.signedIn.signOut(who.tenant, who.id);
      c.set('audited', { actor: await actorOf(c, access, who, 'sign-out') });
    }
    forgetTokens(c);
    return c.body(null, 204, FRESH);
  });
}

/** Passwords that are kept here. */
function addLocalRoutes(app: OpenAPIHono<HttpEnv>, { access }: HttpServices): void {
  const begin = async (c: Context<HttpEnv>) => {
    assertOwnPage(c);
    await access.countTry(c.get('address'));
    if (access.local !== null) return access.local;
    throw new RequestError('request/not-found', 'Nobody signs in by a password here.');
  };
  app.post('/auth/local', shortBody, async (c) => {
    const local = await begin(c);
    const given = localBody.safeParse(await c.req.json().catch(() => null));
    const { email, password } = given.data ?? { email: '', password: '' };
    await signedIn(c, access, await local.signIn(email, password, deviceOf(c)));
    return c.body(null, 204, FRESH);
  });
  app.post('/auth/password', shortBody, async (c) => {
    const local = await begin(c);
    const given = passwordBody.safeParse(await c.req.json().catch(() => null));
    const { link, password } = given.data ?? { link: '', password: '' };
    await signedIn(c, access, await local.setPassword(link, password, deviceOf(c)));
    return c.body(null, 204, FRESH);
  });
  app.put('/auth/password', shortBody, async (c) => {
    const local = await begin(c);
    const standing = await access.signedIn.standing(cookieOf(c, 'access') ?? '');
    if (standing === null) throw signInRequired();
    const { id } = standing.person;
    c.set('audited', { actor: await actorOf(c, access, standing.person, standing.session.id), object: id });
    const given = changeBody.safeParse(await c.req.json().catch(() => null));
    const { current, password } = given.data ?? { current: '', password: '' };
    const tokens = await local.changePassword(standing.person, { current, next: password }, deviceOf(c));
    keepTokens(c, tokens);
    return c.body(null, 204, FRESH);
  });
}

function addProviderRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { access, origin } = services;
  app.get('/auth/sign-in', (c) =>
    orPage(c, services, async () => {
      await access.countTry(c.get('address'));
      const { url, flow } = await providerOf(access).begin(c.req.query('return'));
      keepFlow(c, flow);
      c.header('Cache-Control', 'no-store');
      return c.redirect(url, 302);
    }),
  );
  // The provider itself says who signed out there: a form with a token that it signed (Back-Channel Logout 1.0 § 2.5).
  app.post('/auth/back-channel-logout', shortBody, async (c) => {
    const { providerLogout } = access;
    if (providerLogout === null) throw new RequestError('request/not-found', NO_PROVIDER);
    const given = new URLSearchParams(await c.req.text()).get('logout_token') ?? '';
    const [person] = await providerLogout.receive(given).catch(async (error: unknown) => {
      // What is no token of the provider counts as a guess; those that are may be many at once.
      await access.countTry(c.get('address'));
      throw error;
    });
    if (person !== undefined) {
      c.set('audited', { actor: await actorOf(c, access, person, 'provider'), object: person.id });
    }
    return c.body(null, 200, FRESH);
  });
  app.get('/auth/callback', (c) =>
    orPage(c, services, async () => {
      await access.countTry(c.get('address'));
      const callback = new URL(`${c.req.path}${new URL(c.req.url).search}`, origin());
      const flow = cookieOf(c, 'flow');
      forgetFlow(c);
      const { tokens, returnTo } = await providerOf(access).finish(callback, flow, deviceOf(c));
      await signedIn(c, access, tokens);
      c.header('Cache-Control', 'no-store');
      return c.redirect(returnTo, 303);
    }),
  );
}

async function signedIn(c: Context<HttpEnv>, access: Access, tokens: Tokens): Promise<void> {
  const { tenant, person, id } = tokens.session;
  c.set('audited', { actor: await actorOf(c, access, { tenant, id: person }, id), object: id });
  keepTokens(c, tokens);
}

async function actorOf(
  c: Context<HttpEnv>,
  access: Access,
  { tenant, id }: Pick<Person, 'tenant' | 'id'>,
  credential: string,
): Promise<EventActor> {
  const requestId = c.get('requestId');
  const address = await access.addressFor(tenant, id, c.get('address'));
  return { tenant, kind: 'person', id, credential, address, requestId };
}

function providerOf({ signIn }: Access) {
  if (signIn !== null) return signIn;
  throw new RequestError('request/not-found', NO_PROVIDER);
}

/** A browser is on its way: what goes wrong is told on a page, with a way on. */
async function orPage(
  c: Context<HttpEnv>,
  { log }: HttpServices,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const { problem, headers } = toProblem(error, c.get('requestId'));
    c.set('problemCode', problem.code);
    log.info('sign-in not finished', { requestId: c.get('requestId'), code: problem.code });
    const { title, advice } = PROBLEMS[problem.code];
    const body = html`<h1>${title}</h1>
      <p>${advice}</p>
      <p><a href="/">Back to Redline</a></p>
      <p class="soft">Request ${problem.requestId}</p>`;
    const status = problem.status as 400;
    return c.html(page(title, body), status, { ...headers, ...FRESH });
  }
}

/** Cookies that are good for nothing any more are taken back. */
async function refreshed(c: Context<HttpEnv>, access: Access): Promise<Tokens> {
  const token = cookieOf(c, 'refresh');
  try {
    if (token === undefined) throw signInRequired();
    return await access.signedIn.refresh(token);
  } catch (error) {
    if (error instanceof AccessError && error.code === 'access/sign-in-required') forgetTokens(c);
    throw error;
  }
}

/** Who signs out: by the access token, or the refresh token where that one is over. */
async function whoIs(c: Context<HttpEnv>, access: Access) {
  const standing = await access.signedIn.standing(cookieOf(c, 'access') ?? '');
  if (standing !== null) return standing.person;
  const token = cookieOf(c, 'refresh');
  if (token === undefined) return null;
  try {
    const { session } = await access.signedIn.refresh(token);
    return { tenant: session.tenant, id: session.person };
  } catch (error) {
    if (error instanceof AccessError) return null;
    throw error;
  }
}

function deviceOf(c: Context<HttpEnv>) {
  return { device: c.req.header('user-agent') ?? '', address: c.get('address') };
}
