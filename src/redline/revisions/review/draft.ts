import type { Verdict } from '../decide/decision.ts';
import { settle } from '../decide/settle.ts';
import { byPlace } from './names.ts';
import {
  type Mark,
  type Member,
  type SegmentContext,
  SegmentReader,
  type SegmentReading,
  textIn,
  treeOf,
} from './reading.ts';

/** So many segments may follow from a decision before it is looked at as one about the whole document. */
const MOST_FOLLOWING = 64;
const NOTE_REFERENCE = /<w:(?:foot|end)noteReference[\s/>]/g;

/** A segment with what was found in it. */
export interface Segment extends SegmentReading {
  readonly number: number;
  readonly text: string;
  readonly moves: readonly string[];
}

/** What decisions make of some segments. */
export interface Drafted {
  readonly segments: ReadonlyMap<number, Segment>;
  /** What each change of them was before. */
  readonly successors: ReadonlyMap<Member, Member>;
  /** Changes that went with what was decided. */
  readonly gone: readonly Member[];
}

type Span = readonly [from: number, to: number];

/** @returns `undefined` where more depends on a decision than can be told from its segments */
export function draft(
  segments: readonly Segment[],
  verdicts: ReadonlyMap<Member, Verdict>,
  context: SegmentContext,
): Drafted | undefined {
  const offsets = new Map<number, Map<number, Verdict>>();
  for (const [member, verdict] of verdicts) {
    for (const { segment, start } of member.marks) {
      const known = offsets.get(segment) ?? new Map<number, Verdict>();
      offsets.set(segment, known.set(start, verdict));
    }
  }
  const texts = new Map<number, string>();
  const spans = new Map<number, readonly Span[]>();
  for (const [number, decided] of offsets) {
    const settled = settledSegment(segments[number]?.text ?? '', decided, context.depth);
    if (!settled) return undefined;
    texts.set(number, settled.text);
    spans.set(number, settled.gone);
  }
  const fresh = readAgain(segments, texts, context);
  if (!fresh) return undefined;
  const former = new Set([...fresh.keys()].flatMap((number) => segments[number]?.members ?? []));
  const isLost = ({ segment, start }: Mark): boolean =>
    spans.get(segment)?.some(([from, to]) => from <= start && start < to) ?? false;
  const gone = [...former].filter((m) => !verdicts.has(m) && m.marks.every(isLost)).sort(byPlace);
  const left = [...former].filter((m) => !verdicts.has(m) && !gone.includes(m));
  const successors = successorsOf(
    left,
    [...fresh.values()].flatMap(({ members }) => members),
    isLost,
  );
  return successors && { segments: fresh, successors, gone };
}

function settledSegment(
  text: string,
  verdicts: ReadonlyMap<number, Verdict>,
  depth: number,
): { readonly text: string; readonly gone: readonly Span[] } | undefined {
  const tree = treeOf(text, depth);
  // What becomes of a control depends on what follows it; a part without any block is settled otherwise.
  if (tree.children.some((c) => c.kind === 'element' && c.name === 'w:sdt')) return undefined;
  const { xml, gone } = settle(tree, verdicts);
  const settled = textIn(xml);
  const references = (of: string): number => of.match(NOTE_REFERENCE)?.length ?? 0;
  return references(settled) === references(text) ? { text: settled, gone } : undefined;
}

/** Segments with new texts, those with other parts of their moves, and those before which something else stands now. */
function readAgain(
  segments: readonly Segment[],
  texts: ReadonlyMap<number, string>,
  context: SegmentContext,
): Map<number, Segment> | undefined {
  const fresh = new Map<number, Segment>();
  const due = new Set([...texts.keys()].flatMap((number) => withMoves(segments, number)));
  for (let rounds = 0; due.size > 0; rounds++) {
    if (rounds > MOST_FOLLOWING) return undefined;
    const [first] = [...due].sort((a, b) => a - b);
    const numbers = withMoves(segments, first ?? 0);
    const reader = new SegmentReader(context);
    for (const number of numbers) {
      due.delete(number);
      const before = fresh.get(number - 1) ?? segments[number - 1];
      const text = texts.get(number) ?? segments[number]?.text ?? '';
      reader.read(number, treeOf(text, context.depth), {
        above: before?.above ?? '',
        tables: before?.tables ?? 0,
      });
    }
    for (const [number, reading] of reader.finished()) {
      const old = fresh.get(number) ?? segments[number];
      if (!old || reading.tables !== old.tables) return undefined;
      const text = texts.get(number) ?? old.text;
      fresh.set(number, { number, text, moves: old.moves, ...reading });
      if (reading.above !== old.above && number + 1 < segments.length)
        for (const next of withMoves(segments, number + 1)) due.add(next);
    }
  }
  return fresh;
}

/** A segment and those that share a move with it, directly or through others, rising. */
function withMoves(segments: readonly Segment[], number: number): number[] {
  const found = new Set([number]);
  const names = new Set<string>();
  const list = [number];
  for (const at of list) {
    for (const name of segments[at]?.moves ?? []) {
      if (names.has(name)) continue;
      names.add(name);
      for (const other of segments)
        if (other.moves.includes(name) && !found.has(other.number)) {
          found.add(other.number);
          list.push(other.number);
        }
    }
  }
  return list.sort((a, b) => a - b);
}

/** Which change each one was: deciding takes elements away, and leaves the others in order. */
function successorsOf(
  left: readonly Member[],
  fresh: readonly Member[],
  isLost: (mark: Mark) => boolean,
): Map<Member, Member> | undefined {
  const before = marksOf(left).filter(([mark]) => !isLost(mark));
  const now = marksOf(fresh);
  if (before.length !== now.length) return undefined;
  const successors = new Map<Member, Member>();
  const heirs = new Map<Member, Member>();
  for (const [i, [mark, member]] of now.entries()) {
    const [old, owner] = before[i] ?? [];
    if (!old || !owner || old.segment !== mark.segment || old.name !== mark.name) return undefined;
    if ((successors.get(member) ?? owner) !== owner || (heirs.get(owner) ?? member) !== member)
      return undefined;
    successors.set(member, owner);
    heirs.set(owner, member);
  }
  return successors;
}

function marksOf(members: readonly Member[]): (readonly [Mark, Member])[] {
  const marks = members.flatMap((member) => member.marks.map((mark) => [mark, member] as const));
  return marks.sort(([a], [b]) => a.segment - b.segment || a.start - b.start);
}
