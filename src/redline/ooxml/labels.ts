import { formatNumber } from './number-format.ts';
import { type Package, relatedPart } from './package.ts';
import { isOn, resolve, type Styles } from './style-sheet.ts';
import { attribute, child, childValue, elements, type XmlElement } from './xml.ts';

interface Level {
  readonly element: XmlElement;
  readonly start: number;
  readonly format: string;
  readonly text: string;
  /** The text cut at its references: those at odd places are levels, 1-based. */
  readonly pieces: readonly string[];
  /** Levels at or below this number (1-based) restart this one; 0 never, `undefined` any. */
  readonly restart: number | undefined;
  readonly legal: boolean;
}

interface List {
  /** Lists of one abstract definition count together. */
  readonly abstractId: string;
  readonly levels: ReadonlyMap<number, Level>;
  readonly styleLevels: ReadonlyMap<string, number>;
  readonly overrides: ReadonlyMap<number, number>;
}

export interface Numbering {
  readonly list: (numId: string) => List | undefined;
}

/** Where a paragraph stands in a list. */
export interface ListPlace {
  readonly list: List;
  readonly numId: string;
  /** 0-based. */
  readonly level: number;
}

/** Levels that a list may have (ECMA-376 Part 1 §17.9.6). */
const MAX_LEVEL = 8;

/** List definitions of a document (ECMA-376 Part 1 §17.9). */
export function readNumbering(pkg: Package, styles: Styles): Numbering {
  const part = relatedPart(pkg, pkg.main, 'numbering');
  const all = part === undefined ? [] : elements(pkg.root(part));
  const named = (name: string, id: string): Map<string, XmlElement> =>
    new Map(all.filter((e) => e.name === name).map((e) => [attribute(e, id) ?? '', e]));
  const abstracts = named('w:abstractNum', 'w:abstractNumId');
  const nums = named('w:num', 'w:numId');
  const lists = new Map<string, List | undefined>();
  const read = (numId: string): List | undefined => {
    const num = nums.get(numId);
    const abstractId = childValue(num, 'w:abstractNumId') ?? '';
    const abstract = linked(abstracts.get(abstractId), abstracts, nums, styles);
    return num && abstract ? readList(num, abstract, abstractId) : undefined;
  };
  return {
    list: (numId) => {
      if (!lists.has(numId)) lists.set(numId, read(numId));
      return lists.get(numId);
    },
  };
}

/** Follows `w:numStyleLink` to the definition that the numbering style stands for. */
function linked(
  abstract: XmlElement | undefined,
  abstracts: ReadonlyMap<string, XmlElement>,
  nums: ReadonlyMap<string, XmlElement>,
  styles: Styles,
): XmlElement | undefined {
  const style = childValue(abstract, 'w:numStyleLink');
  if (style === undefined) return abstract;
  const numId = resolve(undefined, styles.chain(style), 'w:pPr', (p) =>
    childValue(child(p, 'w:numPr'), 'w:numId'),
  );
  return abstracts.get(childValue(nums.get(numId ?? ''), 'w:abstractNumId') ?? '') ?? abstract;
}

function readList(num: XmlElement, abstract: XmlElement, abstractId: string): List {
  const levels = new Map<number, Level>();
  const styleLevels = new Map<string, number>();
  const overrides = new Map<number, number>();
  const add = (element: XmlElement): void => {
    const at = Number(attribute(element, 'w:ilvl') ?? '0');
    levels.set(at, readLevel(element));
    const style = childValue(element, 'w:pStyle');
    if (style !== undefined) styleLevels.set(style, at);
  };
  for (const e of elements(abstract)) if (e.name === 'w:lvl') add(e);
  for (const override of elements(num).filter((e) => e.name === 'w:lvlOverride')) {
    const start = childValue(override, 'w:startOverride');
    if (start !== undefined) overrides.set(Number(attribute(override, 'w:ilvl') ?? '0'), whole(start, 1));
    const level = child(override, 'w:lvl');
    if (level) add(level);
  }
  return { abstractId, levels, styleLevels, overrides };
}

function readLevel(element: XmlElement): Level {
  const restart = childValue(element, 'w:lvlRestart');
  const text = childValue(element, 'w:lvlText') ?? '';
  const legal = child(element, 'w:isLgl');
  return {
    element,
    start: whole(childValue(element, 'w:start'), 0),
    format: childValue(element, 'w:numFmt') ?? 'decimal',
    text,
    pieces: text.split(/%([1-9])/),
    restart: restart === undefined ? undefined : whole(restart, 0),
    legal: legal !== undefined && isOn(attribute(legal, 'w:val')),
  };
}

