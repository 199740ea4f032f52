import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBLEMS } from '../../src/http/errors.ts';
import { ROUTE_ACTIONS } from '../../src/http/route-policy.ts';
import { BEN } from '../services/openid-provider.ts';
import { buildDocx, documentXml } from '../support/package.ts';
import { faultsOf, type Shape, type Shapes, valuesOf } from '../support/shapes.ts';
import { ACCESS, me, openSignIn, REFRESH, type SignInStage } from './sign-in-stage.ts';

// Whatever the description of the API lets somebody send, and what it does not: no fault of ours, every problem as RFC 9457 says, every
// answer as described, and nothing of what must not be told. REDLINE_FUZZ_SEED and REDLINE_FUZZ_RUNS look for more.

const SEED = Number(process.env.REDLINE_FUZZ_SEED ?? '20261122');
const RUNS = Number(process.env.REDLINE_FUZZ_RUNS ?? '5');

/** Words that stand in documents, names and credentials, and nowhere else. */
const TEXT = 'Zwetschgenkuchen';
const NAME = 'Quittengelee';
const GUESS = 'Mirabellenmus';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Shape }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Shape }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, { schema?: Shape }> }>>;
}

let stage: SignInStage;
let shapes: Shapes;
let paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
let authorization: string;
let account: string;
let ids: Readonly<Record<string, string>>;
let secrets: readonly string[];

const docx = (text = TEXT) =>
  Uint8Array.from(
    buildDocx({
      'word/document.xml': documentXml(`<w:p><w:r><w:t>${text} one</w:t></w:r></w:p><w:sectPr/>`),
    }),
  );

beforeAll(async () => {
  stage = await openSignIn({
    ...{ REDLINE_ENTERPRISE: 'acme', REDLINE_AT_ONCE: '1000', REDLINE_PROXIES: '1' },
    ...{ REDLINE_OFFICE: 'none', REDLINE_BROWSER: 'none' },
  });
  const one = await stage.signedIn();
  const made = async (path: string, json: object) =>
    (await (await one.fetch(path, { method: 'POST', json })).json()) as { id: string; key: string };
  const { key } = await made('/v1/api-keys', { name: 'k', scopes: ['compare'] });
  const service = await made('/v1/service-accounts', { name: 'CI', scopes: ['compare'] });
  authorization = `Bearer ${one.cookies.get(ACCESS)}`;
  secrets = [key, key.slice(26), one.cookies.get(ACCESS) ?? '', one.cookies.get(REFRESH) ?? '', TEXT, GUESS];
  account = service.id;
  const api = (await (await fetch(`${stage.service.url}/openapi.json`)).json()) as {
    paths: typeof paths;
    components: { schemas: Shapes };
  };
  paths = api.paths;
  shapes = api.components.schemas;
});
afterAll(() => stage.stop());

/** A document with a redline of it, that nobody has spoilt yet. */
async function keepAnew(): Promise<void> {
  const post = async (path: string, field: string, text: string) => {
    const body = new FormData();
    body.set(field, new Blob([docx(text)]), `${NAME}.docx`);
    const answer = await fetch(`${stage.service.url}${path}`, {
      method: 'POST',
      body,
      headers: { authorization },
    });
    return (await answer.json()) as { id: string };
  };
  const document = await post('/v1/documents', 'file', TEXT);
  const redline = await post(`/v1/documents/${document.id}/redlines`, 'modified', `${TEXT} and two`);
  expect([document.id, redline.id]).toEqual([expect.stringMatching(/^d_/), expect.stringMatching(/^r_/)]);
  const started = await fetch(`${stage.service.url}/v1/uploads`, {
    method: 'POST',
    headers: { authorization, 'tus-resumable': '1.0.0', 'upload-length': '8' },
  });
  const { session: other } = await me(await stage.signedIn({ ...BEN, sub: 'ended' }));
  ids = {
    ...{ document: document.id, redline: redline.id, service: account, session: String(other) },
    upload: started.headers.get('location')?.split('/').at(-1) ?? '',
  };
}

