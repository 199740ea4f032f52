import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/kit/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
import { openLibrary, openMover, openTrail } from '../../src/roles/index.ts';
import { type Account, ADA } from '../services/openid-provider.ts';
import { contentsBelow } from '../support/folders.ts';
import type { Visitor } from '../support/visitor.ts';
import { file, word } from './kept.ts';
import { ACCESS, openSignIn, type SignInStage } from './sign-in-stage.ts';

// People of an organisation in the Union do everything that leaves a trace, beside others. Then every byte of the data folder that is not
// in the folder of the Union is looked through; and, after the organisation moved, every byte of that one.

/** Words of the organisation; each is found in the files of its own region or nowhere. */
const WORDS = {
  name: 'Zanzibar lease',
  label: 'quetzalcoatl',
  text: 'thermopylae',
  address: 'ada@acme.test',
  person: 'Ada Lovelace',
  account: 'Robot of Tenochtitlan',
  device: 'Netscape Navigator 4.7',
  credential: 'Nightly crocodile',
  group: 'Team Popocatepetl',
  hook: 'hooks.xochimilco.example',
} as const;
/** Of the tenant as such: in names of files and rows. */
const TENANT = 'tlaxcala';
const CY: Account = { ...ADA, sub: '3001', email: 'cy@other.test', name: 'Cy Twombly', hd: 'other.test' };

let folder: string;
let data: string;
let stage: SignInStage;
let cy: Visitor;
let document: string;
let tenants: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redline-residency-'));
  data = join(folder, 'data');
  tenants = 'tlaxcala@eu=acme.test,acme.example; other@us=other.test';
  stage = await openSignIn({ REDLINE_TENANTS: tenants }, () => ({}), { dataDirectory: data });
  cy = await stage.signedIn(CY);
  await send(cy, '/v1/documents', file(word('Of others.'), 'Others.docx'));
  await leaveTraces();
}, 120_000);
afterAll(async () => {
  await stage.provider.stop();
  rmSync(folder, { recursive: true });
});

async function send(who: Visitor, path: string, body: FormData, headers = {}): Promise<Response> {
  const authorization = `Bearer ${who.cookies.get(ACCESS)}`;
  const url = `${stage.service.url}${path}`;
  const answer = await fetch(url, { method: 'POST', body, headers: { authorization, ...headers } });
  expect(answer.status, path).toBe(201);
  return answer;
}

/** Everything that is asked of a service on an ordinary day. */
async function leaveTraces(): Promise<void> {
  const visitor = stage.visitor();
  const ask = async (path: string, options: Parameters<Visitor['fetch']>[1], status: number) => {
    const headers = { 'user-agent': WORDS.device, ...options?.headers };
    const answer = await visitor.fetch(path, { ...options, headers });
    expect([path, answer.status]).toEqual([path, status]);
    return answer;
  };
  const way = await visitor.wayBack();
  await ask(way, {}, 303);
  const made = await send(visitor, '/v1/documents', file(word(`The ${WORDS.text} is 100.`), 'x.docx'), {
    'idempotency-key': 'once',
  });
  const { id } = (await made.json()) as { id: string };
  document = `/v1/documents/${id}`;
  const described = { name: `${WORDS.name}.docx`, labels: [WORDS.label] };
  const etag = { 'if-match': made.headers.get('etag') ?? '' };
  const named = await ask(document, { method: 'PATCH', json: described, headers: etag }, 200);
  const version = await send(visitor, `${document}/versions`, file(word(`The ${WORDS.text} is 120.`)), {
    'if-match': named.headers.get('etag') ?? '',
  });
  const now = { 'if-match': version.headers.get('etag') ?? '' };
  await ask(`${document}/redlines`, { method: 'POST', json: {} }, 201);
  await ask(`/v1/documents?name=${encodeURIComponent(WORDS.name)}`, {}, 200);
  await ask(`${document}/leases`, { method: 'POST', json: {} }, 201);
  await ask(`${document}/links`, { method: 'POST', json: {}, headers: now }, 201);
  const robot = { name: WORDS.account, scopes: ['documents:read'] };
  await ask('/v1/service-accounts', { method: 'POST', json: robot }, 201);
  await ask('/v1/groups', { method: 'POST', json: { name: WORDS.group, people: [] } }, 201);
  const key = { name: WORDS.credential, scopes: ['documents:read'] };
  await ask('/v1/api-keys', { method: 'POST', json: key }, 201);
  const hook = { url: `https://${WORDS.hook}/in`, events: ['document.created'] };
  await ask('/v1/webhooks', { method: 'POST', json: hook }, 201);
  await ask('/v1/exports', { method: 'POST', json: { scope: 'tenant' } }, 202);
  await ask('/v1/documents/d_00000000000000000000000000000000', {}, 404);
  const form = new FormData();
  for (const [side, rent] of Object.entries({ original: '1', modified: '2' }))
    form.set(side, new Blob([Uint8Array.from(word(`A ${WORDS.text} of ${rent}.`))]), `${WORDS.name}.docx`);
  const headers = { authorization: `Bearer ${visitor.cookies.get(ACCESS)}`, prefer: 'respond-async' };
  const begun = await fetch(`${stage.service.url}/v1/comparisons`, { method: 'POST', body: form, headers });
  expect(begun.status).toBe(202);
  const at = new URL(begun.headers.get('location') ?? '', stage.service.url).pathname;
  await vi.waitFor(
    async () => expect(await (await visitor.fetch(at)).json()).toMatchObject({ state: 'succeeded' }),
    { timeout: 60_000 },
  );
}

