import { createHash, type Hash } from 'node:crypto';
import type { RequestBody } from '../documents/index.ts';

/**
 * Hashes a body while it streams. Of a form only what stands between its boundaries counts (RFC 2046 § 5.1.1), as every
 * client draws a new boundary each time that it sends the same form.
 */
export class BodyHash {
  readonly #whole = createHash('sha256');
  /** What ends a part; `null` for a body that is no form. */
  readonly #delimiter: Buffer | null;
  #part: Hash = createHash('sha256');
  /** The last bytes, which a delimiter may have begun in. The first one of a body has no line end before it. */
  #carry: Buffer;
  #size = 0;

  constructor(contentType: string) {
    const boundary = boundaryOf(contentType);
    this.#delimiter = boundary === null ? null : Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#carry = Buffer.from(boundary === null ? '' : '\r\n');
  }

  /** Bytes that were hashed so far. */
  get size(): number {
    return this.#size;
  }

  update(chunk: Uint8Array): void {
    const delimiter = this.#delimiter;
    if (delimiter === null) {
      this.#take(chunk);
      return;
    }
    let rest = Buffer.concat([this.#carry, chunk]);
    for (let at = rest.indexOf(delimiter); at >= 0; at = rest.indexOf(delimiter)) {
      this.#take(rest.subarray(0, at));
      this.#whole.update(this.#part.digest());
      this.#part = createHash('sha256');
      rest = rest.subarray(at + delimiter.length);
    }
    const sure = Math.max(0, rest.length - delimiter.length + 1);
    this.#take(rest.subarray(0, sure));
    this.#carry = Buffer.from(rest.subarray(sure));
  }

  /** To be asked for once, at the end. */
  digest(): RequestBody {
    this.#take(this.#carry);
    if (this.#delimiter !== null) this.#whole.update(this.#part.digest());
    return { sha256: this.#whole.digest('hex'), size: this.#size };
  }

  #take(bytes: Uint8Array): void {
    (this.#delimiter === null ? this.#whole : this.#part).update(bytes);
    this.#size += bytes.byteLength;
  }
}

function boundaryOf(contentType: string): string | null {
  if (!/^multipart\//i.test(contentType)) return null;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  return quoted ?? plain ?? null;
}