/** Of which an address names one. */
function idIn(pattern: string): string | undefined {
  if (pattern.includes('service')) return ids.service;
  if (pattern.includes('sessions')) return ids.session;
  return pattern.includes('uploads') ? ids.upload : ids.document;
}

/** What a write to a document or redline is bound to, as it stands now. */
async function etagOf(path: string): Promise<string> {
  const [one] = /^\/v1\/documents\/[^/?]+(?:\/redlines\/r_[^/?]+)?/.exec(path) ?? [];
  if (one === undefined) return '"1"';
  return (
    (await fetch(`${stage.service.url}${one}`, { headers: { authorization } })).headers.get('etag') ?? '"1"'
  );
}

const texts = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('1', 'a', 'redline', GUESS, '', ' ', '../x', '\u0000', '💥', 'é'.repeat(300)),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
);

/** Stands for the ETag that is current when the request is sent. */
const CURRENT = '"current"';

/** What can stand in a header. */
const plain = texts.map((text) => text.replace(/[^\x20-\x7e]/g, '?'));

interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyInit | null;
}

function requestsOf(pattern: string, { parameters = [], requestBody }: Operation): fc.Arbitrary<Request> {
  const named = (name: string) => {
    const known = name === 'redline' ? ids.redline : idIn(pattern);
    const good = name === 'id' || name === 'redline' ? (known ?? '') : '1';
    return fc.oneof({ weight: 4, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: texts });
  };
  const segments = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const path = fc
    .tuple(...segments.map(named))
    .map((values) =>
      values.reduce<string>((text, value) => text.replace(/\{\w+\}/, () => segment(value)), pattern),
    );
  const query = fc.record(
    Object.fromEntries(
      parameters
        .filter((one) => one.in === 'query')
        .map((one) => [one.name, valuesOf(one.schema, shapes, texts)]),
    ),
    { requiredKeys: [] },
  );
  const headers = fc.record(
    {
      'if-match': fc.oneof(
        { weight: 4, arbitrary: fc.constant(CURRENT) },
        fc.constantFrom('"1"', '*', 'W/"1"', ''),
        plain,
      ),
      'idempotency-key': fc.uuid(),
      accept: fc.constantFrom('application/json', 'text/html', '*/*', 'text/csv', 'image/x'),
      range: fc.constantFrom('bytes=0-1', 'bytes=9-', 'bytes=-1', 'pages=1'),
      'x-request-id': fc.constantFrom('fuzz-12345', '?', 'x'.repeat(200)),
    },
    { requiredKeys: [] },
  );
  const body = bodiesOf(requestBody?.content ?? {});
  const tus = pattern.startsWith('/v1/uploads') ? piecesOf() : fc.constant({});
  return fc.record({ path, query, headers, body, tus }).map((drawn) => ({
    path: `${drawn.path}${searchOf(drawn.query)}`,
    headers: { ...drawn.headers, ...drawn.body.headers, ...drawn.tus },
    body: drawn.body.body,
  }));
}

/** Headers of pieces of an upload, most of which fit one another. */
function piecesOf(): fc.Arbitrary<Record<string, string>> {
  const numbers = fc.constantFrom('8', '0', '3', '-1', '1e3', '99999999999999', '9999999999999999', '');
  const mostly = (good: string) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: numbers }, plain);
  return fc.record(
    {
      'tus-resumable': mostly('1.0.0'),
      'upload-length': mostly('8'),
      'upload-offset': mostly('0'),
      'upload-metadata': mostly(`filename ${Buffer.from(NAME).toString('base64')}`),
      'upload-checksum': mostly(`sha1 ${createHash('sha1').update('eight by').digest('base64')}`),
      'content-type': mostly('application/offset+octet-stream'),
    },
    { requiredKeys: ['tus-resumable', 'upload-length', 'upload-offset', 'content-type'] },
  );
}

