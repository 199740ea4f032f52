/** Where a run of bytes stands in a stream that is made in runs. */
export interface DeflateRun {
  /** What stands in front of it: the last 32 KiB, or all where there is less; `undefined` at the start. */
  readonly before: Uint8Array | undefined;
  /** The stream ends with it. */
  readonly last: boolean;
}

/**
 * What the engine asks of its host: byte-level work that every JavaScript host has natively and
 * that the engine must not reach for by itself.
 */
export interface Codec {
  /** Raw DEFLATE (RFC 1951). Throws as soon as the output would pass `maxBytes`, or when the data is damaged. */
  readonly inflateRaw: (data: Uint8Array, maxBytes: number) => Uint8Array;
  /** The whole stream; or of a stream that is made in runs, one of them, which ends at a byte. */
  readonly deflateRaw: (data: Uint8Array, run?: DeflateRun) => Uint8Array;
  /** CRC-32 as ZIP uses it (ISO 3309), as an unsigned number. */
  readonly crc32: (data: Uint8Array) => number;
  /** Lower-case hexadecimal SHA-256. */
  readonly sha256: (data: Uint8Array) => string;
  /** Strict UTF-8: throws on an invalid sequence; a leading byte order mark is dropped. */
  readonly decodeUtf8: (data: Uint8Array) => string;
  readonly encodeUtf8: (text: string) => Uint8Array;
  /** A monotonic clock in milliseconds; only the times in the report come from it. */
  readonly now: () => number;
}

interface Inflated {
  readonly from: number;
  readonly length: number;
  readonly content: Uint8Array;
}

/**
 * A codec that inflates and decodes the same bytes once for two readings, and forgets them then.  Writing and
 * verification both read the inputs, each with a reader of its own; what the host makes of the bytes is the same
 * for both.
 */
export function remembering(codec: Codec): Codec {
  const inflated = new WeakMap<ArrayBufferLike, Inflated[]>();
  const decoded = new WeakMap<Uint8Array, string>();
  return {
    ...codec,
    inflateRaw: (data, maxBytes) => {
      const known = inflated.get(data.buffer) ?? [];
      const at = known.findIndex((i) => i.from === data.byteOffset && i.length === data.length);
      const same = known[at];
      if (same && same.content.length <= maxBytes) {
        known.splice(at, 1);
        return same.content;
      }
      const content = codec.inflateRaw(data, maxBytes);
      known.push({ from: data.byteOffset, length: data.length, content });
      inflated.set(data.buffer, known);
      return content;
    },
    decodeUtf8: (data) => {
      const known = decoded.get(data);
      if (known !== undefined) {
        decoded.delete(data);
        return known;
      }
      const text = codec.decodeUtf8(data);
      decoded.set(data, text);
      return text;
    },
  };
}
