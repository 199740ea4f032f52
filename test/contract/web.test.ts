import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchContent, type RemoteRules, type Web } from '../../src/documents/index.ts';
import { NodeWeb } from '../../src/platform/web/index.ts';

const never = new AbortController().signal;
const PUBLIC = '93.184.215.14';

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What the other side does, by path. */
const pages: Record<string, RequestListener> = {
  '/file': (_, response) => response.end('the file'),
  '/large': (_, response) => response.end(Buffer.alloc(5000)),
  '/endless': (_, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(1000)) && !response.destroyed);
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  '/slow': (_, response) => void response.write('x'),
  '/silent': () => {},
  '/short': (_, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('x', () => response.destroy());
  },
  '/gone': (_, response) => response.writeHead(404).end('the file'),
  '/nowhere': (_, response) => response.writeHead(302).end(),
  '/loop': (_, response) => response.writeHead(302, { Location: '/loop' }).end(),
  '/relative': (_, response) => response.writeHead(307, { Location: 'file' }).end(),
  '/away': (_, response) => response.writeHead(301, { Location: 'http://elsewhere.test/file' }).end(),
  '/inside': (_, response) => response.writeHead(301, { Location: 'http://inside.test/file' }).end(),
  '/down': (_, response) => response.writeHead(302, { Location: 'http://plain.test/file' }).end(),
  '/data': (_, response) => response.writeHead(302, { Location: 'data:text/plain,x' }).end(),
  '/headers': (request, response) => response.end(JSON.stringify(request.headers)),
};
for (let n = 1; n <= 6; n += 1) {
  pages[`/hop${n}`] = (_, response) =>
    response.writeHead(308, { Location: n === 1 ? '/file' : `/hop${n - 1}` }).end();
}
const listener: RequestListener = (request, response) =>
  (pages[request.url ?? ''] ?? pages['/gone'])?.(request, response);

