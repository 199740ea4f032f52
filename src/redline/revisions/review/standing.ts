import type { Codec } from '../../codec.ts';
import {
  openPackage,
  type Package,
  PackageEditor,
  readStyles,
  reopenPackage,
  StretchedText,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { idsIn, readLasting, writeLasting } from '../changes/lasting.ts';
import { holder, namesElsewhere } from '../changes/read.ts';
import type { Decided, Decision, Verdict } from '../decide/decision.ts';
import { revisionOffsets } from '../decide/names.ts';
import { type Drafted, draft, type Segment } from './draft.ts';
import { KeyBook } from './keys.ts';
import { byPlace, Names } from './names.ts';
import { type Member, type SegmentContext, SegmentReader, treeOf } from './reading.ts';
import { cutBody } from './segments.ts';

/** A document that is decided in again and again: each decision costs what it touches, and little that grows with the document. */
export interface StandingReview {
  /**
   * Carries decisions out, and stands for the document that comes of it from then on.
   *
   * @returns exactly what `decideChanges` returns; `undefined` for what it must be asked about, also all refusals: then
   *   nothing happened
   */
  readonly decide: (decisions: readonly Decision[]) => Decided | undefined;
  /** UTF-16 units of the text that is kept. */
  readonly size: number;
}

/**
 * @param document  is not held on to
 * @returns `undefined` for a document of which a part cannot be decided in on its own
 */
export function openStanding(
  document: Uint8Array,
  { limits }: { readonly limits: Limits },
  codec: Codec,
): StandingReview | undefined {
  const pkg = openPackage(document.slice(), codec, limits);
  const root = pkg.root(pkg.main);
  const cut = cutBody(root, holder(revisionOffsets(root.source)));
  if (!cut) return undefined;
  const review = new Standing(pkg, cut, limits, codec);
  return review.isSound ? review : undefined;
}

class Standing implements StandingReview {
  readonly isSound: boolean;
  readonly #limits: Limits;
  readonly #codec: Codec;
  readonly #context: SegmentContext;
  /** What is in front of the segments, they, and what is behind them. */
  readonly #text: StretchedText;
  #size: number;
  readonly #root: XmlElement;
  readonly #segments: Segment[] = [];
  readonly #names = new Names();
  readonly #book = new KeyBook();
  readonly #byId = new Map<string, Member>();
  /** Those that are not called what they would be called by their words and place. */
  readonly #renamed = new Set<Member>();
  readonly #byRecord = new WeakMap<object, Member[]>();
  /** Of the changes in other parts. */
  readonly #elsewhere: readonly { readonly natural: string; readonly id: string }[];
  #pkg: Package;

  constructor(pkg: Package, cut: NonNullable<ReturnType<typeof cutBody>>, limits: Limits, codec: Codec) {
    this.#pkg = pkg;
    this.#limits = limits;
    this.#codec = codec;
    const { before, segments, after } = cut;
    this.#text = new StretchedText([before, ...segments.map(({ text }) => text), after], codec);
    this.#size = segments.reduce((sum, { text }) => sum + text.length, 0);
    this.#root = pkg.root(pkg.main);
    this.#context = { part: pkg.main, styles: readStyles(pkg), depth: limits.xmlDepth };
    const reader = new SegmentReader(this.#context);
    for (const [i, { text }] of cut.segments.entries()) reader.read(i, treeOf(text, limits.xmlDepth));
    const readings = reader.finished();
    for (const [i, { text, moves }] of cut.segments.entries()) {
      const reading = readings.get(i);
      if (reading) this.#segments.push({ number: i, text, moves, ...reading });
    }
    const members = this.#segments.flatMap((segment) => segment.members);
    this.#enter([], this.#segments);
    const elsewhere = namesElsewhere(pkg);
    const naturals = [...members, ...elsewhere].map(({ natural }) => natural);
    const ids = idsIn(naturals, readLasting(pkg)).map((id, i) => id ?? naturals[i] ?? '');
    for (const [i, member] of members.entries()) this.#call(member, ids[i] ?? '');
    this.#elsewhere = elsewhere.map(({ natural }, i) => ({ natural, id: ids[members.length + i] ?? '' }));
    this.isSound = isSound(cut.segments, members, elsewhere, ids);
  }

  get size(): number {
    return this.#size;
  }

  decide(decisions: readonly Decision[]): Decided | undefined {
    const verdicts = this.#verdicts(decisions);
    const drafted = verdicts && draft(this.#segments, verdicts, this.#context);
    if (!verdicts || !drafted) return undefined;
    this.#commit(drafted);
    const idsOf = (members: readonly Member[]): string[] => members.toSorted(byPlace).map((m) => m.id);
    const of = (verdict: Verdict): string[] =>
      idsOf([...verdicts].flatMap(([member, given]) => (given === verdict ? [member] : [])));
    return {
      document: this.#written(),
      report: {
        accepted: of('accept'),
        rejected: of('reject'),
        gone: idsOf(drafted.gone),
        left: this.#byId.size + this.#elsewhere.length,
      },
    };
  }

  /** Of changes that are named by the ids they are listed under. */
  #verdicts(decisions: readonly Decision[]): Map<Member, Verdict> | undefined {
    const verdicts = new Map<Member, Verdict>();
    for (const { verdict, changes } of decisions) {
      const { ids, ...others } = changes;
      if (ids === undefined || Object.keys(others).length > 0) return undefined;
      for (const id of ids) {
        const member = this.#byId.get(id);
        if (!member || (verdicts.get(member) ?? verdict) !== verdict) return undefined;
        verdicts.set(member, verdict);
      }
    }
    return verdicts.size > 0 ? verdicts : undefined;
  }

  /** Puts segments in the place of what they were: gives new changes their names, and those that stand elsewhere now theirs. */
  #enter(former: readonly Segment[], segments: readonly Segment[]): void {
    const changed = this.#book.exchange(
      former.flatMap(({ records }) => records),
      segments.map(({ number, records }) => [number, records] as const),
    );
    for (const record of changed)
      for (const member of this.#byRecord.get(record) ?? []) this.#names.moved(member);
    for (const member of segments.flatMap((segment) => segment.members)) {
      const { record } = member;
      const known = record && this.#byRecord.get(record);
      if (known) known.push(member);
      else if (record) this.#byRecord.set(record, [member]);
      member.place();
      this.#names.add(member);
    }
    for (const member of this.#names.settle()) this.#call(member, member.id);
  }

  #call(member: Member, id: string): void {
    member.id = id;
    if (id !== '') this.#byId.set(id, member);
    if (id !== '' && id !== member.natural) this.#renamed.add(member);
    else this.#renamed.delete(member);
  }

  #commit({ segments, successors }: Drafted): void {
    const before = [...segments.keys()].flatMap((number) => this.#segments[number] ?? []);
    const former = new Set(before.flatMap(({ members }) => members));
    for (const member of former) {
      this.#byId.delete(member.id);
      this.#renamed.delete(member);
      this.#names.remove(member);
    }
    for (const [number, segment] of segments) {
      this.#size += segment.text.length - (this.#segments[number]?.text.length ?? 0);
      this.#segments[number] = segment;
      this.#text.replace(number + 1, segment.text);
      for (const member of segment.members) member.id = successors.get(member)?.id ?? '';
    }
    this.#enter(before, [...segments.values()]);
  }

  #written(): Uint8Array {
    const editor = new PackageEditor(this.#pkg, this.#codec);
    editor.put(this.#text.entry(this.#pkg.main));
    const renamed = [...this.#renamed].sort(byPlace);
    const pairs = [...renamed, ...this.#elsewhere].filter(({ natural, id }) => natural !== id);
    writeLasting(
      editor,
      pairs.map(({ natural, id }) => [natural, id] as const),
    );
    const document = editor.bytes();
    // The main part is known: it is not unpacked again. The bytes are the caller's, who may hand them over to another thread.
    this.#pkg = reopenPackage(document.slice(), this.#codec, this.#limits, {
      main: this.#root,
      part: this.#pkg.main,
    });
    return document;
  }
}

/** Do changes have names of their own, and is what they depend on in this part? */
function isSound(
  segments: readonly { readonly text: string }[],
  members: readonly Member[],
  elsewhere: readonly { readonly kind: string }[],
  ids: readonly string[],
): boolean {
  const kinds = new Set(members.map(({ kind }) => kind));
  const copied = segments.some(
    ({ text }) => text.includes('<mc:AlternateContent') && text.includes('<w:move'),
  );
  return !copied && new Set(ids).size === ids.length && !elsewhere.some(({ kind }) => kinds.has(kind));
}
