import { refuseByStart, SIGNATURE_BYTES } from './describe.ts';

/**
 * The same bytes, of which none is passed on before the first ones are seen to begin something that is kept. So what is
 * refused by its signature is refused before anything of it is stored.
 */
export async function* refuseForeign(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const held: Uint8Array[] = [];
  let size = 0;
  let known = false;
  for await (const chunk of body) {
    if (known) yield chunk;
    else {
      held.push(chunk);
      size += chunk.byteLength;
      if (size < SIGNATURE_BYTES) continue;
      known = true;
      refuseByStart(startOf(held));
      yield* held.splice(0);
    }
  }
  if (known) return;
  refuseByStart(startOf(held));
  yield* held;
}

function startOf(chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(chunks.map((chunk) => chunk.subarray(0, SIGNATURE_BYTES))).subarray(
    0,
    SIGNATURE_BYTES,
  );
}
