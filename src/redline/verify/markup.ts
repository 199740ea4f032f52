import { attribute, type Element } from './element.ts';
import { isRangeEnd } from './leftover.ts';
import {
  CELL_MARKS,
  CUSTOM_RANGES,
  FLAGS,
  MARKER_PARENTS,
  MOVE_RANGES,
  PROPERTY_CHANGES,
  RANGE_MARKUP,
  TRACK,
  WRAPPERS,
} from './names.ts';
import { inOrder, isProperChange } from './order.ts';

/** What one part holds that must agree with itself or with other parts; and what is wrong with its markup. */
export interface Markup {
  /** `code message`, without positions, so that faults of the inputs can be told apart. */
  readonly faults: ReadonlySet<string>;
  /** `w:id` of every revision. */
  readonly revisionIds: readonly string[];
  /** In lower case. */
  readonly bookmarkNames: readonly string[];
  /** Ids that note and comment references name, each as `footnote 3`. */
  readonly references: ReadonlySet<string>;
}

/**
 * Looks for faults in one story part, in one walk.
 *
 * @param notable `FLAGS` of the branches to look into, 0 for every branch.
 */
export function readMarkup(root: Element, notable: number): Markup {
  const walk = new MarkupWalk(notable);
  walk.visit(root, NOWHERE);
  walk.finish();
  return walk;
}

/** What stands around an element. */
interface Place {
  readonly parent: Element | undefined;
  readonly grandparent: Element | undefined;
  /** Kinds of content revisions around, up to the border of a text box. */
  readonly inside: ReadonlySet<string>;
  readonly inFallback: boolean;
  readonly inFormer: boolean;
}

const NO_REVISION: ReadonlySet<string> = new Set();
const NOWHERE: Place = {
  parent: undefined,
  grandparent: undefined,
  inside: NO_REVISION,
  inFallback: false,
  inFormer: false,
};
/** What a revision around content cannot hold (`CT_RunTrackChange`). */
const NOT_TRACKABLE = new Set(
  ['p', 'tbl', 'tr', 'tc', 'sectPr', 'hyperlink', 'fldSimple', 'subDoc'].map((n) => `w:${n}`),
);
const NO_REVISION_INSIDE = new Set(['w:r', 'w:pPr', 'w:tbl', 'w:t', 'w:delText']);
const REFERENCES: ReadonlyMap<string, string> = new Map([
  ['w:footnoteReference', 'footnote'],
  ['w:endnoteReference', 'endnote'],
  ['w:commentReference', 'comment'],
]);

class MarkupWalk implements Markup {
  readonly faults = new Set<string>();
  readonly revisionIds: string[] = [];
  readonly bookmarkNames: string[] = [];
  readonly references = new Set<string>();
  private readonly notable: number;
  /** Ids of the starts and ends of ranges by the name of the mark. */
  private readonly marks = new Map<string, string[]>();
  private readonly wider = new Map<ReadonlySet<string>, Map<string, ReadonlySet<string>>>();
  private readonly moveNames = { moveFrom: [] as string[], moveTo: [] as string[] };

  constructor(notable: number) {
    this.notable = notable;
  }

  visit(el: Element, place: Place): void {
    if (this.notable !== 0 && (el.flags & this.notable) === 0) return;
    this.checkOrder(el);
    this.checkElement(el, place);
    if (el.children.length === 0) return;
    const tracked =
      TRACK.has(el.name) && place.parent !== undefined && !MARKER_PARENTS.has(place.parent.name);
    const inside = tracked ? this.with(place.inside, el.name) : place.inside;
    const within: Place = {
      parent: el,
      grandparent: place.parent,
      inside: el.name === 'w:txbxContent' ? NO_REVISION : inside,
      inFallback: place.inFallback || el.name === 'mc:Fallback',
      inFormer: place.inFormer || PROPERTY_CHANGES.has(el.name),
    };
    for (const c of el.children) this.visit(c, within);
  }

  /** The revisions around what stands in one more: there are few combinations. */
  private with(inside: ReadonlySet<string>, name: string): ReadonlySet<string> {
    const wider = this.wider.get(inside) ?? new Map<string, ReadonlySet<string>>();
    this.wider.set(inside, wider);
    const known = wider.get(name) ?? new Set([...inside, name]);
    wider.set(name, known);
    return known;
  }

