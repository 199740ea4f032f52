/** Bits of a hash are written as this many hexadecimal digits. */
const DIGITS = 12;

/**
 * A short name for a text: 48 bits in hexadecimal, by two runs of MurmurHash3's mixing. Names of changes must be equal
 * for equal texts and almost surely differ for others; nothing depends on their being hard to forge.
 */
export function hashOf(text: string): string {
  let [a, b] = [0x9e3779b9 ^ text.length, 0x85ebca6b];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b ^ c, 0x1b873593);
    b = (b << 13) | (b >>> 19);
  }
  a = Math.imul(a ^ (b >>> 16), 0x85ebca6b);
  b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
  a ^= b >>> 15;
  const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
  return (hex(a) + hex(b)).slice(0, DIGITS);
}