/** A word as files may have it: in any case, in UTF-8 or UTF-16, or as base64 wherever it begins. */
function formsOf(value: string): Buffer[] {
  const forms = new Set([value, value.toLowerCase()]);
  return [...forms].flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    ...[0, 1, 2].map((shift) => {
      const coded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
      // Without what depends on its neighbours.
      return Buffer.from(coded.slice(shift === 0 ? 0 : 4, -4));
    }),
  ]);
}

/** Which words are in which files, besides those that are passed over. */
function found(words: readonly string[], wanted: (path: string) => boolean): string[] {
  const list: string[] = [];
  for (const { path, bytes } of contentsBelow(data)) {
    const name = relative(data, path);
    if (!wanted(name)) continue;
    for (const value of words) {
      if (formsOf(value).some((form) => bytes.includes(form)) || name.includes(value))
        list.push(`${value} in ${name}`);
    }
  }
  return list;
}

const inRegion = (region: string) => (name: string) => name.startsWith(`${region}${sep}`);
const elsewhere = (region: string) => (name: string) => !inRegion(region)(name);
const words = Object.values(WORDS);

describe('an organisation in the Union', () => {
  test('leaves none of its words anywhere else', () => {
    expect(found(words, elsewhere('eu'))).toEqual([]);
    // What is looked for is found where it may be.
    const catalogue = found([WORDS.name, WORDS.label], (name) => name.startsWith(join('eu', 'catalogue')));
    expect(catalogue).not.toEqual([]);
    expect(found([WORDS.device], (name) => name.startsWith(join('eu', 'sessions')))).not.toEqual([]);
    expect(found(['Others.docx'], (name) => name.startsWith(join('us', 'catalogue')))).not.toEqual([]);
  });

  test('is named elsewhere where its events are signed for, and where its work waits', () => {
    const named = found([TENANT], elsewhere('eu')).map((line) => line.replace(/^\S+ in /, ''));
    const isKnown = (name: string) => /^(?:checkpoints\/tlaxcala\/|queue\.sqlite)/.test(name);
    expect(named.filter((name) => !isKnown(name))).toEqual([]);
  });

  test('has none of its words in the log', () => {
    const log = JSON.stringify(stage.service.lines);
    expect(words.filter((value) => log.includes(value))).toEqual([]);
  });

  test('leaves nothing where it was when it moved', { timeout: 120_000 }, async () => {
    await stage.service.stop();
    const config = readConfig({ REDLINE_TENANTS: tenants }, {});
    const log = createLog('silent');
    let ahead = 0;
    const clock = () => Date.now() + ahead;
    const platform = await openEmbeddedPlatform(data, { ...config, clock });
    const library = await openLibrary({ config, platform, log, clock });
    const trail = await openTrail({ config, platform, clock, log }, library);
    const pause = async (ms: number) => {
      ahead += ms;
    };
    const mover = openMover({ config, platform, clock }, library, trail, { pause });
    expect(await mover.move(TENANT, 'us')).toMatchObject({ from: 'eu', to: 'us', left: 0 });
    const listed = await platform.catalogues.get('us')?.list({
      ...{ tenant: TENANT, parent: null, readers: null, state: 'active' },
      ...{ sort: 'name', descending: false, size: 10 },
    });
    expect(listed?.entries.map(({ name }) => name)).toEqual([`${WORDS.name}.docx`]);
    const events = await platform.audit.get('us')?.list({ tenant: TENANT, descending: false, size: 1000 });
    expect(events?.events[0]?.sequence).toBe(1);
    expect(events?.events.at(-1)?.type).toBe('tenant.events-removed');
    library.close();
    await platform.close();
    expect(found(words, elsewhere('us'))).toEqual([]);
    // That it moved, and the name of a key that wraps nothing.
    const named = found([TENANT], inRegion('eu')).filter(
      (line) => !/\/moves\/tlaxcala\.blob\/|\/keys\/ring\./.test(line),
    );
    expect(named).toEqual([]);
  });
});