  private checkOrder(el: Element): void {
    if (el.children.length > 0 && !inOrder(el)) this.fault('order', `children of ${el.name} out of order`);
  }

  private checkElement(el: Element, place: Place): void {
    switch (el.name) {
      case 'w:t':
      case 'w:instrText':
        if (place.inside.has('w:del')) this.fault('deleted-text', `${el.name} inside w:del`);
        break;
      case 'w:delText':
      case 'w:delInstrText':
        if (!place.inside.has('w:del') && !place.inside.has('w:moveFrom')) {
          this.fault('deleted-text', `${el.name} outside w:del and w:moveFrom`);
        }
        break;
      case 'w:tc':
      case 'w:txbxContent':
        if (!endsWithParagraph(el)) this.fault('table', `${el.name} does not end with a paragraph`);
        break;
      case 'w:tr':
        if (!holds(el, 'w:tc')) this.fault('table', 'row without cells');
        break;
      case 'w:tbl':
        if (!holds(el, 'w:tr')) this.fault('table', 'table without rows');
        break;
      default:
        if ((el.flags & (FLAGS.revision | FLAGS.range)) !== 0) this.checkMark(el, place);
        else if ((el.flags & FLAGS.reference) !== 0) this.noteReference(el);
    }
    if (el.name === 'w:p' || el.name === 'w:tr') this.checkParagraphId(el);
  }

  private checkMark(el: Element, place: Place): void {
    if (TRACK.has(el.name)) this.checkRevision(el, place);
    else if (CELL_MARKS.has(el.name)) this.checkCellMark(el, place);
    else if (PROPERTY_CHANGES.has(el.name)) this.checkChange(el, place);
    else if (isRangeEnd(el)) {
      if (!place.inFallback && el.name.startsWith('w:bookmark')) this.bookmark(el);
    } else if (MOVE_RANGES.has(el.name)) this.moveRange(el);
    else if (CUSTOM_RANGES.has(el.name)) this.mark(el);
  }

  private checkRevision(el: Element, place: Place): void {
    const { parent, inside } = place;
    if (place.inFormer || parent === undefined) return;
    this.identify(el);
    if (MARKER_PARENTS.has(parent.name)) {
      this.checkMarker(el, parent, place.grandparent);
      return;
    }
    if (inside.has(el.name)) this.fault('nested-revision', `${el.name} inside ${el.name}`);
    const held = el.children.find((c) => NOT_TRACKABLE.has(c.name));
    if (held !== undefined) this.fault('revision-place', `${el.name} around ${held.name}`);
    if (NO_REVISION_INSIDE.has(parent.name)) this.fault('revision-place', `${el.name} in ${parent.name}`);
  }

  /** A marker stands in `pPr/rPr` (the paragraph mark), `trPr` (the row), `numPr` or `m:ctrlPr`. */
  private checkMarker(el: Element, parent: Element, holder: Element | undefined): void {
    if (
      parent.name === 'w:rPr' &&
      holder !== undefined &&
      holder.name !== 'w:pPr' &&
      holder.name !== 'm:ctrlPr'
    ) {
      this.fault('revision-place', `${el.name} in the run properties of ${holder.name}`);
    }
    if (parent.name === 'w:trPr' && el.name !== 'w:ins' && el.name !== 'w:del') {
      this.fault('revision-place', `${el.name} in w:trPr`);
    }
    if (parent.name !== 'm:ctrlPr' && el.children.length > 0) {
      this.fault('revision-place', `${el.name} as a marker with content`);
    }
    if (parent.children.filter((c) => c.name === el.name).length > 1) {
      this.fault('revision-place', `${el.name} twice in ${parent.name}`);
    }
  }

  private checkCellMark(el: Element, place: Place): void {
    if (place.inFormer) return;
    this.identify(el);
    if (place.parent?.name !== 'w:tcPr') this.fault('revision-place', `${el.name} outside w:tcPr`);
  }

