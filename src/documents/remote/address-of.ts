import { isIP } from 'node:net';
import { isWithin } from '../../access/index.ts';
import { DocumentsError } from '../errors.ts';
import { isPublicAddress } from './addresses.ts';
import type { Web } from './web.ts';

/**
 * The address to connect to. Every one of the host is looked at: which one answers is not ours to choose.
 *
 * @param networks ranges that are allowed beside what is public.
 * @param inside only these are.
 * @throws {DocumentsError} `documents/address-not-allowed`, `documents/address-failed`.
 */
export async function addressOf(
  web: Pick<Web, 'resolve'>,
  url: URL,
  networks: readonly string[],
  signal: AbortSignal,
  inside = false,
): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await web.resolve(host, signal) : [host];
  if (addresses.length === 0)
    throw new DocumentsError('documents/address-failed', 'The host has no address.');
  const isAllowed = (one: string) => isWithin(one, networks) || (!inside && isPublicAddress(one));
  if (!addresses.every(isAllowed)) {
    throw new DocumentsError('documents/address-not-allowed', 'The host has an address that is not public.');
  }
  // Machines without IPv6 are common, hosts without IPv4 are not.
  return addresses.find((address) => isIP(address) === 4) ?? addresses[0] ?? '';
}

/** Whether a host is named: `example.com`, with a port `example.com:8443`, or `*.example.com` for every host below it. */
export function namesHost(entry: string, url: URL): boolean {
  const wild = entry.startsWith('*.');
  const wanted = URL.parse(`${url.protocol}//${wild ? entry.slice(2) : entry}`);
  if (wanted === null || wanted.port !== url.port) return false;
  // A name may end with a dot: it is the same host.
  const [host, given] = [wanted.hostname, url.hostname.replace(/[.]$/, '')];
  return wild ? given.endsWith(`.${host}`) : given === host;
}
