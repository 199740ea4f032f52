import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * IPv4 that is not of the public internet (IANA, IPv4 Special-Purpose Address Registry), and one address inside it under
 * which a cloud answers to its own machines.
 */
const SPECIAL_IPV4: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** What IANA has given out (RFC 4291 § 2.4): nothing outside of it is public, so mapped and translated IPv4 is not. */
const GLOBAL_IPV6: readonly [string, number] = ['2000::', 3];

/** Inside of that: protocols, Teredo, documentation, 6to4 (which may lead to any IPv4), AS112. */
const SPECIAL_IPV6: readonly (readonly [address: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

const special = new BlockList();
const global = new BlockList();
for (const [address, bits] of SPECIAL_IPV4) special.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of SPECIAL_IPV6) special.addSubnet(address, bits, 'ipv6');
global.addSubnet(...GLOBAL_IPV6, 'ipv6');

/** Whether an address leads to the public internet, and not to this machine, its network or a mechanism of either. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