function whole(text: string | undefined, otherwise: number): number {
  const n = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(n) ? n : otherwise;
}

/** The list and level of a paragraph, through its own properties or its style. */
export function placeOf(
  pPr: XmlElement | undefined,
  styleId: string | undefined,
  styles: Styles,
  numbering: Numbering,
): ListPlace | undefined {
  const chain = styles.chain(styleId);
  const ask = (name: string) => (p: XmlElement) => childValue(child(p, 'w:numPr'), name);
  const numId = resolve(pPr, chain, 'w:pPr', ask('w:numId'));
  const list = numId === undefined || numId === '0' ? undefined : numbering.list(numId);
  if (numId === undefined || list === undefined) return undefined;
  const own = childValue(child(pPr, 'w:numPr'), 'w:ilvl');
  const byStyle = chain
    .map((s) => list.styleLevels.get(attribute(s, 'w:styleId') ?? ''))
    .find((l) => l !== undefined);
  const level =
    own === undefined
      ? (byStyle ?? whole(resolve(undefined, chain, 'w:pPr', ask('w:ilvl')), 0))
      : whole(own, 0);
  return { list, numId, level: Math.min(Math.max(level, 0), MAX_LEVEL) };
}

/** Counts the paragraphs of one reading of a document (all changes accepted, or all rejected). */
export class Counters {
  readonly #byAbstract = new Map<string, (number | undefined)[]>();
  readonly #started = new Set<string>();
  /** Places whose number was counted before: most paragraphs stand at one that did. */
  readonly #met = new Set<ListPlace>();

  /** Counts a paragraph in and gives its label as displayed. */
  next(place: ListPlace): string {
    const { list, level } = place;
    const counts = this.#byAbstract.get(list.abstractId) ?? [];
    this.#byAbstract.set(list.abstractId, counts);
    const override = this.#isFirst(place) ? list.overrides.get(level) : undefined;
    const before = counts[level];
    counts[level] = override ?? (before === undefined ? (list.levels.get(level)?.start ?? 1) : before + 1);
    for (let deeper = level + 1; deeper <= MAX_LEVEL; deeper++) {
      const restart = list.levels.get(deeper)?.restart;
      if (restart === undefined || (restart > 0 && level < restart)) counts[deeper] = undefined;
    }
    return labelOf(list, level, counts);
  }

  #isFirst(place: ListPlace): boolean {
    if (this.#met.has(place)) return false;
    this.#met.add(place);
    const key = `${place.numId}/${place.level}`;
    if (this.#started.has(key)) return false;
    this.#started.add(key);
    return true;
  }
}

function labelOf(list: List, level: number, counts: readonly (number | undefined)[]): string {
  const own = list.levels.get(level);
  if (own === undefined || own.format === 'none') return own?.text.replace(/%\d/g, '') ?? '';
  if (own.format === 'bullet') return bulletOf(own.text);
  let label = own.pieces[0] ?? '';
  for (let i = 1; i < own.pieces.length; i += 2) {
    label += numberOf(list, Number(own.pieces[i]) - 1, counts, own.legal);
    label += own.pieces[i + 1] ?? '';
  }
  return label;
}

function numberOf(
  list: List,
  level: number,
  counts: readonly (number | undefined)[],
  legal: boolean,
): string {
  const other = list.levels.get(level);
  const format = other?.format ?? 'decimal';
  if (format === 'bullet') return '';
  const count = counts[level] ?? other?.start ?? 1;
  return formatNumber(count, legal && format !== 'none' ? 'decimal' : format);
}

/** Bullets of the Symbol and Wingdings fonts stand in the private use area; other fonts know none of them. */
const SYMBOL_BULLETS: Readonly<Record<string, string>> = {
  '\uf0a7': '▪',
  '\uf0a8': '▫',
  '\uf0d8': '➢',
  '\uf0fc': '✓',
  '\uf0e0': '→',
  o: '◦',
};

function bulletOf(text: string): string {
  const known = SYMBOL_BULLETS[text];
  if (known !== undefined) return known;
  return /^[\ue000-\uf8ff]+$/.test(text) || text === '' ? '•' : text;
}
