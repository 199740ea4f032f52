import { decodeText, inner, type XmlElement } from '../../ooxml/index.ts';
import { type Cell, type Holder, readTape } from '../edit/tape.ts';

/** A cell of a paragraph in the coordinates of the base: what the paragraph says with everything rejected. */
export interface Bead {
  readonly cell: Cell;
  /** Offsets in the base's text; equal for what the base does not have, and for marks. */
  readonly from: number;
  readonly to: number;
  /** Text, where it can be cut. */
  readonly text: string | undefined;
  /** Put in by a change. */
  readonly fresh: boolean;
  /** The change that takes it away. */
  readonly gone: Holder | undefined;
}

export interface Strand {
  readonly beads: readonly Bead[];
  /** What the base says: text, and one character for anything else. */
  readonly base: string;
}

/** Stands for what is no text. */
const THING = '\u0001';

/** Reads a paragraph in the coordinates of the base. */
export function readStrand(paragraph: XmlElement): Strand {
  let base = '';
  const beads = readTape(paragraph).cells.map((cell): Bead => {
    const fresh = cell.holders.some((h) => h.kind === 'ins' || h.kind === 'moveTo');
    const gone = fresh ? undefined : cell.holders.find((h) => h.kind === 'del' || h.kind === 'moveFrom');
    const text = textOf(cell);
    const from = base.length;
    if (!fresh && cell.content) base += text ?? THING;
    return { cell, from, to: base.length, text, fresh, gone };
  });
  return { beads, base };
}

function textOf({ element }: Cell): string | undefined {
  if (element.name !== 'w:t' && element.name !== 'w:delText') return undefined;
  return decodeText(inner(element));
}

/** Beads cut at offsets of the base. */
export function cutBeads(beads: readonly Bead[], offsets: ReadonlySet<number>): Bead[] {
  const cuts = [...offsets].sort((a, b) => a - b);
  return beads.flatMap((bead) => {
    const { text, from, to } = bead;
    if (text === undefined || to === from) return [bead];
    const inside = cuts.filter((at) => from < at && at < to);
    if (inside.length === 0) return [bead];
    const bounds = [from, ...inside, to];
    return bounds.slice(1).map((end, i) => {
      const start = bounds[i] ?? from;
      return { ...bead, from: start, to: end, text: text.slice(start - from, end - from) };
    });
  });
}
