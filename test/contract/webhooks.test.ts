import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../src/jobs/webhooks/catalogue.ts';
import type { Endpoint, WebhookRules } from '../../src/jobs/webhooks/endpoints.ts';
import { Sender, type Sent } from '../../src/jobs/webhooks/sender.ts';
import { newSigningKey } from '../../src/jobs/webhooks/signing.ts';
import { Outside, systemClock, systemRandom } from '../../src/kit/index.ts';
import { guardedWeb, WEB_LIMITS } from '../../src/platform/index.ts';
import { NodeWeb } from '../../src/platform/web/index.ts';

// One attempt against real servers.

const PUBLIC = '93.184.215.14';
const never = new AbortController().signal;
const [old, current] = [0, 1].map((n) => newSigningKey('v1', systemRandom, systemClock() - 1000 + n));
if (old === undefined || current === undefined) throw new Error('Two keys were made.');
const message: Message = {
  ...{ id: 'msg_1_a', type: 'document.created', timestamp: '2026-11-22T00:00:00.000Z' },
  data: { document: 'd_ä' },
};

let bodies: { readonly text: string; readonly headers: Readonly<Record<string, string>> }[] = [];
let closed = 0;
const answers: Record<string, RequestListener> = {
  '/200': (_, response) => response.end('ok'),
  '/204': (_, response) => response.writeHead(204).end(),
  '/202': (_, response) => response.writeHead(202).end(),
  '/400': (_, response) => response.writeHead(400).end('no'),
  '/410': (_, response) => response.writeHead(410).end(),
  '/500': (_, response) => response.writeHead(500).end(),
  '/busy': (_, response) => response.writeHead(503, { 'Retry-After': '120' }).end(),
  '/dated': (_, response) =>
    response.writeHead(429, { 'Retry-After': new Date(Date.now() + 3_600_000).toUTCString() }).end(),
  '/moved': (_, response) => response.writeHead(301, { Location: '/200' }).end(),
  '/inside': (_, response) => response.writeHead(307, { Location: 'http://169.254.169.254/' }).end(),
  '/unmodified': (_, response) => response.writeHead(304).end(),
  '/huge': (_, response) => {
    response.once('close', () => {
      closed += 1;
    });
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(100_000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  '/trickle': (_, response) => void response.writeHead(200).write('x'),
  '/silent': () => {},
  '/broken': (request) => void request.socket.destroy(),
};
const listener: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    bodies.push({ text, headers: request.headers as Record<string, string> });
    (answers[request.url ?? ''] ?? answers['/400'])?.(request, response);
  });
};
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const server = createServer(listener);
const folder = mkdtempSync(join(tmpdir(), 'redline-webhooks-'));
const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
let secure: Server;
let ports = { plain: 0, secure: 0 };
let asked: string[] = [];

beforeAll(async () => {
  const subject = ['-subj', '/CN=hooks.test', '-addext', 'subjectAltName=DNS:hooks.test'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...made, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, listener);
  ports = { plain: await listen(server), secure: await listen(secure) };
});
afterAll(() => {
  for (const one of [server, secure]) {
    one.closeAllConnections();
    one.close();
  }
  rmSync(folder, { recursive: true });
});

/** Sends over https; whatever public address the name has, this machine answers. */
async function send(
  path: string,
  {
    names = [[PUBLIC]],
    rules = { hosts: [], networks: [] },
    url = `https://hooks.test/${path}`,
    trusted = true,
    timeMs = 60_000,
  }: {
    names?: readonly (readonly string[])[];
    rules?: WebhookRules;
    url?: string;
    trusted?: boolean;
    timeMs?: number;
  } = {},
): Promise<Sent> {
  const node = new NodeWeb(trusted ? readFileSync(certificate, 'utf8') : undefined);
  const turns = [...names];
  asked = [];
  const web = {
    resolve: async () => turns.shift() ?? [],
    get: node.get.bind(node),
    post: (given: URL, address: string, ...rest: [Parameters<NodeWeb['post']>[2], AbortSignal]) => {
      asked.push(address);
      const there = new URL(given);
      there.port = String(given.protocol === 'https:' ? ports.secure : ports.plain);
      return node.post(there, '127.0.0.1', ...rest);
    },
  };
  const sender = new Sender({
    web: guardedWeb(web, () => new Outside('Web', WEB_LIMITS)),
    rules,
    clock: systemClock,
    timeMs,
  });
  const endpoint = { url, keys: [old, current] } as unknown as Endpoint;
  bodies = [];
  return await sender.send(endpoint, message, never);
}

