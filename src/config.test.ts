import { isAbsolute } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

describe('the configuration', () => {
  test('needs nothing to be set', () => {
    const config = readConfig({}, {});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8080, queueLength: 128, logLevel: 'info' });
    expect(isAbsolute(config.dataDirectory)).toBe(true);
    expect(config.dataDirectory).toMatch(/\.redline$/);
    expect(config.workers).toBeGreaterThan(0);
    expect(config.jobs).toBe(config.workers + 1);
  });

  test.each([
    ['the environment', {}, { PORT: '9000' }, 9000],
    ['what is given over the environment', { PORT: '9001' }, { PORT: '9000' }, 9001],
    ['the environment where nothing is given', { PORT: undefined }, { PORT: '9000' }, 9000],
    ['the default for an empty value', {}, { PORT: '' }, 8080],
  ])('takes %s', (_, overrides, environment, port) => {
    expect(readConfig(overrides, environment).port).toBe(port);
  });

  test.each([
    ['nothing where the path has none of its names', { PATH: '/nowhere' }, null],
    ['nothing where none is wanted', { REDLINE_OFFICE: 'none', PATH: '/usr/bin' }, null],
    ['what was named', { REDLINE_OFFICE: '/bin/sh' }, '/bin/sh'],
    ['nothing where what was named is no program', { REDLINE_OFFICE: '/etc/passwd' }, null],
    ['nothing on a path that is not absolute', { PATH: '.:bin' }, null],
  ])('prints through %s', (_, environment, office) => {
    expect(readConfig({}, environment).printer.office).toBe(office);
  });

  test.each([
    ['nowhere', {}, null],
    ['by TCP', { REDLINE_CLAMD: 'tcp://scanner:3310' }, { host: 'scanner', port: 3310 }],
    ['by TCP and IPv6', { REDLINE_CLAMD: 'tcp://[::1]:3310' }, { host: '::1', port: 3310 }],
    ['by a socket', { REDLINE_CLAMD: '/run/clamav/clamd.ctl' }, { path: '/run/clamav/clamd.ctl' }],
  ])('finds clamd %s', (_, environment, clamd) => {
    expect(readConfig({}, environment).clamd).toEqual(clamd);
  });

  test.each([
    ['nowhere', {}, null],
    ['on one server', { REDLINE_REDIS: 'rediss://user:secret@cache:6380/1' }, 1],
    ['on the nodes of a cluster', { REDLINE_REDIS: 'redis://[::1]:1, redis://b:2' }, 2],
  ])('shares %s', (_, environment, count) => {
    expect(readConfig({}, environment).redis?.length ?? null).toBe(count);
  });

  test.each([
    ['all regions', {}, null],
    ['some of this machine', { REDLINE_SERVES: 'eu, local' }, ['eu', 'local']],
  ])('serves %s', (_, environment, regions) => {
    expect(readConfig({}, environment).serves).toEqual(regions === null ? null : new Set(regions));
  });

  test.each([',', 'mars', 'eu,mars'])('does not serve regions that are not there: %s', (regions) => {
    const read = () => readConfig({}, { REDLINE_SERVES: regions });
    expect(read).toThrow(/REDLINE_SERVES must name regions that there are, .*: local, us, eu/);
  });

  test('does not repeat the address of a Redis that it cannot use', () => {
    const read = () => readConfig({}, { REDLINE_REDIS: 'http://user:secret@cache' });
    expect(read).toThrow(/REDLINE_REDIS must be redis/);
    expect(read).not.toThrow(/secret/);
  });

  test('sends webhooks to public addresses, and to the networks that are named', () => {
    expect(readConfig({}, {}).webhooks).toEqual({ hosts: [], networks: [] });
    const environment = {
      REDLINE_WEBHOOK_HOSTS: '*.b.example',
      REDLINE_WEBHOOK_NETWORKS: '10.0.0.0/8, fd00::/8',
    };
    expect(readConfig({}, environment).webhooks).toEqual({
      hosts: ['*.b.example'],
      networks: ['10.0.0.0/8', 'fd00::/8'],
    });
  });

  test('fetches from nowhere, and from the hosts that are named', () => {
    expect(readConfig({}, {}).fetch).toEqual({ hosts: [], plain: false });
    const environment = { REDLINE_FETCH_HOSTS: 'a.example, *.b.example:8443', REDLINE_FETCH_PLAIN: 'yes' };
    expect(readConfig({}, environment).fetch).toEqual({
      hosts: ['a.example', '*.b.example:8443'],
      plain: true,
    });
  });

  test('says whose people may sign in, and in which region a tenant is', () => {
    const { signIn, residencies } = readConfig(
      { REDLINE_TENANTS: 'acme@eu=acme.com,acme.org; beta=b.io' },
      {},
    );
    expect([...signIn.tenants]).toEqual([
      ['acme', ['acme.com', 'acme.org']],
      ['beta', ['b.io']],
    ]);
    expect([...residencies]).toEqual([['acme', 'eu']]);
  });

  test.each(['127.0.0.1', '::1', 'localhost'])('may listen on %s', (host) => {
    expect(readConfig({ HOST: host }, {}).host).toBe(host);
  });

  test.each([
    ['HOST', '0.0.0.0', 'must be a loopback address'],
    ['HOST', '192.168.1.1', 'must be a loopback address'],
    ['PORT', '-1', 'must be at least 0'],
    ['PORT', '80.5', 'must be a whole number'],
    ['PORT', 'http', 'must be a number'],
    ['REDLINE_WORKERS', '0', 'must be at least 1'],
    ['REDLINE_QUEUE', '99999', 'must be at most 10000'],
    ['REDLINE_DEADLINE_MS', '1', 'must be at least 10'],
    ['REDLINE_CLAMD', 'clamd', 'must be tcp://HOST:PORT'],
    ['REDLINE_CLAMD', 'tcp://scanner', 'must be tcp://HOST:PORT'],
    ['REDLINE_FETCH_HOSTS', 'https://a.example/', 'must be names of hosts'],
    ['REDLINE_FETCH_HOSTS', '*', 'must be names of hosts'],
    ['REDLINE_WEBHOOK_HOSTS', 'https://a.example/', 'must be names of hosts'],
    ['REDLINE_WEBHOOK_NETWORKS', '10.0.0.0/33', 'must be ranges of addresses'],
    ['REDLINE_FETCH_PLAIN', 'maybe', 'must be yes or no'],
    ['REDLINE_TENANTS', 'acme@mars=acme.com', 'must be like NAME=example.com'],
    ['REDLINE_TENANTS', 'acme@eu=acme.com; acme=acme.org', 'must name each tenant once'],
    ['REDLINE_TENANTS', 'acme=acme.com; beta=acme.com', 'must name each domain once'],
    ['REDLINE_LOG_LEVEL', 'loud', 'must be one of debug, info, warn, error, silent'],
  ])('refuses %s=%s', (name, value, reason) => {
    expect(() => readConfig({}, { [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({}, { [name]: value })).toThrow(`${name} ${reason}`);
  });
});

describe('what only makes sense where people sign in', () => {
  const given = (environment: Record<string, string>) => () => readConfig({}, environment);

  test.each(['REDLINE_TOKEN_ISSUER', 'REDLINE_CORS_ORIGINS'])('%s is refused without', (name) => {
    const environment = { [name]: 'https://accounts.google.com' };
    expect(given(environment)).toThrow(new RegExp(`${name} needs people who sign in`));
    expect(given({ ...environment, REDLINE_SIGN_IN: 'link' })).not.toThrow();
  });

  test.each(['*', 'null', 'example.com', 'https://a.example/path', 'http://a.example', 'https://A.example'])(
    '%j is no site that may share',
    (site) => {
      expect(given({ REDLINE_SIGN_IN: 'link', REDLINE_CORS_ORIGINS: site })).toThrow(/REDLINE_CORS_ORIGINS/);
    },
  );
});

test.each(['acme', 'acme=1', 'acme=1,2,3', 'acme=-1,2', 'acme=1.5,2', 'a b=1,2', '**=1,2'])(
  '%j is no quota',
  (text) => {
    expect(() => readConfig({}, { REDLINE_QUOTAS: text })).toThrow(/REDLINE_QUOTAS must be like/);
  },
);

test('quotas are documents and megabytes', () => {
  const { quotas } = readConfig({}, { REDLINE_QUOTAS: 'acme=10,2; *=1,0' }).signIn;
  expect([...quotas]).toEqual([
    ['acme', { documents: 10, bytes: 2_097_152 }],
    ['*', { documents: 1, bytes: 0 }],
  ]);
});

describe('an address that others reach', () => {
  const safe = {
    HOST: '0.0.0.0',
    REDLINE_SIGN_IN: 'local',
    REDLINE_URL: 'https://redline.example.com',
    REDLINE_PROXIES: '1',
  };

  test.each(['0.0.0.0', '::', '192.168.1.1'])('%s is listened on behind a proxy, with sign-in', (HOST) => {
    expect(readConfig({}, { ...safe, HOST })).toMatchObject({ host: HOST, proxies: 1 });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['without sign-in', { REDLINE_SIGN_IN: 'none' }, /HOST must be a loopback.*without people who sign in/],
    ['without an address', { REDLINE_URL: '' }, /HOST must be a loopback.*without an https:/],
    ['without TLS', { REDLINE_URL: 'http://127.0.0.1:8080' }, /HOST must be a loopback.*without an https:/],
    ['without a proxy', { REDLINE_PROXIES: '0' }, /HOST must be a loopback.*without the proxy/],
  ])('is refused %s', (_, change, expected) => {
    expect(() => readConfig({}, { ...safe, ...change })).toThrow(expected);
  });

  test.each(['example.com', '300.0.0.1', 'a b'])('%j is none', (HOST) => {
    expect(() => readConfig({}, { ...safe, HOST })).toThrow(/HOST must be an IP address/);
  });
});