describe('contents from the web', () => {
  const server = createServer(listener);
  let port = 0;
  let asked: { readonly host: string; readonly address: string }[] = [];
  const names: Record<string, readonly string[]> = {
    'files.test': [PUBLIC, '2606:4700::1111'],
    'a.wild.test': [PUBLIC],
    'inside.test': ['10.0.0.7'],
    'mixed.test': [PUBLIC, '127.0.0.1'],
    'mapped.test': ['::ffff:169.254.169.254'],
    'nothing.test': [],
    'six.test': ['2606:4700::1111'],
  };
  const node = new NodeWeb();
  /** The real adapter; every address leads to the server of this test. */
  const web: Pick<Web, 'resolve' | 'get'> = {
    resolve: async (host) => names[host] ?? [PUBLIC],
    get: (url, address, signal) => {
      asked.push({ host: url.host, address });
      const there = new URL(url);
      there.port = String(port);
      return node.get(there, '127.0.0.1', signal);
    },
  };
  const rules: RemoteRules = {
    hosts: ['files.test', '*.wild.test', 'inside.test', 'mixed.test', 'mapped.test', 'nothing.test'],
    plain: true,
    mostBytes: 4000,
    timeMs: 10_000,
  };
  const fetched = async (url: string, given: Partial<RemoteRules> = {}, signal = never): Promise<string> => {
    asked = [];
    return (await collect(await fetchContent(web, { ...rules, ...given }, url, signal))).toString();
  };

  beforeAll(async () => {
    port = await listen(server);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each([
    ['a file', 'http://files.test/file', {}],
    ['one of a host below', 'http://a.wild.test/file', {}],
    ['one whose host ends with a dot', 'http://files.test./file', {}],
    ['one in another case', 'HTTP://FILES.TEST/file', {}],
    ['one behind a relative redirect', 'http://files.test/relative', {}],
    ['one behind five redirects', 'http://files.test/hop5', {}],
    ['one at another port', 'http://files.test:81/file', { hosts: ['files.test:81'] }],
    ['one of a public address', `http://${PUBLIC}/file`, { hosts: [PUBLIC] }],
    ['one of a host with IPv6 only', 'http://six.test/file', { hosts: ['six.test'] }],
  ])('fetches %s', async (_, url, given) => {
    expect(await fetched(url, given)).toBe('the file');
    expect(asked.every(({ address }) => [PUBLIC, '2606:4700::1111'].includes(address))).toBe(true);
  });

  const NOT_ALLOWED = 'documents/address-not-allowed';
  const FAILED = 'documents/address-failed';
  test.each<[string, string, string, Partial<RemoteRules>, number]>([
    ['no address', 'nothing', NOT_ALLOWED, {}, 0],
    ['another scheme', 'file:///etc/passwd', NOT_ALLOWED, {}, 0],
    ['plain http where it is not allowed', 'http://files.test/file', NOT_ALLOWED, { plain: false }, 0],
    ['another host', 'http://elsewhere.test/file', NOT_ALLOWED, {}, 0],
    ['every host where none is named', 'http://files.test/file', NOT_ALLOWED, { hosts: [] }, 0],
    ['the host above a pattern', 'http://wild.test/file', NOT_ALLOWED, {}, 0],
    ['a host that ends alike', 'http://evilwild.test/file', NOT_ALLOWED, {}, 0],
    ['another port', 'http://files.test:22/file', NOT_ALLOWED, {}, 0],
    ['a name and password', 'http://a:b@files.test/file', NOT_ALLOWED, {}, 0],
    ['a long address', `http://files.test/${'x'.repeat(3000)}`, NOT_ALLOWED, {}, 0],
    ['a private address', 'http://inside.test/file', NOT_ALLOWED, {}, 0],
    ['one private address of two', 'http://mixed.test/file', NOT_ALLOWED, {}, 0],
    ['a mapped address', 'http://mapped.test/file', NOT_ALLOWED, {}, 0],
    ['a loopback address by number', 'http://2130706433/file', NOT_ALLOWED, { hosts: ['127.0.0.1'] }, 0],
    ['a loopback address of IPv6', 'http://[::1]/file', NOT_ALLOWED, { hosts: ['[::1]'] }, 0],
    ['a redirect to another host', 'http://files.test/away', NOT_ALLOWED, {}, 1],
    ['a redirect to a private address', 'http://files.test/inside', NOT_ALLOWED, {}, 1],
    ['a redirect to another scheme', 'http://files.test/data', NOT_ALLOWED, {}, 1],
    ['six redirects', 'http://files.test/hop6', FAILED, {}, 6],
    ['a circle', 'http://files.test/loop', FAILED, {}, 6],
    ['a redirect to nowhere', 'http://files.test/nowhere', FAILED, {}, 1],
    ['what is not there', 'http://files.test/gone', FAILED, {}, 1],
    ['a host without an address', 'http://nothing.test/file', FAILED, {}, 0],
    ['what says that it is too large', 'http://files.test/large', 'documents/too-large', {}, 1],
    ['what is endless', 'http://files.test/endless', 'documents/too-large', {}, 1],
    ['what breaks off', 'http://files.test/short', FAILED, {}, 1],
    ['what never starts', 'http://files.test/silent', FAILED, { timeMs: 100 }, 1],
    ['what never ends', 'http://files.test/slow', FAILED, { timeMs: 100 }, 1],
  ])('refuses %s', async (_, url, code, given, requests) => {
    await expect(fetched(url, given)).rejects.toMatchObject({ name: 'DocumentsError', code });
    expect(asked).toHaveLength(requests);
  });

  test('ends with the reason of who gave up', async () => {
    const stopping = new AbortController();
    const waiting = fetched('http://files.test/silent', {}, stopping.signal);
    stopping.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('looks at the address again at every step, and connects to the one it looked at', async () => {
    const turns = [[PUBLIC], ['127.0.0.1']];
    const rebinding = { ...web, resolve: async () => turns.shift() ?? [] };
    await expect(fetchContent(rebinding, rules, 'http://files.test/relative', never)).rejects.toMatchObject({
      code: NOT_ALLOWED,
    });
  });

  test('tells the other side nothing, and asks no proxy', async () => {
    const proxies = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of proxies)
      process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : 'http://127.0.0.1:1';
    const headers = JSON.parse(await fetched('http://files.test/headers'));
    for (const name of proxies) delete process.env[name];
    expect(Object.keys(headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
    expect(headers['accept-encoding']).toBe('identity');
  });

  test('fetches nothing from this machine by its real name', async () => {
    const hosts = [`localhost:${port}`];
    const fetching = fetchContent(node, { ...rules, hosts }, `http://localhost:${port}/file`, never);
    await expect(fetching).rejects.toMatchObject({ code: NOT_ALLOWED });
  });
});

describe('the web through Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redline-web-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=files.test', '-addext', 'subjectAltName=DNS:files.test'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  let secure: Server;
  let port = 0;
  beforeAll(async () => {
    execFileSync('openssl', [...made, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, listener);
    port = await listen(secure);
  });
  afterAll(() => {
    secure.closeAllConnections();
    secure.close();
    rmSync(folder, { recursive: true });
  });
  const get = (host: string, trusted: boolean) =>
    new NodeWeb(trusted ? readFileSync(certificate, 'utf8') : undefined).get(
      new URL(`https://${host}:${port}/file`),
      '127.0.0.1',
      never,
    );

  test('connects to the address that it is given, and asks for the host of the URL', async () => {
    const answer = await get('files.test', true);
    expect((await collect(answer.body)).toString()).toBe('the file');
    expect(answer).toMatchObject({ status: 200, location: null });
  });

  test.each([
    ['of another host', 'other.test', true],
    ['that nobody vouches for', 'files.test', false],
  ])('refuses a certificate %s', async (_, host, trusted) => {
    await expect(get(host, trusted)).rejects.toMatchObject({ name: 'OutsideError', failure: 'refused' });
  });

  test('resolves names of this machine', async () => {
    expect(await new NodeWeb().resolve('localhost', never)).toContain('127.0.0.1');
    const reason = new Error('enough');
    await expect(new NodeWeb().resolve('localhost', AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('says that a server is not there', async () => {
    const there = new URL('http://files.test:1/');
    await expect(new NodeWeb().get(there, '127.0.0.1', never)).rejects.toMatchObject({
      failure: 'unavailable',
    });
  });
});
