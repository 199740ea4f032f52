import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { RequestError } from './errors.ts';
import type { HttpEnv } from './services.ts';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const;
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Answers only to this machine's own names and the configured one (DNS rebinding), and lets only its own pages change
 * anything (CSRF). Programs that are no browser send neither `Origin` nor `Sec-Fetch-Site` and pass.
 */
export function stayLocal(port: () => number, origin: () => string): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const hosts = ownHosts(port());
    const own = new URL(origin());
    if (![...hosts, own.host].includes((c.req.header('host') ?? '').toLowerCase())) {
      throw new RequestError(
        'request/host-not-allowed',
        'The header Host names another host than this service.',
      );
    }
    if (
      !SAFE_METHODS.includes(c.req.method) &&
      c.get('site') === undefined &&
      !fromOwnPage(c.req.raw.headers, [own.origin, ...hosts.map((host) => `http://${host}`)])
    ) {
      throw new RequestError('request/origin-not-allowed', 'The request was sent by a page of another site.');
    }
    await next();
  };
}

function ownHosts(port: number): string[] {
  const withPort = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
  return port === 80 ? [...withPort, ...LOOPBACK_NAMES] : withPort;
}

function fromOwnPage(headers: Headers, origins: readonly string[]): boolean {
  const origin = headers.get('origin');
  if (origin !== null) return origins.includes(origin.toLowerCase());
  const site = headers.get('sec-fetch-site');
  return site === null || site === 'same-origin' || site === 'none';
}

/** Nothing from elsewhere, nothing inline, in no frame; no permission to share with other origins is ever given. */
export const guardPages = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'no-referrer',
  crossOriginResourcePolicy: 'same-origin',
  crossOriginOpenerPolicy: 'same-origin',
  strictTransportSecurity: false,
  permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  overwrite: false,
});
