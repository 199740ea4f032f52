import { RedlineError } from '../../errors.ts';
import { decodeText, elements, outer, type XmlElement } from '../../ooxml/index.ts';
import { hasRevisions } from '../decide/names.ts';
import type { Draft } from '../edit/draft.ts';
import { stampText } from '../marks.ts';
import { insertedCopy } from './beside.ts';
import { type Group, groupsOf, isHead, type Region, regionsOf, written } from './groups.ts';
import { agreed, type Meeting, type Report } from './meeting.ts';
import type { ConflictPolicy } from './options.ts';
import { mergeVersions } from './paragraph.ts';
import { mergedSection } from './properties.ts';
import { readStrand } from './strand.ts';
import { mergedTable } from './tables.ts';

/** How finely the changes of a copy are put into a block; each is coarser than the one before. */
export type Mixing =
  /** Word by word. */
  | 'woven'
  /** As what the copy says there, inserted in front. */
  | 'beside'
  /** Not at all. */
  | 'left-out';

/** What is done where the reviewers meet, and what was found not to go together. */
export interface Asked {
  readonly policy: ConflictPolicy;
  /** Blocks of the base, as `news` names them, that are not to be woven. */
  readonly mixing: ReadonlyMap<string, Mixing>;
}

/** Changes that meet in a block. */
export interface Met extends Meeting {
  readonly part: string;
  readonly block: number;
  /** Theirs there are not in the result. */
  readonly leftOut: boolean;
}

/** Marks that cannot be tracked and that only one of the documents has, such as those of comments. */
export interface News {
  readonly mine: (xml: string) => boolean;
  readonly theirs: (xml: string) => boolean;
  /** Is it a reference to a note that only they have? */
  readonly note: (reference: XmlElement) => boolean;
}

/** Merges what two redlines of one base say, block by block. */
export class BlockMerger {
  readonly met: Met[] = [];
  /** Blocks in which they have anything to say, in order. */
  readonly news: string[] = [];
  readonly #draft: Draft;
  readonly #asked: Asked;
  readonly #news: News;

  constructor(draft: Draft, asked: Asked, news: News) {
    this.#draft = draft;
    this.#asked = asked;
    this.#news = news;
  }