  private checkChange(el: Element, place: Place): void {
    if (place.inFormer || place.parent === undefined) return;
    if (el.name !== 'w:tblGridChange') this.identify(el);
    if (!isProperChange(el, place.parent))
      this.fault('revision-place', `${el.name} with the wrong holder or content`);
  }

  private identify(el: Element): void {
    const id = attribute(el, 'w:id');
    if (!id || attribute(el, 'w:author') === undefined) {
      this.fault('revision-attributes', `${el.name} without w:id or w:author`);
    }
    if (id) this.revisionIds.push(id);
  }

  private mark(el: Element): void {
    const ids = this.marks.get(el.name);
    const id = attribute(el, 'w:id') ?? '';
    if (ids === undefined) this.marks.set(el.name, [id]);
    else ids.push(id);
  }

  private bookmark(el: Element): void {
    this.mark(el);
    if (el.name === 'w:bookmarkStart') this.bookmarkNames.push((attribute(el, 'w:name') ?? '').toLowerCase());
  }

  private moveRange(el: Element): void {
    this.mark(el);
    if (el.name === 'w:moveFromRangeStart') this.moveNames.moveFrom.push(attribute(el, 'w:name') ?? '');
    if (el.name === 'w:moveToRangeStart') this.moveNames.moveTo.push(attribute(el, 'w:name') ?? '');
  }

  private noteReference(el: Element): void {
    const kind = REFERENCES.get(el.name);
    if (kind !== undefined) this.references.add(`${kind} ${attribute(el, 'w:id')}`);
  }

  /** Word refuses paragraph ids from 0x80000000 on ([MS-DOCX] 2.6.2.3). */
  private checkParagraphId(el: Element): void {
    const id = attribute(el, 'w14:paraId');
    if (id !== undefined && Number.parseInt(id, 16) >= 0x80000000) {
      this.fault('duplicate-id', 'w14:paraId not below 0x80000000');
    }
  }

  finish(): void {
    for (const start of SINGLE_RANGES) {
      const [starts, ends] = this.ids(start);
      if (hasTwins(starts) || hasTwins(ends) || !sameSets(starts, ends)) {
        this.fault('range', `${start} and its end do not pair`);
      }
    }
    const [starts, ends] = this.ids('w:bookmarkStart');
    if (!sameSets(starts, ends)) this.fault('range', 'w:bookmarkStart and its end do not pair');
    if (hasTwins(starts)) this.fault('range', 'w:bookmarkStart: one id used twice');
    const { moveFrom, moveTo } = this.moveNames;
    for (const names of [moveFrom, moveTo]) {
      if (hasTwins(names) || names.includes('')) this.fault('range', 'name of a move missing or used twice');
    }
    if (!sameSets(moveFrom, moveTo)) this.fault('range', 'names of moveFrom and moveTo ranges differ');
  }

  private ids(start: string): [starts: readonly string[], ends: readonly string[]] {
    return [this.marks.get(start) ?? [], this.marks.get(start.replace('Start', 'End')) ?? []];
  }

  private fault(code: string, message: string): void {
    this.faults.add(`${code} ${message}`);
  }
}

/** Ranges whose every id has one start and one end. */
const SINGLE_RANGES = [...MOVE_RANGES, ...CUSTOM_RANGES].filter((name) => name.endsWith('Start'));

function endsWithParagraph(el: Element): boolean {
  const last = el.children.findLast((c) => !RANGE_MARKUP.has(c.name));
  if (last === undefined) return false;
  return (
    last.name === 'w:p' ||
    last.name === 'mc:AlternateContent' ||
    (WRAPPERS.has(last.name) && holds(last, 'w:p'))
  );
}

/** Is there such an element inside? Not looked for inside tables in it. */
function holds(el: Element, name: string): boolean {
  return el.children.some((c) => c.name === name || (c.name !== 'w:tbl' && holds(c, name)));
}

export function hasTwins(items: readonly string[]): boolean {
  return new Set(items).size < items.length;
}

function sameSets(a: readonly string[], b: readonly string[]): boolean {
  const [x, y] = [new Set(a), new Set(b)];
  return x.size === y.size && [...x].every((item) => y.has(item));
}
