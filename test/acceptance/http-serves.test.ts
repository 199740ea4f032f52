import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Account, ADA, type OpenIdServer, startOpenIdProvider } from '../services/openid-provider.ts';
import { freePort } from '../services/processes.ts';
import { contentsBelow } from '../support/folders.ts';
import { Visitor } from '../support/visitor.ts';
import { file, word } from './kept.ts';
import { type Service, startService } from './service.ts';
import { ACCESS, codeOf, oidcSettings } from './sign-in-stage.ts';

// One store and two machines, each of which serves one region. What an organisation in the Union left with the one is asked of the other.

const CANARY = 'canary-of-the-union';
const EVA: Account = { ...ADA, sub: '4001', email: 'eva@union.test', name: CANARY, hd: 'union.test' };
const SAM: Account = { ...ADA, sub: '4002', email: 'sam@states.test', name: 'Sam', hd: 'states.test' };

let data: string;
let provider: OpenIdServer;
let ports: { readonly eu: number; readonly us: number };

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'redline-serves-'));
  ports = { eu: await freePort(), us: await freePort() };
  provider = await startOpenIdProvider(
    Object.values(ports).map((port) => `http://127.0.0.1:${port}/auth/callback`),
  );
});
afterAll(async () => {
  await provider.stop();
  rmSync(data, { recursive: true });
});

async function serving(region: 'eu' | 'us'): Promise<Service> {
  return await startService({
    dataDirectory: data,
    settings: {
      ...oidcSettings(provider),
      PORT: String(ports[region]),
      REDLINE_TENANTS: 'union@eu=union.test; states@us=states.test; rest=rest.test',
      REDLINE_ADMINS: 'eva@union.test,sam@states.test',
      REDLINE_SERVES: region,
    },
  });
}

async function signedIn(service: Service, account: Account, status: number): Promise<Visitor> {
  provider.account = account;
  const visitor = new Visitor(service.url);
  expect((await visitor.signIn()).status).toBe(status);
  return visitor;
}

/** The key of an administrator, a document, an upload and work that waits or is done. */
async function leaveTraces(
  service: Service,
  visitor: Visitor,
  said: string,
): Promise<{ key: string; document: string }> {
  const token = { authorization: `Bearer ${visitor.cookies.get(ACCESS)}` };
  const named = { name: said, scopes: ['documents:read', 'documents:write'] };
  const made = await visitor.fetch('/v1/api-keys', { method: 'POST', json: named });
  expect(made.status).toBe(201);
  const { key } = (await made.json()) as { key: string };
  const body = file(word(`The ${said} is 100.`), `${said}.docx`);
  const kept = await fetch(`${service.url}/v1/documents`, { method: 'POST', headers: token, body });
  expect(kept.status).toBe(201);
  const { id } = (await kept.json()) as { id: string };
  const lease = await visitor.fetch(`/v1/documents/${id}/leases`, { method: 'POST', json: {} });
  expect(lease.status).toBe(201);
  const form = new FormData();
  for (const [side, rent] of Object.entries({ original: '1', modified: '2' }))
    form.set(side, new Blob([Uint8Array.from(word(`A ${said} of ${rent}.`))]), `${said}.docx`);
  const headers = { ...token, prefer: 'respond-async' };
  const begun = await fetch(`${service.url}/v1/comparisons`, { method: 'POST', body: form, headers });
  expect(begun.status).toBe(202);
  const at = new URL(begun.headers.get('location') ?? '', service.url).pathname;
  await vi.waitFor(
    async () => expect(await (await visitor.fetch(at)).json()).toMatchObject({ state: 'succeeded' }),
    { timeout: 60_000 },
  );
  return { key, document: id };
}

/** Every file below a region's folder, by what is in it. */
function stateOf(region: string): ReadonlyMap<string, string> {
  const folder = join(data, region);
  return new Map(
    [...contentsBelow(folder)].map(({ path, bytes }) => [
      relative(folder, path),
      createHash('sha256').update(bytes).digest('hex'),
    ]),
  );
}

function isInFiles(text: string, isLookedAt: (name: string) => boolean): string[] {
  const forms = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  return [...contentsBelow(data)]
    .map(({ path, bytes }) => ({ name: relative(data, path), bytes }))
    .filter(({ name, bytes }) => isLookedAt(name) && forms.some((form) => bytes.includes(form)))
    .map(({ name }) => name);
}

test('a machine that serves one region refuses those of others, and writes nothing of theirs', {
  timeout: 180_000,
}, async () => {
  const inUnion = await serving('eu');
  const left = await leaveTraces(inUnion, await signedIn(inUnion, EVA, 303), CANARY);
  await inUnion.stop();
  expect(existsSync(join(data, 'us'))).toBe(false);
  const before = stateOf('eu');
  expect([...before.keys()]).toEqual(
    expect.arrayContaining(['catalogue.sqlite', 'sessions.sqlite', 'leases.sqlite']),
  );
  expect(isInFiles(CANARY, (name) => name.startsWith(`eu${sep}catalogue`))).not.toEqual([]);

  const inStates = await serving('us');
  const headers = { authorization: `Bearer ${left.key}` };
  const refused = [
    ...['/v1/documents', `/v1/documents/${left.document}`, '/v1/operations'].map((path) => ({
      path,
      init: { headers },
    })),
    { path: '/v1/documents', init: { method: 'POST', headers, body: file(word(CANARY), `${CANARY}.docx`) } },
  ];
  for (const { path, init } of refused) {
    const answer = await fetch(`${inStates.url}${path}`, init);
    expect([path, answer.status]).toEqual([path, 421]);
    const problem = (await answer.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ code: 'tenants/elsewhere', details: { region: 'eu' } });
    expect(JSON.stringify(problem)).not.toMatch(/union|canary/);
  }
  await signedIn(inStates, EVA, 421);
  const ofNobody = { ...EVA, sub: '4003', email: 'rob@rest.test', hd: 'rest.test' };
  const other = await new Visitor(inStates.url).fetch('/v1/documents');
  expect([other.status, await codeOf(other)]).toEqual([401, 'access/sign-in-required']);
  // Those that are put nowhere are in the default region, which is not served either.
  await signedIn(inStates, ofNobody, 421);
  await leaveTraces(inStates, await signedIn(inStates, SAM, 303), 'rent');
  const log = JSON.stringify(inStates.lines);
  await inStates.stop();

  expect(stateOf('eu')).toEqual(before);
  expect(log).not.toMatch(/union|rest\b|"level":"error"/);
  expect(log).not.toContain(left.document);
  expect(isInFiles(CANARY, (name) => !name.startsWith(`eu${sep}`))).toEqual([]);
  expect(isInFiles(left.document, (name) => !name.startsWith(`eu${sep}`))).toEqual([]);
  for (const word of ['union', EVA.email ?? ''])
    expect(
      isInFiles(word, (name) => /^(us|outbox)/.test(name) || /\.sqlite/.test(name.split(sep)[0] ?? '')),
    ).toEqual([]);
  expect(existsSync(join(data, 'catalogue.sqlite'))).toBe(false);
  expect(existsSync(join(data, 'queue.sqlite'))).toBe(false);
});
