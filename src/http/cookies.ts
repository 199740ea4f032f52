import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { ACCESS_MS, IDLE_MS, SIGN_IN_MS, type Tokens } from '../access/index.ts';
import type { HttpEnv } from './services.ts';

// What the browser holds. The prefix `__Host-` (RFC 6265bis § 4.1.3.2) ties a cookie to this host: no other host and no page
// on plain HTTP can set it. Chromium and Firefox take such cookies from loopback addresses too; see decision 0092.

const NAMES = {
  access: '__Host-redline-access',
  refresh: '__Host-redline-refresh',
  flow: '__Host-redline-sign-in',
} as const;

type CookieName = keyof typeof NAMES;

export function cookieOf(c: Context<HttpEnv>, name: CookieName): string | undefined {
  return getCookie(c, NAMES[name]);
}

/** Whoever comes from another site is not signed in: the page itself asks for everything. */
export function keepTokens(c: Context<HttpEnv>, { access, refresh }: Tokens): void {
  set(c, 'access', access, ACCESS_MS, 'Strict');
  set(c, 'refresh', refresh, IDLE_MS, 'Strict');
}

export function forgetTokens(c: Context<HttpEnv>): void {
  set(c, 'access', '', 0, 'Strict');
  set(c, 'refresh', '', 0, 'Strict');
}

/** It must come along when the provider sends the browser back. */
export function keepFlow(c: Context<HttpEnv>, flow: string): void {
  set(c, 'flow', flow, SIGN_IN_MS, 'Lax');
}

export function forgetFlow(c: Context<HttpEnv>): void {
  set(c, 'flow', '', 0, 'Lax');
}

function set(
  c: Context<HttpEnv>,
  name: CookieName,
  value: string,
  lifetimeMs: number,
  sameSite: 'Strict' | 'Lax',
): void {
  const attributes = ['Path=/', `Max-Age=${lifetimeMs / 1000}`, 'HttpOnly', 'Secure', `SameSite=${sameSite}`];
  c.header('Set-Cookie', [`${NAMES[name]}=${value}`, ...attributes].join('; '), { append: true });
}
