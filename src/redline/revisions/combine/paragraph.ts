import { child, elements, encodeText, outer, startTag, type XmlElement } from '../../ooxml/index.ts';
import type { Draft } from '../edit/draft.ts';
import { markRevisions } from '../edit/record.ts';
import { type Holder, REVISIONS } from '../edit/tape.ts';
import { Weaver } from '../edit/weave.ts';
import type { ConflictKind } from './options.ts';
import { type Bead, cutBeads, formatOf, readStrand, type Strand } from './strand.ts';

/** What two versions of a paragraph disagree about, and who. */
export type Report = (kind: ConflictKind, authors: readonly (string | undefined)[]) => void;

/** A paragraph with the changes of two versions of it, or nothing where they do not come from the same base. */
export function mergeVersions(
  a: XmlElement,
  b: XmlElement,
  part: string,
  draft: Draft,
  report: Report,
): string | undefined {
  const [mine, theirs] = [readStrand(a), readStrand(b)];
  if (mine.base !== theirs.base || movesOrBreaks(a) || movesOrBreaks(b)) return undefined;
  const properties = mergedProperties(a, b, report);
  if (properties === undefined) return undefined;
  const content = new Braid(mine, theirs, new Weaver(draft, part), report).write();
  return `${startTag(a).replace(/\/>$/, '>')}${properties}${content}</w:p>`;
}

/** Moves take a paragraph with them, and sections and controls hold more than words: they are not mixed. */
function movesOrBreaks(paragraph: XmlElement): boolean {
  return /<w:(?:moveFrom|moveTo|sectPrChange|customXml\w+Range)/.test(outer(paragraph));
}

class Braid {
  readonly #mine: readonly Bead[];
  readonly #theirs: readonly Bead[];
  readonly #weaver: Weaver;
  readonly #report: Report;
  /** What holds runs on both sides, theirs to ours. */
  readonly #shared = new Map<XmlElement, Holder>();

  constructor(mine: Strand, theirs: Strand, weaver: Weaver, report: Report) {
    const cuts = new Set([...mine.beads, ...theirs.beads].flatMap((x) => [x.from, x.to]));
    this.#mine = cutBeads(mine.beads, cuts);
    this.#theirs = cutBeads(theirs.beads, cuts);
    this.#weaver = weaver;
    this.#report = report;
    this.#pairHolders();
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

  write(): string {
    const theirs = new Map<number, Bead>();
    for (const x of this.#theirs) if (x.to > x.from) theirs.set(x.from, x);
    const fresh = this.#freshByOffset();
    for (const bead of this.#mine) {
      if (bead.to > bead.from) {
        this.#put(fresh.get(bead.from));
        fresh.delete(bead.from);
        this.#shareBead(bead, theirs.get(bead.from));
      } else this.#bead(bead);
    }
    for (const rest of fresh.values()) this.#put(rest);
    return this.#weaver.take();
  }

  /** What only they have, by the offset where it stands. */
  #freshByOffset(): Map<number, Bead[]> {
    const found = new Map<number, Bead[]>();
    for (const bead of this.#theirs) {
      const isNew = bead.fresh || /^w:comment/.test(bead.cell.element.name);
      if (isNew && bead.to === bead.from) found.set(bead.from, [...(found.get(bead.from) ?? []), bead]);
    }
    for (const [at, beads] of found) {
      const author = authorOf(beads.find((x) => x.fresh));
      if (author === undefined) continue;
      const here = this.#mine.find((x) => x.fresh && x.from === at);
      if (here) this.#report('insertion', [authorOf(here), author]);
      const over = this.#mine.find((x) => x.gone && x.to === at);
      const next = this.#mine.find((x) => x.gone && x.from === at && x.to > x.from);
      if (over && next && over.gone?.element === next.gone?.element)
        this.#report('deletion', [next.gone?.author, author]);
    }
    for (const bead of this.#mine) {
      if (!bead.fresh) continue;
      const [left, right] = [
        this.#theirs.find((x) => x.gone && x.to === bead.from && x.to > x.from),
        this.#theirs.find((x) => x.gone && x.from === bead.from && x.to > x.from),
      ];
      if (left && right && left.gone?.element === right.gone?.element)
        this.#report('deletion', [authorOf(bead), left.gone?.author]);
    }
    return found;
  }

  #put(beads: readonly Bead[] | undefined): void {
    for (const bead of beads ?? []) {
      const holders = bead.cell.holders.map((h) => this.#shared.get(h.element) ?? h);
      this.#weaver.put(bead.cell, holders, xmlOf(bead), formatXml(bead));
    }
  }

  #bead(bead: Bead): void {
    this.#weaver.put(bead.cell, bead.cell.holders, xmlOf(bead), formatXml(bead));
  }

