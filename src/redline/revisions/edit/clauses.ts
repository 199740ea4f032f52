import {
  Counters,
  child,
  childValue,
  elements,
  type ListPlace,
  type Package,
  placeOf,
  readNumbering,
  readStyles,
  type XmlElement,
} from '../../ooxml/index.ts';
import { visibleText } from './spot.ts';
import { type Path, paragraphOf, paragraphsOf, type Story } from './story.ts';

/** A paragraph of the body and its label as displayed with every change accepted. */
export interface Labelled {
  readonly story: Story;
  readonly path: Path;
  /** `''` where it has none. */
  readonly label: string;
  /** With the labels above it where its own does not hold them: `4.2(b)`. */
  readonly full: string;
  /** 0-based. */
  readonly level: number;
}

/** A label that was typed: `4.2`, `4.2.1.`, `(b)`, `Article IV`. */
const TYPED =
  /^\s*((?:\d+\.)*\d+\.?|\([a-z]{1,5}\)|(?:Article|Section|Clause|Schedule)\s+[\dIVXL.]+)(?=[\s:]|$)/i;
/** Level of a typed label without numbers. */
const LETTERED = 5;

/** The paragraphs of the body with their labels, in order. */
export function clausesOf(pkg: Package, stories: readonly Story[]): Labelled[] {
  return stories.filter((s) => s.kind === 'body').flatMap((story) => labelsOf(story, pkg));
}

function labelsOf(story: Story, pkg: Package): Labelled[] {
  const styles = readStyles(pkg);
  const numbering = readNumbering(pkg, styles);
  const counters = new Counters();
  const above: string[] = [];
  const read = new Map<string, Said>();
  return Array.from(paragraphsOf(story.root), (path) => {
    const paragraph = paragraphOf(path);
    const { label, level } = ownLabel(paragraph);
    if (label === '') return { story, path, label, full: '', level };
    const parent = above.slice(0, level).findLast((l) => l !== undefined) ?? '';
    const full = standsAlone(label) ? label : `${parent.replace(/[.:]$/, '')}${label}`;
    above.length = Math.min(above.length, level);
    above[level] = full;
    return { story, path, label, full, level };
  });

  function ownLabel(paragraph: XmlElement): Pick<Labelled, 'label' | 'level'> {
    const none = { label: '', level: 0 };
    const { isGone, place, mayBeTyped } = said(paragraph);
    if (isGone) return none;
    if (place) return { label: counters.next(place), level: place.level };
    if (!mayBeTyped) return none;
    const typed = TYPED.exec(visibleText(paragraph))?.[1];
    return typed === undefined ? none : { label: typed, level: typedLevel(typed) };
  }

  /** Many paragraphs have the same properties: they are read once. */
  function said(paragraph: XmlElement): Said {
    const key = propertiesText(paragraph);
    const known = key === undefined ? undefined : read.get(key);
    if (known) return known;
    const pPr = child(paragraph, 'w:pPr');
    const mark = child(pPr, 'w:rPr');
    const style = childValue(pPr, 'w:pStyle') ?? styles.defaultParagraph;
    const fresh = {
      isGone: mark !== undefined && elements(mark).some((m) => m.name === 'w:del' || m.name === 'w:moveFrom'),
      place: placeOf(pPr, style, styles, numbering),
      mayBeTyped: !/^toc \d/i.test(styles.name(style)),
    };
    if (key !== undefined) read.set(key, fresh);
    return fresh;
  }
}

/** What the properties of a paragraph say about its label. */
interface Said {
  readonly isGone: boolean;
  readonly place: ListPlace | undefined;
  readonly mayBeTyped: boolean;
}

/** Source of a paragraph's properties, as far as it tells them apart; nothing where it is not plain to see. */
function propertiesText({ source, innerStart, innerEnd }: XmlElement): string | undefined {
  if (!source.startsWith('<w:pPr>', innerStart)) return undefined;
  const end = source.indexOf('</w:pPr>', innerStart);
  return end < 0 || end > innerEnd ? undefined : source.slice(innerStart, end);
}

function typedLevel(label: string): number {
  const numbers = label.match(/\d+/g);
  return numbers ? numbers.length - 1 : LETTERED;
}

/** Labels that begin with a number or a word hold those above them already. */
function standsAlone(label: string): boolean {
  return /^[\p{L}\d]/u.test(label);
}
