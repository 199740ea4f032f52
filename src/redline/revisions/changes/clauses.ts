import {
  Counters,
  child,
  childValue,
  type ListPlace,
  type Numbering,
  outer,
  parseXml,
  placeOf,
  resolve,
  type Styles,
  type XmlElement,
} from '../../ooxml/index.ts';

/** The clause and heading that a paragraph belongs to. */
export interface Where {
  clause: string;
  heading: string;
}

/** How a paragraph counts: with all changes accepted, with all rejected, or in both. */
export interface Presence {
  readonly accepted: boolean;
  readonly rejected: boolean;
}

interface Look {
  readonly place: ListPlace | undefined;
  /** Does a label there say the numbers of the levels above, too? */
  readonly isComplete: boolean;
  readonly isHeading: boolean;
}

interface Open {
  readonly list: string;
  readonly level: number;
  readonly full: string;
}

/** Headings are short; what is longer is a clause that looks like one. */
const MAX_HEADING = 160;
const TYPED =
  /^\s*((?:(?:section|article|clause)\s+)?(?:\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}[.)]|\([a-z]{1,4}\)|\([0-9]{1,3}\)))(?=\s)/i;
const TYPED_LIST = 'typed';
const BOTH: Presence = { accepted: true, rejected: true };
/** Properties of paragraphs nest little; what nests deeper was refused when the part was read. */
const DEPTH = 512;

/** Follows displayed numbers and headings through a story, paragraph by paragraph. */
export class Clauses {
  readonly #styles: Styles;
  readonly #numbering: Numbering;
  readonly #accepted = new Counters();
  readonly #rejected = new Counters();
  readonly #looks = new Map<string, Look>();
  #open: Open[] = [];
  #heading = '';

  constructor(styles: Styles, numbering: Numbering) {
    this.#styles = styles;
    this.#numbering = numbering;
  }

  /** @param textOf  what the paragraph says with all changes accepted: most need not be asked */
  next(pPr: XmlElement | undefined, textOf: () => string, presence: Presence): Where {
    const now = this.#look(pPr);
    const change = child(pPr, 'w:pPrChange');
    return this.#count(now, change ? this.#look(child(change, 'w:pPr')) : now, textOf, presence);
  }

  /** `next` for a paragraph without changes; @param pPr  source of its properties, or `''` */
  plain(pPr: string, textOf: () => string, presence = BOTH): Where {
    const look = this.#looks.get(pPr) ?? this.#lookAt(pPr === '' ? undefined : parseXml(pPr, DEPTH));
    return this.#count(look, look, textOf, presence);
  }

  #count(now: Look, former: Look, textOf: () => string, presence: Presence): Where {
    const accepted = presence.accepted && now.place ? this.#accepted.next(now.place) : '';
    const rejected = presence.rejected && former.place ? this.#rejected.next(former.place) : '';
    const shown = presence.accepted ? now : former;
    const label = presence.accepted ? accepted : rejected;
    const clause = this.#clause(shown, label, textOf, now.isHeading, presence.accepted);
    if (presence.accepted && mayBeTitle(now, shown.place, label)) {
      const text = textOf().trim();
      if (text !== '' && text.length <= (now.isHeading ? MAX_HEADING : MAX_HEADING / 2)) this.#heading = text;
    }
    return { clause, heading: this.#heading };
  }

  #look(pPr: XmlElement | undefined): Look {
    const key = pPr === undefined ? '' : outer(pPr);
    return this.#looks.get(key) ?? this.#lookAt(pPr);
  }

  #lookAt(pPr: XmlElement | undefined): Look {
    const styleId = childValue(pPr, 'w:pStyle') ?? this.#styles.defaultParagraph;
    const chain = this.#styles.chain(styleId);
    const outline = resolve(pPr, chain, 'w:pPr', (p) => childValue(p, 'w:outlineLvl'));
    const place = placeOf(pPr, styleId, this.#styles, this.#numbering);
    const fresh: Look = {
      place,
      isComplete: place !== undefined && isComplete(place),
      isHeading:
        outline === undefined ? /^heading \d$/i.test(this.#styles.name(styleId)) : Number(outline) < 9,
    };
    this.#looks.set(pPr === undefined ? '' : outer(pPr), fresh);
    return fresh;
  }

  #clause(
    { place, isComplete }: Look,
    label: string,
    textOf: () => string,
    isHeading: boolean,
    stays: boolean,
  ): string {
    if (place && isNumber(place, label))
      return this.#numbered(place.list.abstractId, place.level, label, isComplete, stays);
    const typed = place === undefined ? TYPED.exec(textOf())?.[1] : undefined;
    if (typed !== undefined) {
      const inside = typed.startsWith('(');
      return this.#numbered(TYPED_LIST, inside ? 1 : 0, typed, !inside, stays);
    }
    if (isHeading && stays && textOf().trim() !== '') this.#open = [];
    return this.#open.at(-1)?.full ?? '';
  }

  #numbered(list: string, level: number, raw: string, complete: boolean, stays: boolean): string {
    const label = raw.trim().replace(/[.:\s]+$/, '');
    const inner = label.startsWith('(');
    const above = this.#open.filter((o) => (o.list === list ? o.level < level : inner || level > 0));
    const parent = complete && !inner ? undefined : above.at(-1);
    const alone = parent === undefined || (complete && parent.list === list && !inner);
    const full = alone ? label : `${parent.full}${inner ? '' : '.'}${label}`;
    if (stays) this.#open = [...above, { list, level, full }];
    return full;
  }
}

/** Headings, and numbers of the highest level where little follows them. */
function mayBeTitle(look: Look, place: ListPlace | undefined, label: string): boolean {
  return look.isHeading || (place?.level === 0 && isNumber(place, label));
}

/** Bullets and blanks are no labels of clauses. */
function isNumber(place: ListPlace, label: string): boolean {
  return label.trim() !== '' && place.list.levels.get(place.level)?.format !== 'bullet';
}

/** Does the label say the numbers of the levels above too, or is there none above? */
function isComplete({ list, level }: ListPlace): boolean {
  return level === 0 || (list.levels.get(level)?.text.match(/%\d/g) ?? []).length > 1;
}
