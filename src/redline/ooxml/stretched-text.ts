import type { Codec } from '../codec.ts';
import { asUtf8, entryOf, LEAST, packStretch, type Stretch, stretchEnd } from './stretches.ts';
import { deflateEntry, type ZipEntry } from './zip.ts';

/** A place in a text that is kept in pieces. */
interface Spot {
  readonly piece: number;
  /** UTF-16 offset in it; always within it. */
  readonly offset: number;
}

interface Placed extends Stretch {
  readonly from: Spot;
  readonly to: Spot;
  /** What it may refer to. */
  readonly before: Uint8Array | undefined;
}

/** The text of a part in pieces, of which some change: what is packed anew is what stands around them. */
export class StretchedText {
  readonly #pieces: string[];
  readonly #codec: Codec;
  readonly #changed = new Set<number>();
  #stretches: readonly Placed[] = [];

  /** @param pieces  the first one holds the declaration; the last one is not empty */
  constructor(pieces: readonly string[], codec: Codec) {
    const [first = '', ...others] = pieces;
    this.#pieces = [asUtf8(first), ...others];
    this.#codec = codec;
  }

  replace(piece: number, text: string): void {
    if (this.#pieces[piece] === text) return;
    this.#pieces[piece] = text;
    this.#changed.add(piece);
  }

  /** As `textEntry` of the whole text. */
  entry(name: string): ZipEntry {
    this.#stretches = this.#placed();
    this.#changed.clear();
    const { encodeUtf8 } = this.#codec;
    return (
      entryOf(name, this.#stretches) ?? deflateEntry(name, encodeUtf8(this.#pieces.join('')), this.#codec)
    );
  }

  #placed(): Placed[] {
    const known = new Map(this.#stretches.map((s) => [`${s.from.piece} ${s.from.offset}`, s]));
    const changed = [...this.#changed];
    const placed: Placed[] = [];
    for (let at = this.#within(0, 0); at.piece < this.#pieces.length; at = placed.at(-1)?.to ?? at) {
      const before = placed.at(-1)?.tail;
      const old = known.get(`${at.piece} ${at.offset}`);
      const same = old !== undefined && !changed.some((piece) => touches(piece, old));
      if (same && equal(old.before, before)) placed.push({ ...old, before });
      else placed.push(this.#packed(at, before, same ? old.to : undefined));
    }
    return placed;
  }

  /** @param end  where it is known to end */
  #packed(from: Spot, before: Uint8Array | undefined, end?: Spot): Placed {
    const [text, to] = end ? [this.#textBetween(from, end), end] : this.#next(from);
    const last = to.piece === this.#pieces.length;
    return { ...packStretch(text, { before, last }, this.#codec), from, to, before };
  }

  /** The next stretch: of as many pieces as it takes to see its end. */
  #next({ piece, offset }: Spot): readonly [text: string, to: Spot] {
    const texts: string[] = [];
    let [length, enough] = [-offset, LEAST];
    for (let at = piece; at < this.#pieces.length; at++) {
      const text = this.#pieces[at] ?? '';
      texts.push(text);
      length += text.length;
      if (length < enough && at < this.#pieces.length - 1) continue;
      const joined = texts.join('').slice(offset);
      const end = stretchEnd(joined, 0);
      if (end !== undefined) return [joined.slice(0, end), this.#spotAt(piece, offset + end)];
      // Looking again costs as much as all that was looked at: by then it shall be more.
      enough = length + (length >> 3);
    }
    return [texts.join('').slice(offset), { piece: this.#pieces.length, offset: 0 }];
  }

  #spotAt(piece: number, offset: number): Spot {
    let [at, left] = [piece, offset];
    for (let length = this.#lengthOf(at); left > length; length = this.#lengthOf(at)) {
      left -= length;
      at++;
    }
    return this.#within(at, left);
  }

  #lengthOf(piece: number): number {
    return this.#pieces[piece]?.length ?? Number.POSITIVE_INFINITY;
  }

  /** The end of a piece is the start of the next one that is not empty. */
  #within(piece: number, offset: number): Spot {
    let spot = { piece, offset };
    while (spot.offset === this.#pieces[spot.piece]?.length) spot = { piece: spot.piece + 1, offset: 0 };
    return spot;
  }

  #textBetween(from: Spot, to: Spot): string {
    const pieces = this.#pieces.slice(from.piece, to.piece + 1);
    if (to.piece < this.#pieces.length) pieces[pieces.length - 1] = pieces.at(-1)?.slice(0, to.offset) ?? '';
    return pieces.join('').slice(from.offset);
  }
}

/** Does what is in a piece tell where a stretch ends, or what is in it? */
function touches(piece: number, { from, to }: Placed): boolean {
  return from.piece <= piece && (piece < to.piece || (piece === to.piece && to.offset > 0));
}

function equal(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
