import { child, outer, startTag, type XmlElement } from '../../ooxml/index.ts';
import type { Draft } from '../edit/draft.ts';
import type { Cell, Holder } from '../edit/tape.ts';
import { REVISIONS } from '../edit/tape.ts';
import { Weaver } from '../edit/weave.ts';
import { agreed, type Report } from './meeting.ts';
import { mergedProperties } from './properties.ts';
import { sameness, shared } from './provenance.ts';
import { type Bead, cutBeads, readStrand, type Strand } from './strand.ts';
import { byWhom, formatXml, isWhole, keyBefore, revisionsOf, type Unit, unitsOf, xmlOf } from './units.ts';

/** A paragraph with the changes of two versions of it, or nothing where they do not come from the same base. */
export function mergeVersions(
  a: XmlElement,
  b: XmlElement,
  part: string,
  draft: Draft,
  isNews: (xml: string) => boolean,
  report: Report,
): string | undefined {
  const [mine, theirs] = [readStrand(a), readStrand(b)];
  if (mine.base !== theirs.base || movesOrBreaks(a) || movesOrBreaks(b)) return undefined;
  const properties = mergedProperties(a, b, report);
  const content = new Braid(mine, theirs, new Weaver(draft, part), isNews, report).write();
  return `${startTag(a).replace(/\/>$/, '>')}${properties}${content}</w:p>`;
}

/** Moves take a paragraph with them, and controls hold more than words: they are not mixed. */
function movesOrBreaks(paragraph: XmlElement): boolean {
  return /<w:(?:moveFrom|moveTo|customXml\w+Range)/.test(outer(paragraph));
}

class Braid {
  readonly #mine: readonly Bead[];
  readonly #theirs: readonly Bead[];
  readonly #weaver: Weaver;
  readonly #isNews: (xml: string) => boolean;
  readonly #report: Report;
  /** What holds runs on both sides, theirs to ours. */
  readonly #shared = new Map<XmlElement, Holder>();
  /** Beads that those of the other side stand for, because they do the same. */
  readonly #settled = new Set<Bead>();
  /** Revisions of ours that are theirs as well. */
  readonly #joint = new Map<Holder, Holder>();

  constructor(
    mine: Strand,
    theirs: Strand,
    weaver: Weaver,
    isNews: (xml: string) => boolean,
    report: Report,
  ) {
    const cuts = new Set([...mine.beads, ...theirs.beads].flatMap((x) => [x.from, x.to]));
    this.#mine = cutBeads(mine.beads, cuts);
    this.#theirs = cutBeads(theirs.beads, cuts);
    this.#weaver = weaver;
    this.#isNews = isNews;
    this.#report = report;
    this.#pairHolders();
    this.#pairUnits();
  }

  #pairHolders(): void {
    const mine = new Map(this.#mine.filter((x) => x.to > x.from).map((x) => [x.from, x]));
    for (const bead of this.#theirs) {
      const plain = (x: Bead | undefined): Holder[] =>
        x?.cell.holders.filter((h) => !REVISIONS.has(h.kind)) ?? [];
      const ours = plain(bead.to > bead.from ? mine.get(bead.from) : undefined);
      plain(bead).forEach((h, i) => {
        const own = ours[i];
        if (own) this.#shared.set(h.element, own);
      });
    }
  }

