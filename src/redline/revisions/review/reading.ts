import { parseXml, type Styles, type XmlElement } from '../../ooxml/index.ts';
import type { Group, Slot } from '../changes/group.ts';
import { contentHash, fullName, isEarly, isTelling, isWhole, leftsOf, placeIn } from '../changes/identity.ts';
import { Ledger } from '../changes/ledger.ts';
import { holder, kindOfStory } from '../changes/read.ts';
import { PartReader } from '../changes/walk.ts';
import { revisionOffsets } from '../decide/names.ts';
import { type ParagraphRecord, RecordingKeys } from './keys.ts';

/** A revision element of a change. */
export interface Mark {
  /** Number of the segment, and UTF-16 offset in its tree's source. */
  readonly segment: number;
  readonly start: number;
  readonly name: string;
}

/** A logical change: what its name depends on, and its elements. */
export class Member {
  readonly segment: number;
  readonly rank: number;
  readonly content: string;
  readonly kind: string;
  readonly isTelling: boolean;
  readonly marks: readonly Mark[];
  readonly record: ParagraphRecord | undefined;
  readonly #place: string | { readonly early: boolean; readonly left: string | undefined };
  full = '';
  natural = '';
  id = '';

  constructor(
    group: Group,
    at: { readonly segment: number; readonly rank: number },
    found: { readonly content: string; readonly kind: string; readonly marks: readonly Mark[] },
    place: {
      readonly text: string;
      readonly record: ParagraphRecord | undefined;
      readonly left: string | undefined;
    },
  ) {
    this.segment = at.segment;
    this.rank = at.rank;
    this.content = found.content;
    this.kind = found.kind;
    this.marks = found.marks;
    this.isTelling = isTelling(group);
    this.record = place.record;
    this.#place = place.record ? { early: isEarly(group), left: place.left } : place.text;
  }

  /** Names it anew by where it stands; tells whether that is another name than before. */
  place(): boolean {
    const place = this.#place;
    const text = typeof place === 'string' ? place : placeIn(this.record?.key(place.early) ?? '', place.left);
    const full = fullName(this.content, text);
    if (full === this.full) return false;
    this.full = full;
    return true;
  }
}

/** What a segment holds. */
export interface SegmentReading {
  readonly members: readonly Member[];
  readonly records: readonly ParagraphRecord[];
  /** How the last paragraph with unchanged words starts, behind the segment. */
  readonly above: string;
  /** How many tables there are up to its end. */
  readonly tables: number;
}

export interface SegmentContext {
  readonly part: string;
  readonly styles: Styles;
  readonly depth: number;
}

const OPEN = '<w:body>';
const CLOSE = '</w:body>';

/** A segment as the body that it would be on its own. */
export function treeOf(text: string, depth: number): XmlElement {
  return parseXml(`${OPEN}${text}${CLOSE}`, depth);
}

/** The text of a segment that was settled as such. */
export function textIn(settled: string): string {
  return settled.slice(OPEN.length, settled.length - CLOSE.length);
}

interface Gathered {
  readonly groups: readonly Group[];
  readonly records: readonly ParagraphRecord[];
  readonly above: string;
  readonly tables: number;
}

/** Reads segments one after the other, those with parts of one move by one reader. */
export class SegmentReader {
  readonly #ledger = new Ledger();
  readonly #keys = new RecordingKeys();
  readonly #order: { keys: RecordingKeys; paragraphs: number; tables: number; above: string };
  readonly #reader: PartReader;
  readonly #marks = new Map<Group, Mark[]>();
  /** Changes that elements of other segments may belong to. */
  readonly #moves: Group[] = [];
  readonly #gathered = new Map<number, Gathered>();
  #holds: (element: XmlElement) => boolean = () => false;

  constructor(context: SegmentContext) {
    this.#order = { keys: this.#keys, paragraphs: 0, tables: 0, above: '' };
    this.#reader = new PartReader({
      part: context.part,
      ledger: this.#ledger,
      styles: context.styles,
      clauses: undefined,
      holds: (element) => this.#holds(element),
      order: this.#order,
    });
  }

  /** @param entry  what stands before it; where the last segment ended when not given */
  read(segment: number, tree: XmlElement, entry?: { readonly above: string; readonly tables: number }): void {
    if (entry) Object.assign(this.#order, entry);
    this.#holds = holder(revisionOffsets(tree.source));
    this.#reader.blocks('body', tree);
    this.#reader.finish();
    this.#noteMarks(segment, tree.source);
    const { above, tables } = this.#order;
    this.#gathered.set(segment, { groups: this.#ledger.groups, records: this.#keys.records, above, tables });
    this.#ledger.groups = [];
    this.#keys.records = [];
  }

  /** Elements do not say which tree they are of: those that are new stand in the segment that was just read. */
  #noteMarks(segment: number, source: string): void {
    const { groups } = this.#ledger;
    for (const group of groups) this.#marks.set(group, []);
    for (const group of source.includes('<w:move') ? [...this.#moves, ...groups] : groups) {
      const marks = this.#marks.get(group) ?? [];
      for (const { start, name } of group.elements.slice(marks.length)) marks.push({ segment, start, name });
    }
    this.#moves.push(...groups.filter(({ subject }) => subject === 'move'));
  }

  finished(): Map<number, SegmentReading> {
    const readings = new Map<number, SegmentReading>();
    for (const [segment, { groups, records, above, tables }] of this.#gathered) {
      const lefts = leftsBySlot(groups);
      const members = groups.map((group, rank) => this.#member(group, { segment, rank }, lefts.get(group)));
      readings.set(segment, { members, records, above, tables });
    }
    return readings;
  }

  #member(group: Group, at: { segment: number; rank: number }, left: string | undefined): Member {
    const kind = kindOfStory(group.story);
    const found = { content: contentHash(group, kind), kind, marks: this.#marks.get(group) ?? [] };
    this.#keys.asked = undefined;
    const text = this.#placeOf(group, left);
    return new Member(group, at, found, { text, record: this.#keys.asked, left });
  }

  #placeOf(group: Group, left: string | undefined): string {
    const { paragraph } = group.anchor;
    if (isWhole(group)) return paragraph.above();
    const { within } = group;
    if (within) return placeIn(contentHash(within, kindOfStory(within.story)), left);
    return placeIn(paragraph.key(isEarly(group)), left);
  }
}

/** What stands in front of each change in its slot. */
function leftsBySlot(groups: readonly Group[]): Map<Group, string> {
  const slots = new Map<Slot, Group[]>();
  for (const group of groups) {
    const { slot } = group.anchor;
    const members = slots.get(slot);
    if (members) members.push(group);
    else slots.set(slot, [group]);
  }
  const lefts = new Map<Group, string>();
  for (const [slot, members] of slots) {
    const texts = leftsOf(slot.text, members);
    for (const [i, group] of members.entries()) lefts.set(group, texts[i] ?? '');
  }
  return lefts;
}
