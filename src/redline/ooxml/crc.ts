/** CRC-32 (ISO 3309), lowest bit first: what stands for x^32. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
/** x to the power of 8 · 2^k, as far as they were asked for. */
const BYTE_POWERS: number[] = [0x00800000];

/** The product of two polynomials over GF(2), modulo the CRC's. */
function product(a: number, b: number): number {
  let sum = 0;
  let shifted = b;
  for (let bits = a; bits !== 0; bits <<= 1) {
    if (bits < 0) sum ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return sum;
}

function bytePower(k: number): number {
  for (let known = BYTE_POWERS.length; known <= k; known++) {
    const last = BYTE_POWERS[known - 1] ?? 0;
    BYTE_POWERS.push(product(last, last));
  }
  return BYTE_POWERS[k] ?? 0;
}

/**
 * The CRC-32 of two runs of bytes, one behind the other, from those of each.
 *
 * @param length  bytes of the second
 */
export function joinedCrc(first: number, second: number, length: number): number {
  let shift = ONE | 0;
  for (let [k, left] = [0, length]; left > 0; k++, left = Math.floor(left / 2))
    if (left % 2 === 1) shift = product(shift, bytePower(k));
  return (product(shift, first | 0) ^ second) >>> 0;
}
