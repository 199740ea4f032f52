import { child, encodeText, outer } from '../../ooxml/index.ts';
import { type Holder, REVISIONS } from '../edit/tape.ts';
import type { Bead } from './strand.ts';

/** Neighbouring changes of a paragraph: what is put in and taken away at one place. */
export interface Unit {
  readonly beads: readonly Bead[];
  /** Equal for changes that do the same to the same words. */
  readonly key: string;
}

/** The changes of a strand, in order; words that stay and things that stay lie between them. */
export function unitsOf(beads: readonly Bead[]): Unit[] {
  const units: Bead[][] = [];
  let open: Bead[] | undefined;
  for (const bead of beads) {
    if (bead.fresh || (bead.gone !== undefined && bead.to > bead.from)) {
      if (open === undefined) {
        open = [];
        units.push(open);
      }
      open.push(bead);
    } else if (bead.to > bead.from) open = undefined;
  }
  return units.map((unit) => ({ beads: unit, key: keyOf(unit, nestingOf) }));
}

/** Key of a unit without what is by others than the authors of these marks, as it was before they came. */
export function keyBefore({ beads }: Unit, marks: readonly Holder[]): string {
  const known = new Set(marks.map(byWhom));
  const isKnown = (h: Holder | undefined): boolean => h !== undefined && known.has(byWhom(h));
  const first = (bead: Bead): Holder | undefined =>
    bead.fresh ? bead.cell.holders.find((h) => REVISIONS.has(h.kind)) : bead.gone;
  return keyOf(
    beads.filter((bead) => isKnown(first(bead))),
    (bead) => nestingOf(bead).slice(0, 1),
  );
}

/** Who made a revision, and when. */
export function byWhom({ kind, open }: Holder): string {
  return `${kind} ${/\sw:author="[^"]*"/.exec(open)?.[0]} ${/\sw:date="[^"]*"/.exec(open)?.[0]}`;
}

/** Kinds of the revisions around what was put in, the outermost first. */
function nestingOf({ cell }: Bead): string[] {
  return cell.holders.filter((h) => REVISIONS.has(h.kind)).map((h) => h.kind);
}

function keyOf(beads: readonly Bead[], nesting: (bead: Bead) => readonly string[]): string {
  const gone = beads.filter((b) => b.gone).map((b) => `${b.from}-${b.to}`);
  let fresh = '';
  let last: string | undefined;
  for (const bead of beads) {
    if (!bead.fresh) continue;
    const around = bead.cell.holders.filter((h) => !REVISIONS.has(h.kind)).map((h) => h.open);
    const format = [...nesting(bead), ...around, formatXml(bead)].join('|');
    fresh += `${format === last ? '' : `\u0001${bead.from} ${format}\u0002`}${bead.text ?? outer(bead.cell.element)}`;
    last = format;
  }
  return `${gone.join()}${fresh}`;
}

/** Does the unit hold all that its revisions are about? Then it can be taken for one that says the same. */
export function isWhole({ beads }: Unit, all: readonly Bead[]): boolean {
  const own = new Set(beads);
  const marks = new Set(revisionsOf(beads));
  return all.every((b) => own.has(b) || !revisionsOf([b]).some((h) => marks.has(h)));
}

/** Revisions around beads. */
export function revisionsOf(beads: readonly Bead[]): Holder[] {
  return [...new Set(beads.flatMap((b) => b.cell.holders.filter((h) => REVISIONS.has(h.kind))))];
}

/** The content of a run's properties as it stands. */
export function formatXml({ cell: { run } }: Bead): string {
  const rPr = child(run, 'w:rPr');
  return rPr ? rPr.source.slice(rPr.innerStart, rPr.innerEnd) : '';
}

export function xmlOf({ cell, text, gone }: Bead): string {
  const hidden = gone !== undefined || cell.hidden;
  if (text === undefined) {
    const xml = outer(cell.element);
    return hidden ? xml.replace(/(<\/?w:)instrText(?=[\s/>])/g, '$1delInstrText') : xml;
  }
  const name = hidden ? 'w:delText' : 'w:t';
  return `<${name} xml:space="preserve">${encodeText(text)}</${name}>`;
}