  /** Finds changes that both made. */
  #pairUnits(): void {
    const own = unitsOf(this.#mine).filter((unit) => isWhole(unit, this.#mine));
    for (const unit of unitsOf(this.#theirs)) {
      if (!isWhole(unit, this.#theirs)) continue;
      const twin = own.find((x) => x.key === unit.key);
      if (twin && this.#agree(twin, unit)) continue;
      const former = own.find((x) => keyBefore(unit, revisionsOf(x.beads)) === x.key);
      if (former) this.#supersede(former, unit);
    }
  }

  /** Both do the same: ours stands for both. */
  #agree(mine: Unit, theirs: Unit): boolean {
    const [ours, others] = [revisionsOf(mine.beads), revisionsOf(theirs.beads)];
    if (ours.length !== others.length || ours.some((h, i) => h.kind !== others[i]?.kind)) return false;
    const tags = (list: readonly Holder[]): string => list.map((h) => h.open).join('');
    agreed(tags(ours), tags(others), this.#report);
    ours.forEach((h, i) => {
      this.#joint.set(h, { ...h, open: shared(h.open, others[i]?.open ?? '') });
    });
    for (const bead of theirs.beads) this.#settled.add(bead);
    return true;
  }

  /** They went on from what we have, and changed more in it: what they make of it stands for both. */
  #supersede(mine: Unit, theirs: Unit): void {
    for (const h of revisionsOf(mine.beads)) {
      const same = revisionsOf(theirs.beads).filter((x) => byWhom(x) === byWhom(h));
      for (const x of same) this.#joint.set(x, { ...x, open: shared(x.open, h.open) });
      const [first] = same;
      if (first) this.#joint.set(h, { ...h, open: shared(h.open, first.open) });
    }
    const ours = new Set(revisionsOf(mine.beads).map(byWhom));
    for (const bead of mine.beads) if (bead.fresh) this.#settled.add(bead);
    for (const bead of theirs.beads)
      if (bead.gone !== undefined && ours.has(byWhom(bead.gone))) this.#settled.add(bead);
  }

  write(): string {
    const theirs = new Map<number, Bead>();
    for (const x of this.#theirs) if (x.to > x.from) theirs.set(x.from, x);
    const fresh = this.#freshByOffset();
    for (const bead of this.#mine) {
      if (bead.to === bead.from && this.#settled.has(bead)) continue;
      if (bead.to > bead.from) {
        this.#putAll(fresh.get(bead.from));
        fresh.delete(bead.from);
        this.#shareBead(bead, theirs.get(bead.from));
      } else this.#put(bead.cell, bead.cell.holders, xmlOf(bead), formatXml(bead));
    }
    for (const rest of fresh.values()) this.#putAll(rest);
    return this.#weaver.take();
  }

  /** What only they have, by the offset where it stands. */
  #freshByOffset(): Map<number, Bead[]> {
    const found = new Map<number, Bead[]>();
    for (const bead of this.#theirs) {
      const isNew = bead.fresh || this.#isNews(outer(bead.cell.element));
      if (isNew && bead.to === bead.from && !this.#settled.has(bead))
        found.set(bead.from, [...(found.get(bead.from) ?? []), bead]);
    }
    this.#meetings(found);
    return found;
  }

  /** Where both put something in at one place, or one inside of what the other takes away; both stand. */
  #meetings(fresh: ReadonlyMap<number, readonly Bead[]>): void {
    for (const [at, beads] of fresh) {
      const theirs = tagsOf(beads.find((x) => x.fresh));
      if (theirs === '') continue;
      const here = this.#mine.find((x) => x.fresh && x.from === at && !this.#settled.has(x));
      if (here) this.#report({ kind: 'insertion', mine: tagsOf(here), theirs, lost: false });
      const around = deletionAround(this.#mine, at);
      if (around) this.#report({ kind: 'deletion', mine: around.open, theirs, lost: false });
    }
    for (const bead of this.#mine) {
      const stands = bead.fresh && !this.#settled.has(bead);
      const around = stands ? deletionAround(this.#theirs, bead.from) : undefined;
      if (around) this.#report({ kind: 'deletion', mine: tagsOf(bead), theirs: around.open, lost: false });
    }
  }

  #put(cell: Cell, holders: readonly Holder[], xml: string, properties: string): void {
    const joint = holders.map((h) => this.#joint.get(h) ?? h);
    this.#weaver.put(cell, joint, xml, properties);
  }

  #putAll(beads: readonly Bead[] | undefined): void {
    for (const bead of beads ?? []) {
      const holders = bead.cell.holders.map((h) => this.#shared.get(h.element) ?? h);
      this.#put(bead.cell, holders, xmlOf(bead), formatXml(bead));
    }
  }

  /** Words of the base, as both left them. */
  #shareBead(bead: Bead, other: Bead | undefined): void {
    const properties = other ? this.#format(bead, other) : formatXml(bead);
    const gone = other?.gone;
    if (gone === undefined || bead.gone !== undefined) {
      if (gone && bead.gone && other && !this.#settled.has(other))
        this.#report({ kind: 'deletion', mine: bead.gone.open, theirs: gone.open, lost: true });
      this.#put(bead.cell, bead.cell.holders, xmlOf(bead), properties);
      return;
    }
    this.#put(bead.cell, [...bead.cell.holders, gone], xmlOf({ ...bead, gone }), properties);
  }

  /** Run properties with the change of either side. */
  #format(bead: Bead, other: Bead): string {
    const [mine, theirs] = [recordOf(bead), recordOf(other)];
    const [own, others] = [formatXml(bead), formatXml(other)];
    if (theirs === '') return own;
    if (mine === '') return others;
    if (sameness(own, true) === sameness(others, true)) return agreed(own, others, this.#report) ?? own;
    this.#report({ kind: 'formatting', mine, theirs, lost: true });
    return own;
  }
}

/** The revision that takes away what stands on both sides of an offset. */
function deletionAround(beads: readonly Bead[], at: number): Holder | undefined {
  const taken = beads.filter((x) => x.gone && x.to > x.from);
  const over = taken.find((x) => x.to === at);
  const next = taken.find((x) => x.from === at);
  return over && next && over.gone?.element === next.gone?.element ? next.gone : undefined;
}

function tagsOf(bead: Bead | undefined): string {
  return bead
    ? revisionsOf([bead])
        .map((h) => h.open)
        .join('')
    : '';
}

/** The record of changed run properties of a bead. */
function recordOf({ cell: { run } }: Bead): string {
  const record = child(child(run, 'w:rPr'), 'w:rPrChange');
  return record ? outer(record) : '';
}
