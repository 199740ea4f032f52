import type { Codec } from '../../codec.ts';
import type { EditCandidate } from '../../errors.ts';
import { attribute, type Package } from '../../ooxml/index.ts';
import { ChangeIndex } from '../changes/read.ts';
import type { Range } from './change.ts';
import { type ChangePlace, changedRange, changePlace } from './change-anchors.ts';
import { clausesOf, type Labelled } from './clauses.ts';
import { editFault } from './faults.ts';
import { fold, indexedFolded, isBlank, longestStretch } from './fold.ts';
import { Spot } from './spot.ts';
import {
  isUnseen,
  type Path,
  paragraphAt,
  paragraphOf,
  paragraphsOf,
  type Story,
  storiesOf,
} from './story.ts';
import type { Tape } from './tape.ts';
import { TextIndex } from './text-index.ts';
import type { Anchor } from './types.ts';

/** A paragraph that an anchor names, and the words in it. */
export interface Place {
  readonly story: Story;
  readonly path: Path;
  readonly tape: Tape;
  /** The words of the quote; the whole paragraph where there is none. */
  readonly range: Range;
  /** There was a quote. */
  readonly quoted: boolean;
  /** The words that matched, where they are not the quote's. */
  readonly fuzzy: string | undefined;
}

interface Match extends Range {
  readonly spot: Spot;
}

const MAX_CANDIDATES = 10;
/** Characters shown around a candidate. */
const CONTEXT = 40;

/** Finds what anchors name in one document. */
export class Anchors {
  readonly stories: readonly Story[];
  readonly #pkg: Package;
  readonly #codec: Codec;
  readonly #indexes = new Map<string, TextIndex>();
  readonly #spots = new Map<Story, Map<number, Spot>>();
  #ids: Map<string, Spot> | undefined;
  #looked = false;
  #changes: ChangeIndex | undefined;
  #clauses: readonly Labelled[] | undefined;

  constructor(pkg: Package, codec: Codec) {
    this.#pkg = pkg;
    this.#codec = codec;
    this.stories = storiesOf(pkg);
  }

  /** @throws {RedlineError} `edit/anchor-unknown`, `edit/quote-not-found`, `edit/quote-ambiguous` */
  find(anchor: Anchor): Place {
    const within = this.#scope(anchor);
    const { quote } = anchor;
    if (quote === undefined) return this.#whole(within, anchor);
    const matches = this.#matches(anchor, quote, within, false);
    if (matches.length > 0 || anchor.fuzzy !== true) return this.#one(matches, anchor, quote, within);
    return this.#one(this.#matches(anchor, quote, within, true), anchor, quote, within);
  }

  /** The paragraph's id, as an anchor takes it: its own, or one made of its words and how often they stood before. */
  idOf(story: Story, path: Path): string {
    const own = paraId(path);
    if (own !== undefined) return own;
    const { text } = this.#spot(story, path);
    const equal = isBlank(text) ? this.#everywhere() : this.#spotsWith(text, { story: story.kind }, false);
    const same = equal.filter((s) => s.story.kind === story.kind && s.text === text);
    const before = same.findIndex((s) => paragraphOf(s.path) === paragraphOf(path));
    return this.#computed(story, text, before + 1);
  }