describe('an attempt', () => {
  test('is taken by the official library, by the old secret and by the new one', async () => {
    expect(await send('200')).toMatchObject({ outcome: 'delivered', status: 200, fault: null });
    const [{ text, headers } = { text: '', headers: {} }] = bodies;
    const { id, ...said } = message;
    expect(headers).toMatchObject({ 'webhook-id': id, 'content-type': 'application/json' });
    for (const { secret } of [old, current]) expect(new Webhook(secret).verify(text, headers)).toEqual(said);
    expect(() => new Webhook(newSigningKey('v1', systemRandom, 0).secret).verify(text, headers)).toThrow();
  });

  test.each<[string, Partial<Sent>]>([
    ['204', { outcome: 'delivered', status: 204 }],
    ['202', { outcome: 'delivered', status: 202 }],
    ['400', { outcome: 'failed', status: 400, fault: 'status', gone: false }],
    ['500', { outcome: 'failed', status: 500, fault: 'status' }],
    ['410', { outcome: 'failed', status: 410, fault: 'status', gone: true }],
    ['busy', { outcome: 'failed', status: 503, retryAfterMs: 120_000 }],
    ['moved', { outcome: 'failed', status: 301, fault: 'redirect' }],
    ['inside', { outcome: 'failed', status: 307, fault: 'redirect' }],
    ['unmodified', { outcome: 'failed', status: 304, fault: 'redirect' }],
    ['huge', { outcome: 'delivered', status: 200 }],
    ['trickle', { outcome: 'delivered', status: 200 }],
    ['broken', { outcome: 'failed', status: null, fault: 'unreachable' }],
  ])('answered with %s', async (path, expected) => {
    expect(await send(path)).toMatchObject(expected);
    expect(bodies).toHaveLength(1);
  });

  test('reads nothing of an answer but its head', async () => {
    const before = closed;
    await send('huge');
    await expect.poll(() => closed, { timeout: 30_000 }).toBeGreaterThan(before);
  });

  test('hears when the receiver wants to be asked again by a date', async () => {
    const { retryAfterMs } = await send('dated');
    expect(retryAfterMs).toBeGreaterThan(3_000_000);
  });

  test('ends in time where nobody answers', async () => {
    expect(await send('silent', { timeMs: 500 })).toMatchObject({ outcome: 'failed', fault: 'timeout' });
  });

  test('wants a proof of who answers', async () => {
    expect(await send('200', { trusted: false })).toMatchObject({ outcome: 'failed', fault: 'unproven' });
    expect(bodies).toEqual([]);
  });

  test('connects to the very address that it looked at', async () => {
    expect(await send('200', { names: [[PUBLIC], ['127.0.0.1']] })).toMatchObject({ outcome: 'delivered' });
    expect(asked).toEqual([PUBLIC]);
  });
});

const INSIDE = { hosts: [], networks: ['127.0.0.0/8', 'fd00::/8'] };
test.each<[string, Parameters<typeof send>[1]]>([
  ['a private address', { names: [['10.0.0.7']] }],
  ['this machine', { names: [['127.0.0.1']] }],
  ['a cloud’s own address', { names: [['169.254.169.254']] }],
  ['a private one among public ones', { names: [[PUBLIC, '192.168.0.1']] }],
  ['a private address of IPv6', { names: [['fd12::1']] }],
  ['this machine by IPv6', { url: 'https://[::1]/200' }],
  ['an IPv4 address mapped into IPv6', { names: [['::ffff:127.0.0.1']] }],
  ['a link-local address', { names: [['fe80::1']] }],
  ['one by its number', { url: 'https://2130706433/200' }],
  ['one by its number in hexadecimal', { url: 'https://0x7f000001/200' }],
  ['one in octal', { url: 'https://0177.0.0.1/200' }],
  ['one that is cut short', { url: 'https://127.1/200' }],
  ['one with a point behind it', { url: 'https://127.0.0.1./200' }],
  ['a mapped one in the address', { url: 'https://[::ffff:169.254.169.254]/200' }],
  ['a mapped one in hexadecimal', { names: [['::ffff:a9fe:a9fe']] }],
  ['one that is translated to IPv4', { names: [['64:ff9b::a00:1']] }],
  ['the address of nobody', { names: [['0.0.0.0']] }],
  ['a host that is not named', { rules: { hosts: ['other.test'], networks: [] } }],
  ['another network than one’s own', { names: [['10.0.0.7']], rules: INSIDE }],
  ['a public address in plain text', { url: 'http://hooks.test/200', rules: INSIDE }],
  ['a network that is not one’s own in plain text', { url: 'http://127.0.0.1/200' }],
])('nothing is sent to %s', async (_, options) => {
  expect(await send('200', options)).toMatchObject({ outcome: 'failed', fault: 'address-not-allowed' });
  expect([asked, bodies]).toEqual([[], []]);
});

test.each<[string, Parameters<typeof send>[1]]>([
  ['a host that is named', { rules: { hosts: ['*.test'], networks: [] } }],
  ['a network of one’s own', { names: [['127.0.0.7']], rules: INSIDE }],
  ['one of IPv6', { names: [['fd12::1']], rules: INSIDE }],
  ['a network of one’s own in plain text', { url: 'http://127.0.0.1/200', rules: INSIDE }],
  ['a public address of IPv6', { names: [['2606:4700::1111']] }],
])('a message is sent to %s', async (_, options) => {
  expect(await send('200', options)).toMatchObject({ outcome: 'delivered', status: 200 });
});

test('a host without an address is not reached', async () => {
  expect(await send('200', { names: [[]] })).toMatchObject({ outcome: 'failed', fault: 'unreachable' });
});

test('a host that fails too often is spared, which is no attempt', async () => {
  const web = {
    resolve: async () => [PUBLIC],
    post: async () => await Promise.reject(new Error('never asked')),
    get: async () => await Promise.reject(new Error('never asked')),
  };
  const node = new NodeWeb();
  const broken = {
    ...web,
    post: () => node.post(new URL('http://127.0.0.1:1/'), '127.0.0.1', { headers: {}, body: '' }, never),
  };
  const outsides = new Map<string, Outside>();
  const outsideOf = (host: string): Outside => {
    const outside = outsides.get(host) ?? new Outside('Web', WEB_LIMITS);
    outsides.set(host, outside);
    return outside;
  };
  const sender = new Sender({
    ...{ web: guardedWeb(broken, outsideOf), rules: { hosts: [], networks: [] }, clock: systemClock },
  });
  const endpoint = { url: 'https://ill.test/', keys: [current] } as unknown as Endpoint;
  const outcomes = new Set<string>();
  for (let n = 0; n < 30; n += 1) outcomes.add((await sender.send(endpoint, message, never)).fault ?? '');
  expect([...outcomes]).toEqual(['unreachable', 'host-spared']);
});
