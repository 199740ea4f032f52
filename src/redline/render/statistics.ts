import type { Codec } from '../codec.ts';
import {
  attribute,
  Counters,
  child,
  childValue,
  openPackage,
  type Package,
  placeOf,
  readNumbering,
  readStyles,
  resolve,
  type Styles,
  textOf,
  type XmlElement,
} from '../ooxml/index.ts';
import type { Limits } from '../options.ts';
import { storyParts } from '../revisions/index.ts';
import { contents } from './content.ts';
import { isGone, isNew, type Kind, kindOf, kindWithin } from './kinds.ts';

/** Words after UAX #29, numbers among them. */
export interface WordFigures {
  /** In the document with every change rejected. */
  readonly original: number;
  /** In the document with every change accepted. */
  readonly modified: number;
  readonly inserted: number;
  readonly deleted: number;
  /** Counted where they went to. */
  readonly moved: number;
}

export const CLAUSE_STATES = ['unchanged', 'changed', 'formatting', 'inserted', 'deleted', 'moved'] as const;
export type ClauseState = (typeof CLAUSE_STATES)[number];

/** A numbered paragraph or a heading of the body, with the paragraphs below it up to the next one. */
export interface ClauseFigures {
  /** As displayed with all changes accepted (rejected, for what went away): `4.2(b)`; `''` where it has no number. */
  readonly label: string;
  /** The beginning of its text as it reads now, or as it read before where it went away. */
  readonly title: string;
  /** `formatting`: its words are as before, but not how they look. */
  readonly state: ClauseState;
  readonly words: WordFigures;
}

export interface Statistics {
  /** Of all stories: body, headers, footers, notes. */
  readonly words: WordFigures;
  readonly clauses: readonly ClauseFigures[];
  /** How many clauses are in each state. */
  readonly counts: Readonly<Record<ClauseState, number>>;
}

type Words = { -readonly [Key in keyof WordFigures]: number };
type Tally = Words & { formatting: number };

interface OpenClause {
  readonly label: string;
  title: string;
  readonly tally: Tally;
}