  #computed(story: Story, text: string, n: number): string {
    const hash = this.#codec.sha256(this.#codec.encodeUtf8(`${story.kind} ${text}`));
    return `p-${hash.slice(0, 12)}-${n}`;
  }

  #everywhere(): Spot[] {
    return this.stories.flatMap((story) => this.#everyOf(story));
  }

  #whole(within: readonly Spot[] | undefined, anchor: Anchor): Place {
    const spot = within?.[0];
    if (!spot) throw editFault('edit/invalid', 'An anchor needs a quote, a paragraph, a clause or a change.');
    if (anchor.prefix !== undefined || anchor.suffix !== undefined)
      throw editFault('edit/invalid', 'A prefix or suffix needs a quote.');
    const change = anchor.change === undefined ? undefined : this.#change(anchor.change);
    const words = change && changedRange(change, spot.tape);
    const range = words ?? { from: 0, to: spot.tape.text.length };
    const { story, path, tape } = spot;
    return {
      story,
      path,
      tape,
      range,
      quoted: words !== undefined && words.to > words.from,
      fuzzy: undefined,
    };
  }

  /** The paragraphs that a paragraph id or a clause allows; none when anything is allowed. */
  #scope(anchor: Anchor): readonly Spot[] | undefined {
    if (anchor.paragraph !== undefined) {
      const spot = this.#byId(anchor.paragraph);
      if (!spot) throw editFault('edit/anchor-unknown', 'No paragraph has the id.');
      return [spot];
    }
    if (anchor.change !== undefined) {
      const { story, path } = this.#change(anchor.change);
      return [this.#spot(story, path)];
    }
    if (anchor.clause === undefined) return undefined;
    return this.#clause(anchor.clause);
  }

  #change(id: string): ChangePlace {
    this.#changes ??= new ChangeIndex(this.#pkg);
    const place = changePlace(this.#changes, id, this.stories);
    if (!place) throw editFault('edit/anchor-unknown', 'No change has the id.');
    return place;
  }

  /** The paragraph of a clause and those below it. */
  #clause(label: string): readonly Spot[] {
    this.#clauses ??= clausesOf(this.#pkg, this.stories);
    const all = this.#clauses;
    const wanted = normalLabel(label);
    const hits = all.flatMap((c, i) =>
      c.label !== '' && (normalLabel(c.label) === wanted || normalLabel(c.full) === wanted) ? [i] : [],
    );
    const exact = hits.filter((i) => normalLabel(all[i]?.full ?? '') === wanted);
    const chosen = exact.length > 0 ? exact : hits;
    const at = chosen[0];
    if (at === undefined) throw editFault('edit/anchor-unknown', 'No clause has the label.');
    if (chosen.length > 1)
      throw editFault(
        'edit/anchor-unknown',
        'Several clauses have the label.',
        chosen
          .slice(0, MAX_CANDIDATES)
          .map((i) => this.#candidate({ spot: this.#labelled(all[i]), from: 0, to: 0 })),
      );
    const level = all[at]?.level ?? 0;
    let end = at + 1;
    while (end < all.length && (all[end]?.label === '' || (all[end]?.level ?? 0) > level)) end++;
    return all.slice(at, end).map((c) => this.#labelled(c));
  }

  #labelled(clause: Labelled | undefined): Spot {
    const path = clause && paragraphAt(clause.story.root, clause.start);
    if (!clause || !path) throw new Error('a clause without a place');
    return this.#spot(clause.story, path);
  }

  #spot(story: Story, path: Path): Spot {
    const { start } = paragraphOf(path);
    const spots = this.#spots.get(story) ?? new Map<number, Spot>();
    this.#spots.set(story, spots);
    const known = spots.get(start);
    if (known) return known;
    const fresh = new Spot(story, path);
    spots.set(start, fresh);
    return fresh;
  }

  #one(matches: readonly Match[], anchor: Anchor, quote: string, within: readonly Spot[] | undefined): Place {
    const [match] = matches;
    if (match === undefined) {
      const near =
        anchor.fuzzy === true ? [] : this.#matches({ ...anchor, fuzzy: true }, quote, within, true);
      throw editFault(
        'edit/quote-not-found',
        near.length > 0
          ? 'The words of the quote stand nowhere; with "fuzzy" they would match.'
          : 'The words of the quote stand nowhere in one paragraph.',
        this.#candidates(near.length > 0 ? near : this.#without(anchor, quote, within)),
      );
    }
    if (matches.length > 1)
      throw editFault(
        'edit/quote-ambiguous',
        `The words of the quote stand in ${matches.length} places; a prefix, a suffix, a paragraph or a clause tells them apart.`,
        this.#candidates(matches),
      );
    const { spot, from, to } = match;
    const { story, path, tape } = spot;
    const found = tape.text.slice(from, to);
    return {
      story,
      path,
      tape,
      range: { from, to },
      quoted: true,
      fuzzy: found === quote ? undefined : found,
    };
  }

  /** Matches without the context that was asked for. */
  #without(anchor: Anchor, quote: string, within: readonly Spot[] | undefined): Match[] {
    if (anchor.prefix === undefined && anchor.suffix === undefined) return [];
    const { prefix: _p, suffix: _s, ...rest } = anchor;
    return this.#matches(rest, quote, within, false);
  }

  #candidates(matches: readonly Match[]): EditCandidate[] {
    return matches.slice(0, MAX_CANDIDATES).map((m) => this.#candidate(m));
  }

  #candidate({ spot: { story, path, text }, from, to }: Match): EditCandidate {
    return {
      story: story.kind,
      paragraph: this.idOf(story, path),
      before: text.slice(Math.max(0, from - CONTEXT), from),
      match: text.slice(from, to),
      after: text.slice(to, to + CONTEXT),
    };
  }

  #matches(anchor: Anchor, quote: string, within: readonly Spot[] | undefined, fuzzy: boolean): Match[] {
    if (isBlank(quote)) throw editFault('edit/invalid', 'A quote needs a character that is no blank.');
    const spots = within ?? this.#spotsWith(quote, anchor, fuzzy);
    const allowed = spots.filter(({ story }) =>
      anchor.story === undefined ? story.kind !== 'comment' : story.kind === anchor.story,
    );
    return allowed.flatMap((spot) =>
      rangesOf(spot.text, anchor, quote, fuzzy).map((range) => ({ spot, ...range })),
    );
  }

  /** Every paragraph in which the words may stand. */
  #spotsWith(quote: string, anchor: Anchor, fuzzy: boolean): Spot[] {
    const needle = fuzzy ? indexedFolded(quote) : longestStretch(quote);
    if (needle === '') return [];
    return this.stories.flatMap((story) => {
      if (anchor.story === undefined ? story.kind === 'comment' : story.kind !== anchor.story) return [];
      const { source } = story.root;
      const found = new Map<number, Path>();
      for (const offset of [...this.#index(story, fuzzy).find(needle), ...brokenIn(source)]) {
        const path = paragraphAt(story.root, offset);
        if (path && !isUnseen(path)) found.set(paragraphOf(path).start, path);
      }
      return [...found.values()].map((path) => this.#spot(story, path));
    });
  }

  #everyOf(story: Story): Spot[] {
    return Array.from(paragraphsOf(story.root), (path) => this.#spot(story, path));
  }

  #index(story: Story, fuzzy: boolean): TextIndex {
    const key = `${story.part} ${fuzzy}`;
    const known =
      this.#indexes.get(key) ?? new TextIndex(story.root.source, fuzzy ? indexedFolded : undefined);
    this.#indexes.set(key, known);
    return known;
  }

  /** One paragraph is looked for, several are looked up. */
  #byId(id: string): Spot | undefined {
    if (this.#looked) return this.#all().get(id) ?? this.#all().get(id.toUpperCase());
    this.#looked = true;
    const computed = /^p-[0-9a-f]{12}-(?=\d+$)/.exec(id)?.[0];
    let equal = 0;
    for (const spot of this.#everywhere()) {
      const own = paraId(spot.path);
      if (own !== undefined && (own === id || own === id.toUpperCase())) return spot;
      if (computed === undefined || !this.#computed(spot.story, spot.text, 0).startsWith(computed)) continue;
      equal += 1;
      if (own === undefined && id === `${computed}${equal}`) return spot;
    }
    return undefined;
  }

  /** Every paragraph by its id. */
  #all(): Map<string, Spot> {
    if (this.#ids) return this.#ids;
    const ids = new Map<string, Spot>();
    const seen = new Map<string, number>();
    for (const spot of this.#everywhere()) {
      const { story, text, path } = spot;
      const key = `${story.kind} ${text}`;
      const n = (seen.get(key) ?? 0) + 1;
      seen.set(key, n);
      const own = paraId(path);
      const id = own ?? this.#computed(story, text, n);
      if (!ids.has(id)) ids.set(id, spot);
    }
    this.#ids = ids;
    return ids;
  }
}