/** As a client writes it that knows no better; an empty one would be another address. */
function segment(value: string): string {
  return encodeURIComponent(wellFormed(value)).replace(/^\.{1,2}$|^$/, 'x');
}

/** Half a letter goes into no address. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function searchOf(query: object): string {
  const found = Object.entries(query).map(([name, value]) => [
    name,
    wellFormed(typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
  return found.length === 0 ? '' : `?${new URLSearchParams(found)}`;
}

function bodiesOf(
  content: Readonly<Record<string, { readonly schema: Shape }>>,
): fc.Arbitrary<{ headers: Record<string, string>; body: BodyInit | null }> {
  const kinds = Object.entries(content).map(([type, { schema }]) =>
    type === 'multipart/form-data'
      ? formsOf(schema)
      : type === 'application/offset+octet-stream'
        ? fc
            .constantFrom('eight by', 'ei', 'eight by and more', '')
            .map((bytes) => ({ headers: {}, body: bytes }))
        : jsonOf(type, schema),
  );
  const wrong = fc.record({
    headers: fc.record({
      'content-type': fc.constantFrom('application/json', 'text/plain', 'a/b;c', 'multipart/form-data'),
    }),
    body: fc.oneof(
      fc.constantFrom('{', '[]', 'null', '', '['.repeat(20_000), `{"a":${'{"a":'.repeat(5000)}`),
      texts,
    ),
  });
  if (kinds.length === 0) return fc.constant({ headers: {}, body: null });
  return fc.oneof({ weight: 5, arbitrary: fc.oneof(...kinds) }, { weight: 1, arbitrary: wrong });
}

function jsonOf(type: string, schema: Shape) {
  return valuesOf(schema, shapes, texts).map((value) => ({
    headers: { 'content-type': type },
    body: JSON.stringify(value) ?? 'null',
  }));
}

function formsOf(schema: Shape) {
  const fields = Object.entries(schema.properties ?? {}).map(([name, shape]) => {
    const isFile = 'contentMediaType' in shape || 'format' in shape;
    const file = fc.constantFrom(docx(), docx(`${TEXT} changed`), Uint8Array.of(1, 2, 3), new Uint8Array());
    const value = isFile ? file : valuesOf(shape, shapes, texts).map((one) => JSON.stringify(one) ?? 'null');
    return fc.option(
      value.map((one) => [name, one] as const),
      { freq: 8, nil: null },
    );
  });
  return fc.tuple(...fields).map((found) => {
    const body = new FormData();
    for (const field of found) {
      if (field === null) continue;
      const [name, value] = field;
      if (typeof value === 'string') body.append(name, value);
      else body.append(name, new Blob([Uint8Array.from(value)]), `${NAME}.docx`);
    }
    return { headers: {}, body: body as BodyInit };
  });
}

let asked = 0;

async function ask(method: string, { path, headers, body }: Request, credential: Record<string, string>) {
  asked += 1;
  // Nobody is slowed down: a minute passes between one request and the next.
  stage.time.stands = (stage.time.stands ?? Date.now()) + 60_000;
  const from = { 'x-forwarded-for': `198.51.${(asked >> 8) & 255}.${asked & 255}` };
  const current = headers['if-match'] === CURRENT ? { 'if-match': await etagOf(path) } : {};
  const all = { ...from, ...headers, ...current, ...credential };
  const init = {
    method: method.toUpperCase(),
    redirect: 'manual',
    ...(body === null ? {} : { body }),
  } as const;
  return await fetch(`${stage.service.url}${path}`, { ...init, headers: all });
}

const STREAM = 'text/event-stream';

/** Of what goes on for as long as somebody listens. */
async function beginningOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return new TextDecoder().decode(value);
}

