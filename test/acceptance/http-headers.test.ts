import { afterAll, beforeAll, expect, test } from 'vitest';
import { word } from './kept.ts';
import { ACCESS, openSignIn, type SignInStage } from './sign-in-stage.ts';

// Every header of every kind of answer: one that comes or goes changes a row here.

const SITE = 'https://app.example.com';
const TOKEN = /^[\w-]+$/;
const ETAG = /^"[\w]+"$/;
const COUNTS = /^\d+$/;

type Rows = Readonly<Record<string, string | RegExp>>;

/** What every answer has. */
const EVERY: Rows = {
  connection: 'keep-alive',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  date: /GMT$/,
  'keep-alive': 'timeout=5',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-request-id': TOKEN,
  'x-xss-protection': '0',
};
/** What is under /v1 besides: who may ask from elsewhere, and how often. */
const SHARED: Rows = { vary: 'Origin' };
const RATES: Rows = {
  ...SHARED,
  ratelimit: /^"person";r=\d+;t=\d+$/,
  'ratelimit-policy': '"person";q=600;w=60',
};
const LENGTH: Rows = { 'content-length': COUNTS };
const JSON_BODY: Rows = { ...LENGTH, 'content-type': 'application/json' };
const PROBLEM: Rows = { ...LENGTH, 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
const PAGE: Rows = { ...LENGTH, 'content-type': /^text\/html; charset=utf-8$/i };
const CHUNKED: Rows = { 'transfer-encoding': 'chunked' };
const FRESH: Rows = { 'cache-control': 'no-store' };
const CHECKED: Rows = { 'cache-control': 'no-cache' };
const OWN: Rows = { 'cache-control': 'private, no-cache' };
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const FILE: Rows = {
  ...OWN,
  'accept-ranges': 'bytes',
  'content-disposition': /^attachment; filename="Lease\.docx"; filename\*=UTF-8''Lease\.docx$/,
  'content-security-policy': "default-src 'none'; sandbox",
  'content-type': WORD,
  etag: ETAG,
  'repr-digest': /^sha-256=:[\w+/]{43}=:$/,
};
const COOKIE = /^__Host-redline-[\w-]+=[^;]*; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=(Strict|Lax)/;

interface Asked extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>;
}

let stage: SignInStage;
/** Of somebody who is signed in. */
let authorization: string;
let cookie: string;
/** Of a document, and its ETag. */
let self: string;
let etag: string;

beforeAll(async () => {
  stage = await openSignIn({ REDLINE_CORS_ORIGINS: SITE });
  const ada = await stage.signedIn();
  authorization = `Bearer ${ada.cookies.get(ACCESS)}`;
  cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(word('The rent is 100.'))]), 'Lease.docx');
  const made = await ask('/v1/documents', { method: 'POST', body: form, headers: { authorization } });
  ({ self } = ((await made.json()) as { links: { self: string } }).links);
  etag = made.headers.get('etag') ?? '';
});
afterAll(() => stage.stop());

const ask = (path: string, asked: Asked = {}) =>
  fetch(stage.service.url + path, { redirect: 'manual', ...asked });
const mine = (headers: Record<string, string> = {}, init: Asked = {}): Asked => ({
  ...init,
  headers: { authorization, ...headers },
});

test.each<[string, () => Promise<Response>, number, Rows]>([
  ['the page', () => ask('/'), 200, { ...PAGE, ...CHECKED, 'last-modified': /GMT$/ }],
  ['the description of the API as a page', () => ask('/docs'), 200, { ...PAGE, ...CHECKED }],
  ['the description of the API', () => ask('/openapi.json'), 200, { ...JSON_BODY, ...CHECKED }],
  ['whether the service lives', () => ask('/health/live'), 200, { ...JSON_BODY, ...FRESH }],
  ['how the service is', () => ask('/health'), 200, { ...JSON_BODY, ...FRESH }],
  [
    'the keys of the service',
    () => ask('/.well-known/jwks.json'),
    200,
    { ...JSON_BODY, 'cache-control': 'public, max-age=300' },
  ],
  ['the ways to sign in', () => ask('/auth/ways'), 200, { ...JSON_BODY, ...FRESH }],
  [
    'the way to the provider',
    () => ask('/auth/sign-in'),
    302,
    { ...CHUNKED, ...FRESH, location: /^http:\/\/127/, 'set-cookie': COOKIE },
  ],
  ['a bad way back', () => ask('/auth/callback'), 400, { ...PAGE, ...FRESH, 'set-cookie': COOKIE }],
  [
    'another pair of tokens',
    () => ask('/auth/refresh', { method: 'POST', headers: { cookie, origin: stage.service.url } }),
    204,
    { ...FRESH, 'set-cookie': COOKIE },
  ],
  ['no address of ours', () => ask('/nothing'), 404, PROBLEM],
  ['who one is', () => ask('/v1/me', mine()), 200, { ...JSON_BODY, ...FRESH, ...RATES }],
  [
    'nobody',
    () => ask('/v1/me'),
    401,
    { ...PROBLEM, ...SHARED, 'www-authenticate': 'Bearer realm="redline"' },
  ],
  ['a document that is not there', () => ask('/v1/documents/d_x', mine()), 404, { ...PROBLEM, ...RATES }],
  [
    'no method of the address',
    () => ask('/v1/me', mine({}, { method: 'DELETE' })),
    405,
    { ...PROBLEM, ...RATES, allow: 'GET, HEAD' },
  ],
  ['a document', () => ask(self, mine()), 200, { ...JSON_BODY, ...OWN, ...RATES, etag: ETAG }],
  [
    'a document that is known',
    () => ask(self, mine({ 'if-none-match': etag })),
    304,
    { ...OWN, ...RATES, etag: ETAG },
  ],
  ['its content', () => ask(`${self}/content`, mine()), 200, { ...LENGTH, ...RATES, ...FILE }],
  [
    'a part of its content',
    () => ask(`${self}/content`, mine({ range: 'bytes=0-9' })),
    206,
    { ...LENGTH, ...RATES, ...FILE, 'content-range': /^bytes 0-9\/\d+$/ },
  ],
  [
    'more than its content',
    () => ask(`${self}/content`, mine({ range: 'bytes=999999-' })),
    416,
    { ...PROBLEM, ...RATES, 'content-range': /^bytes \*\/\d+$/ },
  ],
  [
    'what may be asked from another site',
    () =>
      ask('/v1/me', { method: 'OPTIONS', headers: { origin: SITE, 'access-control-request-method': 'GET' } }),
    204,
    {
      ...SHARED,
      'access-control-allow-origin': SITE,
      'access-control-allow-methods': 'GET, HEAD, POST, PATCH, PUT, DELETE',
      'access-control-allow-headers': /^Accept, Authorization, /,
      'access-control-max-age': '600',
    },
  ],
  [
    'somebody on another site',
    () => ask('/v1/me', mine({ origin: SITE })),
    200,
    {
      ...{ ...JSON_BODY, ...FRESH, ...RATES },
      'access-control-allow-origin': SITE,
      'access-control-expose-headers': /RateLimit/,
    },
  ],
])('%s has the headers that are listed, and no other', async (_, asking, status, rows) => {
  const answer = await asking();
  await answer.arrayBuffer();
  expect(answer.status).toBe(status);
  const expected = Object.entries({ ...EVERY, ...rows }).map(([name, value]) => [
    name,
    value instanceof RegExp ? expect.stringMatching(value) : value,
  ]);
  expect(Object.fromEntries(answer.headers)).toEqual(Object.fromEntries(expected));
});