/**
 * Places where the index sees words between those that a paragraph shows: text boxes stand in the paragraph that holds
 * them, and words that moved away stand in `w:t`, too.
 */
function brokenIn(source: string): number[] {
  if (!/xbxContent|<w:moveFrom /.test(source)) return [];
  return Array.from(source.matchAll(/<w(?:ne)?:txbxContent[\s>]|<w:moveFrom /g), (m) => m.index);
}

function paraId(path: Path): string | undefined {
  return attribute(paragraphOf(path), 'w14:paraId')?.toUpperCase();
}

/** Labels without what surrounds them: `4.2.` and `4.2` are one, `(b)` stays apart from `b`. */
function normalLabel(label: string): string {
  return label.replace(/\s+/g, '').replace(/[.:]$/, '');
}

/** Where the words stand in a text, with the context that was asked for. */
function rangesOf(
  text: string,
  { prefix = '', suffix = '' }: Anchor,
  quote: string,
  fuzzy: boolean,
): Range[] {
  if (!fuzzy) return placesOf(text, quote, prefix, suffix).map((from) => ({ from, to: from + quote.length }));
  const folded = fold(text);
  const [q, p, s] = [fold(quote).text.trim(), fold(prefix).text, fold(suffix).text];
  return placesOf(folded.text, q, p.trim(), s.trim(), true).map((from) => ({
    from: folded.at[from] ?? 0,
    to: endOf(folded.at, from + q.length),
  }));
}

/** Offset behind the last character of a match. */
function endOf(at: readonly number[], end: number): number {
  const last = at[end - 1] ?? 0;
  return last + 1;
}

function placesOf(text: string, quote: string, prefix: string, suffix: string, loose = false): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    const [before, after] = [text.slice(0, at), text.slice(at + quote.length)];
    const matches = loose
      ? before.trimEnd().endsWith(prefix) && after.trimStart().startsWith(suffix)
      : before.endsWith(prefix) && after.startsWith(suffix);
    if (matches) found.push(at);
  }
  return found;
}
