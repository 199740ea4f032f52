import { child, elements, inner, outer, startTag, withInner, type XmlElement } from '../../ooxml/index.ts';
import { hasRevisions } from '../decide/names.ts';
import type { Draft } from '../edit/draft.ts';
import { insertedRuns, newParagraph } from '../edit/paragraph.ts';
import { ownProperties } from '../edit/record.ts';
import { readTape } from '../edit/tape.ts';
import { runXml, textXml } from '../edit/weave.ts';
import { type Group, groupsOf, isHead, isUntouched } from './groups.ts';
import type { Conflict, ConflictKind, ConflictPolicy } from './options.ts';
import { mergeVersions, type Report } from './paragraph.ts';
import { readStrand } from './strand.ts';

/** Who comes in now, and what is done where the reviewers meet. */
export interface Asked {
  readonly reviewer: string;
  readonly policy: ConflictPolicy;
  readonly prefer: string | undefined;
}

/** Merges what two redlines of one base say, block by block. */
export class BlockMerger {
  readonly conflicts: Conflict[] = [];
  readonly #draft: Draft;
  readonly #asked: Asked;
  readonly #isNews: (xml: string) => boolean;

  /** @param isNews  marks that are no revisions but new, such as those of comments */
  constructor(draft: Draft, asked: Asked, isNews: (xml: string) => boolean) {
    this.#draft = draft;
    this.#asked = asked;
    this.#isNews = isNews;
  }

