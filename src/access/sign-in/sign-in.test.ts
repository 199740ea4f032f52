import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../kit/index.ts';
import type { IdentityClaims } from '../ports/identity-provider.ts';
import { admit } from './admission.ts';
import { LINK_MS, OneTimeLink } from './one-time-link.ts';
import { returnPath } from './return-path.ts';

const CLAIMS: IdentityClaims = {
  issuer: 'https://accounts.google.com',
  subject: '1',
  email: 'Ada@Acme.test',
  emailVerified: true,
  hostedDomain: 'acme.test',
  name: 'Ada',
  groups: [],
};
const RULES = {
  tenants: new Map([
    ['acme', ['acme.test', 'acme.example']],
    ['other', ['other.test']],
  ]),
  hostedDomain: true,
  administrators: ['ada@acme.test'],
};

describe('who may sign in', () => {
  test.each<[string, Partial<IdentityClaims>, boolean, unknown]>([
    ['an administrator', {}, true, { tenant: 'acme', administrator: true, email: 'ada@acme.test' }],
    ['a member', { email: 'ben@acme.test' }, true, { tenant: 'acme', administrator: false }],
    ['somebody of a second domain', { hostedDomain: 'acme.example' }, true, { tenant: 'acme' }],
    [
      'whose address is of another domain than the Workspace',
      { email: 'x@evil.test' },
      true,
      { tenant: 'acme' },
    ],
    ['whose Workspace is another', { hostedDomain: 'evil.test' }, true, 'domain not allowed'],
    [
      'whose Workspace is another, where it need not be told',
      { hostedDomain: 'evil.test' },
      false,
      'domain not allowed',
    ],
    ['of no Workspace', { hostedDomain: null }, true, 'hd missing'],
    ['of no Workspace, where none is needed', { hostedDomain: null }, false, { tenant: 'acme' }],
    [
      'of a domain that only ends alike',
      { hostedDomain: null, email: 'x@evilacme.test' },
      false,
      'domain not allowed',
    ],
    ['of a domain below', { hostedDomain: null, email: 'x@sub.acme.test' }, false, 'domain not allowed'],
    [
      'with two signs in the address',
      { hostedDomain: null, email: 'x@acme.test@evil.test' },
      false,
      'email missing',
    ],
    ['unverified', { emailVerified: false }, true, 'email not verified'],
    ['without an address', { email: null }, true, 'email missing'],
  ])('%s', (_, claims, hostedDomain, expected) => {
    const found = admit({ ...CLAIMS, ...claims }, { ...RULES, hostedDomain });
    if (typeof expected === 'string') expect(found).toBe(expected);
    else expect(found).toMatchObject(expected as object);
  });
});

test.each<[string | undefined, string]>([
  ['/documents/1?x=1#y', '/documents/1?x=1#y'],
  ['/', '/'],
  ['/a/../b', '/b'],
  [undefined, '/'],
  ['', '/'],
  ['documents', '/'],
  ['//evil.test', '/'],
  ['///evil.test', '/'],
  ['/\\evil.test', '/'],
  ['/\tevil', '/'],
  ['/.//evil.test', '/'],
  ['/x/..//evil.test', '/'],
  ['https://evil.test', '/'],
  ['javascript:alert(1)', '/'],
  ['/auth/sign-in', '/'],
  ['/x\r\nSet-Cookie: a=b', '/'],
  [`/${'x'.repeat(2000)}`, '/'],
])('after the sign-in %j leads to %j', (given, expected) => {
  expect(returnPath(given)).toBe(expected);
});

describe('a link that signs in', () => {
  const setUp = () => {
    const time = { now: 0 };
    return { time, link: new OneTimeLink(() => time.now, systemRandom) };
  };

  test('works once', () => {
    const { link } = setUp();
    expect(link.redeem('')).toBe(false);
    const secret = link.issue();
    expect(link.redeem(`${secret}x`)).toBe(false);
    expect(link.redeem(secret)).toBe(true);
    expect(link.redeem(secret)).toBe(false);
  });

  test('works for a quarter of an hour, and until there is another one', () => {
    const { link, time } = setUp();
    const [first, second] = [link.issue(), link.issue()];
    expect(link.redeem(first)).toBe(false);
    time.now = LINK_MS;
    expect(link.redeem(second)).toBe(false);
    time.now = 0;
    expect(link.redeem(second)).toBe(false);
  });
});
