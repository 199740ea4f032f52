import { align, Interner } from '../../diff/index.ts';
import { child, elements, outer, parseXml, type XmlElement } from '../../ooxml/index.ts';
import { shownText } from '../block.ts';
import { hasRevisions } from '../decide/names.ts';
import { settleAll } from '../decide/settle.ts';
import { markRevisions } from '../edit/record.ts';

/** A block of the base with what stands in front of it: inserted blocks and marks, which rejecting takes away. */
export interface Group {
  readonly before: readonly XmlElement[];
  readonly block: XmlElement;
}

export interface Groups {
  readonly groups: readonly Group[];
  /** Behind the last block. */
  readonly behind: readonly XmlElement[];
}

/** What two redlines of one base make of the same blocks of it: mostly one block. */
export interface Region {
  readonly mine: readonly Group[];
  readonly theirs: readonly Group[];
}

const BLOCKS = new Set(['w:p', 'w:tbl', 'w:sdt', 'w:customXml', 'w:altChunk']);
const FRESH = new Set(['w:ins', 'w:moveTo']);

/** The blocks of a story, cell or control by the block of the base that they come to when everything is rejected. */
export function groupsOf(holder: XmlElement): Groups {
  const groups: Group[] = [];
  let before: XmlElement[] = [];
  for (const block of elements(holder)) {
    if (isHead(block)) continue;
    if (!BLOCKS.has(block.name) || isFresh(block)) before.push(block);
    else {
      groups.push({ before, block });
      before = [];
    }
  }
  return { groups, behind: before };
}

/** Properties of what holds the blocks. */
export function isHead({ name }: XmlElement): boolean {
  return name === 'w:tcPr' || name === 'w:sectPr' || name === 'w:proofErr';
}

/** Does it vanish, or join what follows, when everything is rejected? */
export function isFresh(block: XmlElement): boolean {
  if (block.name === 'w:p') return markRevisions(block).some((m) => FRESH.has(m.name));
  if (block.name !== 'w:tbl') return false;
  const rows = elements(block).filter((e) => e.name === 'w:tr');
  return rows.length > 0 && rows.every((row) => child(child(row, 'w:trPr'), 'w:ins') !== undefined);
}

export function written({ before, block }: Group): string {
  return [...before, block].map(outer).join('');
}

/**
 * Pairs the groups of both. Where one has a control around blocks that the other knows without it, groups are paired by
 * what the base says there, and what finds no partner is a region of its own.
 */
export function regionsOf(mine: readonly Group[], theirs: readonly Group[]): Region[] {
  if (mine.length === theirs.length)
    return mine.map((group, i) => ({ mine: [group], theirs: theirs.slice(i, i + 1) }));
  const words = new Interner();
  const keys = (groups: readonly Group[]): number[] => groups.map((g) => words.id(baseText(g.block)));
  const { partner } = align(keys(mine), keys(theirs));
  const regions: Region[] = [];
  let [i, j] = [0, 0];
  const flush = (toMine: number, toTheirs: number): void => {
    if (toMine > i || toTheirs > j)
      regions.push({ mine: mine.slice(i, toMine), theirs: theirs.slice(j, toTheirs) });
    [i, j] = [toMine, toTheirs];
  };
  mine.forEach((_, at) => {
    const to = partner[at] ?? -1;
    if (to < 0) return;
    flush(at, to);
    flush(at + 1, to + 1);
  });
  flush(mine.length, theirs.length);
  return regions;
}

/** Pieces of a part that was read under its limits are no deeper. */
const ANY_DEPTH = 100_000;

/** What a block says in the base, and what kind of block it is. */
function baseText(block: XmlElement): string {
  const source = outer(block);
  const settled = hasRevisions(source)
    ? parseXml(settleAll(parseXml(`<w:body>${source}</w:body>`, ANY_DEPTH), 'reject'), ANY_DEPTH)
    : block;
  return `${block.name} ${shownText(settled)}`;
}