  /** Content of a story, cell or control of both; nothing where it stays as it stands in the first. */
  story(part: string, a: XmlElement, b: XmlElement): string | undefined {
    const [mine, theirs] = [groupsOf(a), groupsOf(b)];
    const news = (group: Group): boolean => !isUntouched(group, this.#isNews);
    if (!theirs.groups.some(news) && theirs.behind.length === 0) return undefined;
    if (mine.groups.length !== theirs.groups.length) {
      this.#settle('structure', part, 0, [a, b]);
      return this.#prefersTheirs() ? inner(b) : undefined;
    }
    const merged = mine.groups.map((group, i) => {
      const other = theirs.groups[i];
      return other === undefined || !news(other) ? written(group) : this.#group(part, i, group, other);
    });
    const heads = elements(a)
      .filter(isHead)
      .filter((e) => e.name !== 'w:proofErr');
    const [before, after] = [
      heads.filter((e) => e.name !== 'w:sectPr'),
      heads.filter((e) => e.name === 'w:sectPr'),
    ];
    const behind = [
      ...mine.behind,
      ...theirs.behind.filter((e) => !mine.behind.some((m) => outer(m) === outer(e))),
    ];
    return [...before.map(outer), ...merged, ...behind.map(outer), ...after.map(outer)].join('');
  }

  /** A block that they changed. */
  #group(part: string, at: number, mine: Group, theirs: Group): string {
    if (isUntouched(mine, () => false) && !outer(mine.block).includes('<w:comment')) return written(theirs);
    const found: { kind: ConflictKind; authors: readonly string[] }[] = [];
    const both = authorsIn([written(mine), written(theirs)].join(''));
    const before = this.conflicts.length;
    const merged = this.#both(part, mine, theirs, (kind, authors) => {
      const named = authors.filter((x) => x !== undefined);
      found.push({ kind, authors: named.length > 0 ? named : both });
    });
    const inside = this.conflicts.length > before;
    if (merged !== undefined && found.length === 0) return merged;
    if (merged === undefined && !inside) found.push({ kind: 'structure', authors: both });
    const { policy, prefer, reviewer } = this.#asked;
    const kept = policy === 'prefer' ? (prefer ?? null) : null;
    for (const { kind, authors } of found)
      this.conflicts.push({ part, block: at, kind, authors: [...new Set(authors)], kept });
    if (policy === 'prefer') return written(prefer === reviewer ? theirs : mine);
    return merged ?? this.#sideBySide(mine, theirs);
  }

  #prefersTheirs(): boolean {
    return this.#asked.policy === 'prefer' && this.#asked.prefer === this.#asked.reviewer;
  }

  #settle(kind: ConflictKind, part: string, block: number, elementsOf: readonly XmlElement[]): void {
    const { policy, prefer } = this.#asked;
    const authors = authorsIn(elementsOf.map(outer).join(''));
    this.conflicts.push({ part, block, kind, authors, kept: policy === 'prefer' ? (prefer ?? null) : null });
  }

  #both(part: string, mine: Group, theirs: Group, report: Report): string | undefined {
    if ([...mine.before, ...theirs.before].some(holdsBase)) return undefined;
    const block = this.#block(part, mine.block, theirs.block, report);
    if (block === undefined) return undefined;
    const isBlock = (e: XmlElement): boolean => e.name === 'w:p' || e.name === 'w:tbl';
    if (mine.before.some(isBlock) && theirs.before.some(isBlock)) report('insertion', []);
    return [...mine.before.map(outer), ...theirs.before.map(outer), block].join('');
  }

  #block(part: string, a: XmlElement, b: XmlElement, report: Report): string | undefined {
    if (!hasRevisions(outer(b)) && !this.#isNews(outer(b))) return outer(a);
    if (!hasRevisions(outer(a)) && !outer(a).includes('<w:comment')) return outer(b);
    if (a.name !== b.name) return undefined;
    if (a.name === 'w:p') return mergeVersions(a, b, part, this.#draft, report);
    if (a.name === 'w:tbl') return this.#table(part, a, b);
    return undefined;
  }

  /** A table in whose cells both edited; changes of its rows, columns or properties are not mixed. */
  #table(part: string, a: XmlElement, b: XmlElement): string | undefined {
    const shape = (table: XmlElement): string =>
      elements(table)
        .map((e) => e.name)
        .join(' ');
    if (shape(a) !== shape(b)) return undefined;
    const [rowsA, rowsB] = [elements(a), elements(b)];
    let content = '';
    for (const [i, row] of rowsA.entries()) {
      const other = rowsB[i];
      if (!other) return undefined;
      const merged = row.name === 'w:tr' ? this.#row(part, row, other) : sameOrNothing(row, other);
      if (merged === undefined) return undefined;
      content += merged;
    }
    return withInner(a, content);
  }

  #row(part: string, a: XmlElement, b: XmlElement): string | undefined {
    const [partsA, partsB] = [elements(a), elements(b)];
    if (partsA.map((e) => e.name).join() !== partsB.map((e) => e.name).join()) return undefined;
    let content = '';
    for (const [i, cell] of partsA.entries()) {
      const other = partsB[i];
      if (!other) return undefined;
      if (cell.name !== 'w:tc') {
        const same = sameOrNothing(cell, other);
        if (same === undefined) return undefined;
        content += same;
        continue;
      }
      const [prA, prB] = [child(cell, 'w:tcPr'), child(other, 'w:tcPr')];
      if ([prA, prB].some((p) => p && hasRevisions(outer(p)))) return undefined;
      const merged = this.story(part, cell, other);
      content += merged === undefined ? outer(cell) : `${startTag(cell)}${merged}</w:tc>`;
    }
    return withInner(a, content);
  }

  /** Theirs as what they say now, inserted in front of what was there: nothing of either is lost. */
  #sideBySide(mine: Group, theirs: Group): string {
    const paragraphs = [...theirs.before, theirs.block].filter((e) => e.name === 'w:p');
    const fresh = paragraphs.map((p) => {
      const { text } = readTape(p);
      const runs = text === '' ? '' : runXml('', textXml(text));
      const own = ownProperties(p).map(outer).join('');
      return newParagraph(own, '', insertedRuns(runs, this.#draft), this.#draft);
    });
    return fresh.join('') + written(mine);
  }
}

function sameOrNothing(a: XmlElement, b: XmlElement): string | undefined {
  return hasRevisions(outer(a)) || hasRevisions(outer(b)) ? undefined : outer(a);
}

function written({ before, block }: Group): string {
  return [...before, block].map(outer).join('');
}

/** Does something that is inserted hold words of the base, as the first half of a split paragraph does? */
function holdsBase(block: XmlElement): boolean {
  if (/^w:(?:move|customXml)/.test(block.name)) return true;
  return block.name === 'w:p' && readStrand(block).base !== '';
}

function authorsIn(xml: string): string[] {
  return [...new Set(Array.from(xml.matchAll(/\sw:author="([^"]*)"/g), (m) => m[1] ?? ''))];
}