  /**
   * Content of a story, cell or control of both; nothing where it stays as it stands in the first.
   *
   * @param name  of the story, whose blocks are mixed as asked; none for what lies in a block
   */
  story(part: string, a: XmlElement, b: XmlElement, name?: string): string | undefined {
    const [mine, theirs] = [groupsOf(a), groupsOf(b)];
    const isTheirs = (e: XmlElement): boolean => this.#isNews(outer(e));
    const section = this.#section(part, a, b);
    const isUntouched = !elements(b).some((e) => e.name !== 'w:sectPr' && isTheirs(e)) && !section.changed;
    if (isUntouched && !theirs.behind.some((e) => this.#comes(e))) return undefined;
    const merged = regionsOf(mine.groups, theirs.groups).map((region, i) =>
      this.#region({ part, at: i, key: name === undefined ? undefined : `${name}#${i}` }, region),
    );
    const heads = elements(a).filter((e) => isHead(e) && e.name !== 'w:proofErr' && e.name !== 'w:sectPr');
    const behind = [...mine.behind, ...theirs.behind.filter((e) => this.#comes(e))];
    return [...heads.map(outer), ...merged, ...behind.map(outer), section.xml].join('');
  }

  /** The section that a body ends with. */
  #section(part: string, a: XmlElement, b: XmlElement): { xml: string; changed: boolean } {
    const last = (e: XmlElement): XmlElement | undefined => elements(e).find((c) => c.name === 'w:sectPr');
    const [mine, theirs] = [last(a), last(b)];
    if (!mine) return { xml: '', changed: false };
    if (!theirs) return { xml: outer(mine), changed: false };
    const xml = mergedSection(mine, theirs, this.#reporting(part, groupsOf(a).groups.length));
    return { xml, changed: xml !== outer(mine) };
  }

  #isNews(xml: string): boolean {
    return hasRevisions(xml) || this.#news.theirs(xml);
  }

  #reporting(part: string, block: number): Report {
    return (meeting) => this.met.push({ ...meeting, part, block, leftOut: meeting.lost });
  }

  #region({ part, at, key }: Place, region: Region): string {
    const [mine, theirs] = [region.mine.map(written).join(''), region.theirs.map(written).join('')];
    const isNew = region.theirs.some((g) => g.before.some((e) => this.#comes(e))) || this.#isNews(theirs);
    if (!isNew) return mine;
    if (key !== undefined) this.news.push(key);
    const mixing = (key !== undefined && this.#asked.mixing.get(key)) || 'woven';
    if (mixing === 'woven') {
      const isOurs =
        region.mine.some((g) => g.before.length > 0) || hasRevisions(mine) || this.#news.mine(mine);
      if (!isOurs) return theirs;
      const same = agreed(mine, theirs, this.#reporting(part, at));
      if (same !== undefined) return same;
    }
    return this.#mixed({ part, at, key }, region, mixing, { mine, theirs });
  }

  #mixed({ part, at }: Place, region: Region, mixing: Mixing, xml: Sides): string {
    const [before, found] = [this.met.length, [] as Meeting[]];
    const merged =
      mixing === 'woven' ? this.#woven(part, region, (meeting) => found.push(meeting)) : undefined;
    const inside = this.met.length > before;
    const isMet = found.some((x) => x.kind !== 'same');
    const prefers = this.#asked.policy === 'prefer';
    if (merged !== undefined && !(prefers && isMet)) {
      const report = this.#reporting(part, at);
      for (const meeting of found) report(meeting);
      return merged;
    }
    const kind = found.find((x) => x.kind !== 'same')?.kind ?? 'structure';
    const leftOut = prefers || mixing === 'left-out';
    if (inside) this.met.length = before;
    this.met.push({ kind, ...xml, lost: true, part, block: at, leftOut });
    return leftOut ? this.#newBookmarks(xml.theirs) + xml.mine : this.#beside(xml);
  }

  /** Bookmarks are no changes: they come, whatever becomes of the words that they are about. */
  #newBookmarks(theirs: string): string {
    const marks = Array.from(theirs.matchAll(BOOKMARK), (m) => m[0]);
    return marks.filter((mark) => this.#news.theirs(mark)).join('');
  }

  /** Theirs as what they say now, inserted in front of what was there: nothing of either is lost. */
  #beside({ mine, theirs }: Sides): string {
    const { theirs: isNews, note } = this.#news;
    const comes = (mark: string): boolean => !mark.startsWith('<w:bookmark') && isNews(mark);
    const copy = insertedCopy(theirs, this.#draft, () => this.#stamp(theirs), comes, note);
    return this.#newBookmarks(theirs) + copy + mine;
  }

  /** A revision by whoever alone made those of a text, and as of then; by the reviewer where there are several. */
  #stamp(theirs: string): string {
    const [first, ...others] = new Set(Array.from(theirs.matchAll(AUTHOR), (m) => m[1] ?? ''));
    if (first === undefined || others.length > 0) return this.#draft.stamp();
    const date = /<w:\w+\b[^<>]*?\sw:date="([^"]*)"/.exec(theirs)?.[1] ?? null;
    return stampText(this.#draft.freshId(), decodeText(first), date);
  }

  /** Both in one; nothing where that cannot be. */
  #woven(part: string, { mine, theirs }: Region, report: Report): string | undefined {
    const [a, b] = [mine[0], theirs[0]];
    if (!a || !b || mine.length + theirs.length > 2) return undefined;
    try {
      return this.#both(part, a, b, report);
    } catch (error) {
      // A control or field would have to be cut in two.
      if (error instanceof RedlineError && error.code === 'edit/not-editable') return undefined;
      throw error;
    }
  }

  #both(part: string, mine: Group, theirs: Group, report: Report): string | undefined {
    const added = theirs.before.filter((e) => this.#comes(e));
    // The first half of a paragraph that was split goes with the other half.
    const [mineSplit, theirsSplit] = [mine.before.some(holdsBase), added.some(holdsBase)];
    const before = this.#before(mine.before, added, report);
    if (before === undefined || (mineSplit && theirsSplit)) return undefined;
    if (mineSplit && this.#isNews(outer(theirs.block))) return undefined;
    if (mineSplit) return added.map(outer).join('') + written(mine);
    const isOurs = hasRevisions(outer(mine.block)) || this.#news.mine(outer(mine.block));
    if (theirsSplit && isOurs) return undefined;
    const block = theirsSplit ? outer(theirs.block) : this.#block(part, mine.block, theirs.block, report);
    return block === undefined ? undefined : before + block;
  }

  /** What both put in front of a block. */
  #before(mine: readonly XmlElement[], theirs: readonly XmlElement[], report: Report): string | undefined {
    const [own, added] = [mine.map(outer).join(''), theirs.map(outer).join('')];
    if (!mine.some(isBlock) || !theirs.some(isBlock)) return own + added;
    const same = agreed(own, added, report);
    if (same === undefined) report({ kind: 'insertion', mine: own, theirs: added, lost: false });
    return same ?? own + added;
  }

  /** Is it more than a mark that we have? */
  #comes(element: XmlElement): boolean {
    return (
      !/^w:(?:bookmark|commentRange|perm|proofErr)/.test(element.name) || this.#news.theirs(outer(element))
    );
  }

  #block(part: string, a: XmlElement, b: XmlElement, report: Report): string | undefined {
    const [mine, theirs] = [outer(a), outer(b)];
    if (!this.#isNews(theirs)) return mine;
    if (!hasRevisions(mine) && !this.#news.mine(mine)) return theirs;
    const same = agreed(mine, theirs, report);
    if (same !== undefined) return same;
    if (a.name !== b.name) return undefined;
    if (a.name === 'w:p') return mergeVersions(a, b, part, this.#draft, this.#news.theirs, report);
    if (a.name === 'w:tbl') return mergedTable(a, b, (x, y) => this.story(part, x, y));
    return undefined;
  }
}

const BOOKMARK = /<w:bookmark(?:Start|End)\b[^<>]*\/>/g;
const AUTHOR = /\sw:author="([^"]*)"/g;

interface Place {
  readonly part: string;
  readonly at: number;
  readonly key: string | undefined;
}

interface Sides {
  readonly mine: string;
  readonly theirs: string;
}

function isBlock({ name }: XmlElement): boolean {
  return name === 'w:p' || name === 'w:tbl' || name === 'w:sdt';
}

/** Does something that is inserted hold words of the base, as the first half of a split paragraph does? */
function holdsBase(block: XmlElement): boolean {
  if (/^w:(?:move|customXml)/.test(block.name)) return true;
  return block.name === 'w:p' && readStrand(block).base !== '';
}
