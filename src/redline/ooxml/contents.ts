import type { XmlElement } from './xml.ts';
import type { ZipEntry } from './zip.ts';

/** What an entry holds, as far as it was asked for. */
interface Content {
  readonly stored: Uint8Array;
  readonly method: number;
  bytes?: Uint8Array;
  root?: XmlElement;
}

/** What the parts of some documents hold: those that are stored alike are unpacked and read once. */
export class Contents {
  readonly #byKey = new Map<string, Content[]>();
  readonly #byEntry = new Map<ZipEntry, Content>();

  of(entry: ZipEntry): Content {
    const known = this.#byEntry.get(entry);
    if (known) return known;
    const { stored, method } = entry;
    const key = `${entry.crc} ${entry.size} ${stored.length}`;
    const alike = this.#byKey.get(key);
    const same = alike?.find((c) => c.method === method && sameBytes(c.stored, stored));
    const content: Content = same ?? { stored, method };
    if (!alike) this.#byKey.set(key, [content]);
    else if (!same) alike.push(content);
    this.#byEntry.set(entry, content);
    return content;
  }
}

/** Four bytes at a time, which counts where a process compares once and nothing is compiled yet. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const left = new DataView(a.buffer, a.byteOffset, a.length);
  const right = new DataView(b.buffer, b.byteOffset, b.length);
  const whole = a.length & ~3;
  for (let i = 0; i < whole; i += 4) if (left.getInt32(i) !== right.getInt32(i)) return false;
  for (let i = whole; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