const noWords = (): Words => ({ original: 0, modified: 0, inserted: 0, deleted: 0, moved: 0 });
/** Titles are for tables; longer ones are cut at a word. */
const MAX_TITLE = 80;
const WORD = /[\p{L}\p{N}]/u;
/** Ideographs stand on their own; what joins letters and digits joins words. */
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}_]+(?:['’.,][\p{L}\p{N}][\p{L}\p{N}\p{M}_]*)*/gu;
const NOTES = /^w:(footnotes|endnotes)$/;

/**
 * Words and clauses of a document with tracked changes; one without any is all unchanged.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when it cannot be read
 */
export function statistics(document: Uint8Array, codec: Codec, limits: Limits): Statistics {
  const pkg = openPackage(document, codec, limits);
  const words = noWords();
  const clauses = readClauses(pkg);
  for (const { tally } of clauses) add(words, tally);
  for (const part of storyParts(pkg)) {
    const root = pkg.root(part);
    if (part === pkg.main || root.name === 'w:comments') continue;
    const separators = (e: XmlElement): boolean => attribute(e, 'w:type') !== undefined;
    for (const story of NOTES.test(root.name) ? contents(root).filter((e) => !separators(e)) : [root])
      for (const p of paragraphsOf(story, undefined)) add(words, readParagraph(p.element, p.kind));
  }
  const counts = Object.fromEntries(CLAUSE_STATES.map((state) => [state, 0])) as Record<ClauseState, number>;
  const figures = clauses
    .filter(({ label, title, tally }) => label + title !== '' || tally.original + tally.modified > 0)
    // The old place of what was moved: its new place counts.
    .filter(({ tally }) => tally.original === 0 || tally.modified > 0 || tally.deleted > 0)
    .map(figuresOf);
  for (const { state } of figures) counts[state]++;
  return { words, clauses: figures, counts };
}

function add(sum: Words, more: WordFigures): void {
  for (const key of ['original', 'modified', 'inserted', 'deleted', 'moved'] as const) sum[key] += more[key];
}

function readClauses(pkg: Package): OpenClause[] {
  const styles = readStyles(pkg);
  const labelOf = labels(pkg, styles);
  let current: OpenClause = { label: '', title: '', tally: { ...noWords(), formatting: 0 } };
  const clauses = [current];
  for (const { element, kind } of paragraphsOf(pkg.root(pkg.main), undefined)) {
    const label = labelOf(element);
    const starts = WORD.test(label) || isHeading(element, styles);
    const tally = readParagraph(element, kind);
    if (starts && tally.original + tally.modified > 0) {
      current = {
        label,
        title: titleOf(element, tally.modified === 0),
        tally: { ...noWords(), formatting: 0 },
      };
      clauses.push(current);
    }
    add(current.tally, tally);
    current.tally.formatting += tally.formatting;
  }
  return clauses;
}

function figuresOf({ label, title, tally }: OpenClause): ClauseFigures {
  const { formatting: _, ...words } = tally;
  return { label, title, state: stateOf(tally), words };
}

function stateOf({ original, modified, inserted, deleted, moved, formatting }: Tally): ClauseState {
  if (inserted + deleted + moved === 0 && original === modified)
    return formatting > 0 ? 'formatting' : 'unchanged';
  if (modified === 0) return 'deleted';
  if (original > 0) return 'changed';
  return moved > inserted ? 'moved' : 'inserted';
}

interface Found {
  readonly element: XmlElement;
  /** How the row or cell around it was changed. */
  readonly kind: Kind | undefined;
}

const ROWS: Readonly<Record<string, string>> = { 'w:tr': 'w:trPr', 'w:tc': 'w:tcPr' };

function* paragraphsOf(parent: XmlElement, kind: Kind | undefined): Generator<Found> {
  for (const element of contents(parent)) {
    if (element.name === 'w:p') yield { element, kind };
    else {
      const properties = ROWS[element.name];
      const own = properties === undefined ? undefined : kindWithin(child(element, properties));
      yield* paragraphsOf(element, own ?? kind);
    }
  }
}

/** Labels as displayed; asked for every paragraph in order. */
function labels(pkg: Package, styles: Styles): (p: XmlElement) => string {
  const numbering = readNumbering(pkg, styles);
  const [accepted, rejected] = [new Counters(), new Counters()];
  const placed = (pPr: XmlElement | undefined) =>
    placeOf(pPr, childValue(pPr, 'w:pStyle') ?? styles.defaultParagraph, styles, numbering);
  return (p) => {
    const pPr = child(p, 'w:pPr');
    const kind = kindWithin(child(pPr, 'w:rPr'));
    const change = child(pPr, 'w:pPrChange');
    const now = placed(pPr);
    const before = change === undefined ? now : placed(child(change, 'w:pPr'));
    const fresh = now === undefined || isGone(kind) ? '' : accepted.next(now);
    const old = before === undefined || isNew(kind) ? '' : rejected.next(before);
    return isGone(kind) ? old : fresh;
  };
}

function isHeading(p: XmlElement, styles: Styles): boolean {
  const pPr = child(p, 'w:pPr');
  const styleId = childValue(pPr, 'w:pStyle') ?? styles.defaultParagraph;
  const level = resolve(pPr, styles.chain(styleId), 'w:pPr', (x) => childValue(x, 'w:outlineLvl'));
  return level === undefined ? /^heading [1-9]$/i.test(styles.name(styleId)) : Number(level) < 9;
}

interface Texts {
  original: string;
  modified: string;
  inserted: string;
  deleted: string;
  moved: string;
  formatting: number;
}

function readParagraph(p: XmlElement, around: Kind | undefined): Tally {
  const texts = textsOf(p, around);
  return {
    original: wordCount(texts.original),
    modified: wordCount(texts.modified),
    inserted: wordCount(texts.inserted),
    deleted: wordCount(texts.deleted),
    moved: wordCount(texts.moved),
    formatting: texts.formatting,
  };
}

function textsOf(p: XmlElement, around: Kind | undefined): Texts {
  const texts: Texts = { original: '', modified: '', inserted: '', deleted: '', moved: '', formatting: 0 };
  let last: Kind | undefined;
  const put = (text: string, kind: Kind | undefined): void => {
    if (!isNew(kind)) texts.original += text;
    if (!isGone(kind)) texts.modified += text;
    const own = kind === 'insertion' ? 'inserted' : kind === 'deletion' ? 'deleted' : 'moved';
    // What does not touch makes no word together.
    if (kind !== undefined && kind !== 'moveFrom') texts[own] += (kind === last ? '' : ' ') + text;
    last = kind;
  };
  const walk = (parent: XmlElement, kind: Kind | undefined): void => {
    for (const element of contents(parent)) {
      if (element.name === 'w:t' || element.name === 'w:delText') put(textOf(element), kind);
      else if (element.name === 'w:tab' || element.name === 'w:br' || element.name === 'w:cr') put(' ', kind);
      else if (/^w:[rp]PrChange$/.test(element.name)) texts.formatting++;
      else if (element.name === 'w:p') put(' ', kind);
      if (element.name !== 'w:t' && !element.name.endsWith('Change')) walk(element, kindOf(element) ?? kind);
    }
  };
  walk(p, around);
  return texts;
}

function wordCount(text: string): number {
  return text.match(WORDS)?.length ?? 0;
}

function titleOf(p: XmlElement, gone: boolean): string {
  const texts = textsOf(p, undefined);
  const text = (gone ? texts.original : texts.modified).replace(/\s+/g, ' ').trim();
  if (text.length <= MAX_TITLE) return text;
  const cut = text.slice(0, MAX_TITLE - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), MAX_TITLE / 2)).trimEnd()} …`;
}
