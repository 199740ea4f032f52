import { BlockList, isIP, isIPv6 } from 'node:net';

/** `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32));
}

/** Whether an address lies within one of the ranges. An address that is not known lies in none. */
export function isWithin(address: string | null, ranges: readonly string[]): boolean {
  if (address === null || isIP(address) === 0) return false;
  const plain = plainAddress(address);
  const kind = isIPv6(plain) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits = kind === 'ipv6' ? '128' : '32'] = range.split('/');
    // Otherwise `::/0` would hold every IPv4 address too.
    if (isIPv6(network) === (kind === 'ipv6')) list.addSubnet(network, Number(bits), kind);
  }
  return list.check(plain, kind);
}

/** An IPv4 address that came through an IPv6 socket (`::ffff:192.0.2.7`) as what it is. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/**
 * From where a request came, behind so many proxies that each add the address that they were asked from. What stands further
 * to the left in the header anybody can have written.
 *
 * @param socket the other end of the connection.
 * @param forwarded the header `X-Forwarded-For`.
 */
export function clientAddress(
  socket: string | null,
  forwarded: string | undefined,
  proxies: number,
): string | null {
  const listed = (forwarded ?? '').split(',').map((one) => one.trim());
  const chain = [...listed.filter((one) => one !== ''), socket ?? ''];
  // With fewer entries than proxies somebody came around them: the nearest that is known counts.
  const found = chain.at(-1 - Math.min(proxies, chain.length - 1)) ?? '';
  return isIP(found) === 0 ? null : plainAddress(found);
}
