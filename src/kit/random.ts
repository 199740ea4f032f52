import { randomBytes } from 'node:crypto';

/** As many random bytes as asked. Passed in wherever chance decides something, so that tests can repeat it. */
export type RandomBytes = (size: number) => Uint8Array;

/** Bytes that are asked of the system at a time: asking costs the same for 16 as for thousands. */
const STOCK_BYTES = 8192;
const FEW_BYTES = 64;

let stock = new Uint8Array();
let given = 0;

/** Fit for keys. */
export const systemRandom: RandomBytes = (size) => {
  if (size > FEW_BYTES) return randomBytes(size);
  if (given + size > stock.length) {
    stock = Uint8Array.from(randomBytes(STOCK_BYTES));
    given = 0;
  }
  const part = stock.subarray(given, given + size);
  given += size;
  const bytes = part.slice();
  // Nobody finds in the stock what became a key.
  part.fill(0);
  return bytes;
};