  /** Words of the base, as both left them. */
  #shareBead(bead: Bead, other: Bead | undefined): void {
    const properties = other ? this.#format(bead, other) : formatXml(bead);
    const gone = other?.gone;
    if (gone === undefined || bead.gone !== undefined) {
      if (gone && bead.gone) this.#report('deletion', [bead.gone.author, gone.author]);
      this.#weaver.put(bead.cell, bead.cell.holders, xmlOf(bead), properties);
      return;
    }
    this.#weaver.put(bead.cell, [...bead.cell.holders, gone], xmlOf({ ...bead, gone }), properties);
  }

  /** Run properties with the change of either side. */
  #format(bead: Bead, other: Bead): string {
    const [mine, theirs] = [formatOf(bead.cell.run), formatOf(other.cell.run)];
    if (theirs.former === undefined) return formatXml(bead);
    if (mine.former !== undefined) {
      this.#report('formatting', [undefined, undefined]);
      return formatXml(bead);
    }
    return formatXml(other);
  }
}

function authorOf(bead: Bead | undefined): string | undefined {
  return bead?.cell.holders.find((h) => REVISIONS.has(h.kind))?.author;
}

/** The content of a run's properties as it stands. */
function formatXml({ cell: { run } }: Bead): string {
  const rPr = child(run, 'w:rPr');
  return rPr ? rPr.source.slice(rPr.innerStart, rPr.innerEnd) : '';
}

function xmlOf({ cell, text, gone }: Bead): string {
  const hidden = gone !== undefined || cell.hidden;
  if (text === undefined) {
    const xml = outer(cell.element);
    return hidden ? xml.replace(/(<\/?w:)instrText(?=[\s/>])/g, '$1delInstrText') : xml;
  }
  const name = hidden ? 'w:delText' : 'w:t';
  return `<${name} xml:space="preserve">${encodeText(text)}</${name}>`;
}

const BESIDE = new Set(['w:rPr', 'w:sectPr', 'w:pPrChange']);

/** `w:pPr` with what either side changed in it. */
function mergedProperties(a: XmlElement, b: XmlElement, report: Report): string | undefined {
  const [pA, pB] = [child(a, 'w:pPr'), child(b, 'w:pPr')];
  const [changeA, changeB] = [child(pA, 'w:pPrChange'), child(pB, 'w:pPrChange')];
  if (changeA && changeB) report('formatting', authorsOf(changeA, changeB));
  const source = changeB && !changeA ? pB : pA;
  const own = source ? elements(source).filter((c) => !BESIDE.has(c.name)) : [];
  const change = changeA ?? changeB;
  const section = child(pA, 'w:sectPr');
  const mark = mergedMark(a, b, report);
  const all = [...own, ...(section ? [section] : []), ...(change ? [change] : [])];
  const before = all
    .filter((c) => !BESIDE.has(c.name))
    .map(outer)
    .join('');
  const behind = all
    .filter((c) => BESIDE.has(c.name))
    .map(outer)
    .join('');
  const content = `${before}${mark}${behind}`;
  return content === '' ? '' : `<w:pPr>${content}</w:pPr>`;
}

function mergedMark(a: XmlElement, b: XmlElement, report: Report): string {
  const [mine, theirs] = [markRevisions(a), markRevisions(b)];
  const rPr = child(child(a, 'w:pPr'), 'w:rPr');
  const other = child(child(b, 'w:pPr'), 'w:rPr');
  if (mine.length > 0 && theirs.length > 0) report('deletion', authorsOf(...mine, ...theirs));
  const [changeA, changeB] = [child(rPr, 'w:rPrChange'), child(other, 'w:rPrChange')];
  if (changeA && changeB) report('formatting', authorsOf(changeA, changeB));
  const markers = mine.length > 0 ? mine : theirs;
  const source = changeB && !changeA ? other : rPr;
  const names = new Set([...mine, ...theirs].map((m) => m.name));
  const rest = source ? elements(source).filter((c) => !names.has(c.name)) : [];
  const content = [...markers, ...rest].map(outer).join('');
  return content === '' ? '' : `<w:rPr>${content}</w:rPr>`;
}

function authorsOf(...changes: readonly XmlElement[]): string[] {
  return changes.flatMap(
    (c) => /\sw:author="([^"]*)"/.exec(c.source.slice(c.start, c.innerStart))?.[1] ?? [],
  );
}
