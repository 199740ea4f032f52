import { Counters, child, type ListPlace, type XmlElement } from '../../ooxml/index.ts';
import type { Content, Look, Looks } from './looks.ts';

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

interface Open {
  readonly list: string;
  readonly level: number;
  readonly full: string;
}

/** A paragraph that was counted. */
interface Passed {
  readonly look: Look;
  readonly label: string;
  readonly textOf: () => string;
}

/** Headings are short; what is longer is a clause that looks like one. */
const MAX_HEADING = 160;
const TYPED =
  /^\s*((?:(?:section|article|clause)\s+)?(?:\d{1,3}(?:\.\d{1,3})+\.?|\d{1,3}[.)]|\([a-z]{1,4}\)|\([0-9]{1,3}\)))(?=\s)/i;
const TYPED_LIST = 'typed';
const BOTH: Presence = { accepted: true, rejected: true };

/** Follows displayed numbers and headings through a story, paragraph by paragraph. */
export class Clauses {
  readonly #looks: Looks;
  readonly #accepted = new Counters();
  readonly #rejected = new Counters();
  #open: Open[] = [];
  #heading = '';
  #passed: Passed[] = [];

  constructor(looks: Looks) {
    this.#looks = looks;
  }

  /** @param textOf  what the paragraph says with all changes accepted: most need not be asked */
  next(pPr: XmlElement | undefined, textOf: () => string, presence: Presence): Where {
    const now = this.#looks.of(pPr);
    const change = child(pPr, 'w:pPrChange');
    return this.#count(now, change ? this.#looks.of(child(change, 'w:pPr')) : now, textOf, presence);
  }

  /** `next` for a paragraph without changes; @param pPr  source of its properties, or `''` */
  plain(pPr: string, textOf: () => string): Where {
    const look = this.#looks.at(pPr);
    return this.#count(look, look, textOf, BOTH);
  }

  /**
   * Goes past a paragraph as it stands, without a look at what it says before `here` asks; one story is followed by
   * this or by the others, not by both.
   */
  pass(paragraph: Content, textOf: () => string): void {
    const look = this.#looks.ofParagraph(paragraph);
    this.#passed.push({ look, label: look.place ? this.#accepted.next(look.place) : '', textOf });
  }

  /** Where the paragraph passed last stands: what was passed is read back to where its clause and heading begin. */
  here(): Where {
    const passed = this.#passed;
    this.#passed = [];
    for (const { look, label, textOf } of passed.slice(Math.max(0, passed.findLastIndex(beginsAnew))))
      this.#clause(look, label, textOf, look.isHeading, true);
    const title = passed.findLast((p) => titleOf(p) !== undefined);
    if (title) this.#heading = titleOf(title) ?? this.#heading;
    return { clause: this.#open.at(-1)?.full ?? '', heading: this.#heading };
  }

  #count(now: Look, former: Look, textOf: () => string, presence: Presence): Where {
    const accepted = presence.accepted && now.place ? this.#accepted.next(now.place) : '';
    const rejected = presence.rejected && former.place ? this.#rejected.next(former.place) : '';
    const shown = presence.accepted ? now : former;
    const label = presence.accepted ? accepted : rejected;
    const clause = this.#clause(shown, label, textOf, now.isHeading, presence.accepted);
    if (presence.accepted) this.#heading = titleOf({ look: now, label, textOf }) ?? this.#heading;
    return { clause, heading: this.#heading };
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
      const inside = isInner(typed);
      return this.#numbered(TYPED_LIST, inside ? 1 : 0, typed, !inside, stays);
    }
    if (isHeading && stays && textOf().trim() !== '') this.#open = [];
    return this.#open.at(-1)?.full ?? '';
  }

  #numbered(list: string, level: number, raw: string, complete: boolean, stays: boolean): string {
    const label = plainLabel(raw);
    const inner = isInner(label);
    const above = this.#open.filter((o) => (o.list === list ? o.level < level : inner || level > 0));
    const parent = complete && !inner ? undefined : above.at(-1);
    const alone = parent === undefined || (complete && parent.list === list && !inner);
    const full = alone ? label : `${parent.full}${inner ? '' : '.'}${label}`;
    if (stays) this.#open = [...above, { list, level, full }];
    return full;
  }
}

/** What a paragraph heads its clauses with, if it does: headings, and numbers of the highest level where little follows them. */
function titleOf({ look, label, textOf }: Passed): string | undefined {
  if (!look.isHeading && !(look.place?.level === 0 && isNumber(look.place, label))) return undefined;
  const text = textOf().trim();
  return text !== '' && text.length <= (look.isHeading ? MAX_HEADING : MAX_HEADING / 2) ? text : undefined;
}

/** Is nothing that came before part of the clause that a paragraph belongs to? */
function beginsAnew({ look, label, textOf }: Passed): boolean {
  if (look.place && isNumber(look.place, label)) return look.place.level === 0 && !isInner(plainLabel(label));
  const typed = look.place === undefined ? TYPED.exec(textOf())?.[1] : undefined;
  if (typed !== undefined) return !isInner(typed);
  return look.isHeading && textOf().trim() !== '';
}

/** A label without the blanks around it and the point behind it. */
function plainLabel(label: string): string {
  return label.trim().replace(/[.:\s]+$/, '');
}

/** Does it number what stands inside a clause? */
function isInner(label: string): boolean {
  return label.startsWith('(');
}

/** Bullets and blanks are no labels of clauses. */
function isNumber(place: ListPlace, label: string): boolean {
  return label.trim() !== '' && place.list.levels.get(place.level)?.format !== 'bullet';
}