/** What is wrong with an answer. */
async function faultsIn(answer: Response, method: string, operation: Operation): Promise<readonly string[]> {
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const { status } = answer;
  const text = method === 'head' ? '' : await (type === STREAM ? beginningOf(answer) : answer.text());
  // What makes PDFs was taken away here; nothing else may be missing.
  const isMissing = status === 501 && text.includes('"pdf/not-available"');
  if (status >= 500 && !isMissing) return [`status ${status}: ${text.slice(0, 200)}`];
  if (status >= 400) {
    if (type !== 'application/problem+json') return [`a problem as ${type}`];
    const problem = JSON.parse(text) as { code: string; status: number };
    const told = secrets.filter((secret) => text.includes(secret)).map((secret) => `tells ${secret}`);
    const kind = Object.hasOwn(PROBLEMS, problem.code) ? [] : [`an unknown code ${problem.code}`];
    const same = problem.status === status ? [] : [`${problem.status} in the body of ${status}`];
    return [
      ...faultsOf(
        problem,
        operation.responses.default?.content?.['application/problem+json']?.schema ?? {},
        shapes,
      ),
      ...kind,
      ...same,
      ...told.filter((one) => !one.endsWith(GUESS)),
    ];
  }
  const described = operation.responses[String(status)];
  if (described === undefined) return [`status ${status} is not described`];
  const { content } = described;
  if (text === '' && (content === undefined || status === 304)) return [];
  if (content?.[type] === undefined) return [`${status} as ${type} is not described`];
  return type === 'application/json' ? faultsOf(JSON.parse(text), content[type].schema ?? {}, shapes) : [];
}

const ROUTES = Object.keys(ROUTE_ACTIONS);

describe('whatever is sent', () => {
  test.each(ROUTES)('%s', async (route) => {
    const [method = '', pattern = ''] = route.split(' ');
    const operation = paths[pattern]?.[method];
    if (operation === undefined) throw new Error('The description does not know it.');
    await keepAnew();
    const law = fc.asyncProperty(requestsOf(pattern, operation), async (request) => {
      const answer = await ask(method, request, { authorization });
      expect(await faultsIn(answer, method, operation)).toEqual([]);
    });
    await fc.assert(law, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });
});

describe('whoever asks', () => {
  const credentials = fc.oneof(
    plain.map((text) => ({ authorization: `Bearer ${GUESS}${text}` })),
    plain.map((text) => ({ authorization: text })),
    plain.map((text) => ({ authorization: `Bearer rl_live_${GUESS}${text}` })),
    plain.map((text) => ({ cookie: `${ACCESS}=${GUESS}${text}` })),
    plain.map((text) => ({
      authorization: `Bearer eyJhbGciOiJub25lIn0.${Buffer.from(text).toString('base64url')}.`,
    })),
  );

  test('without a good credential is nobody, on every route', async () => {
    const routes = ROUTES.filter((route) => ROUTE_ACTIONS[route] !== 'open');
    const law = fc.asyncProperty(fc.constantFrom(...routes), credentials, async (route, credential) => {
      const [method = '', pattern = ''] = route.split(' ');
      const path = pattern.replace(/\{\w+\}/g, 'x');
      const answer = await ask(method, { path, headers: {}, body: null }, credential);
      const { code } = (await answer.json()) as { code: string };
      expect([answer.status, code]).toEqual([401, 'access/sign-in-required']);
    });
    await fc.assert(law, { seed: SEED, numRuns: 20 * RUNS, endOnFailure: true });
  });
});

test('nothing of what was in documents, their names and credentials is in the log', () => {
  const log = JSON.stringify(stage.service.lines);
  expect(stage.service.lines.length).toBeGreaterThan(ROUTES.length);
  for (const secret of [...secrets, NAME]) expect(log.includes(secret), secret.slice(0, 20)).toBe(false);
  expect(stage.service.lines.filter(({ level }) => level === 'error' || level === 50)).toEqual([]);
});
