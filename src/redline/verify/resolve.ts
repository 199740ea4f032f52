import { append } from './append.ts';
import { attribute, child, type Element, withChildren } from './element.ts';
import { joinMarks, UNMARKED } from './join.ts';
import { countRows, isEmptyControl, isRangeEnd, isVacated, looseEnds } from './leftover.ts';
import { dissolvedMath } from './math.ts';
import { CELL_MARKS, FLAGS, MARKER_PARENTS, PROPERTY_CHANGES, TRACK, WRAPPERS } from './names.ts';

export type Mode = 'accept' | 'reject';

/**
 * A part with every tracked change accepted or rejected (ECMA-376 Part 1 §17.13.5). Branches without tracked
 * changes are the given ones, not copies.
 *
 * What the standard leaves open is read as Word does it: when a paragraph mark goes, the joined paragraph takes
 * the properties of the following one; the last mark of a story or cell cannot go.
 */
export function resolve(root: Element, mode: Mode): Element {
  if ((root.flags & FLAGS.revision) === 0) return root;
  return joinMarks(new Resolver(mode).root(root));
}

const GONE: Readonly<Record<Mode, ReadonlySet<string>>> = {
  accept: new Set(['w:del', 'w:moveFrom']),
  reject: new Set(['w:ins', 'w:moveTo']),
};

const ranges = (...kinds: string[]): ReadonlySet<string> =>
  new Set(kinds.flatMap((kind) => [`w:customXml${kind}RangeStart`, `w:customXml${kind}RangeEnd`]));
const RANGES: Readonly<Record<Mode, ReadonlySet<string>>> = {
  accept: ranges('Del', 'MoveFrom'),
  reject: ranges('Ins', 'MoveTo'),
};

/** What marks rows and numbering: they do not move. */
const IN_PLACE: ReadonlySet<string> = new Set(['w:ins', 'w:del']);

/** Of the current properties, what is tracked on its own and does not come back with the former ones. */
const OWN_TRACK: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['w:rPrChange', TRACK],
  ['w:pPrChange', new Set(['w:rPr', 'w:sectPr'])],
  ['w:sectPrChange', new Set(['w:headerReference', 'w:footerReference'])],
  ['w:trPrChange', IN_PLACE],
  ['w:tcPrChange', CELL_MARKS],
]);

/** Settles everything but paragraph marks, which need their neighbours and come afterwards (`joinMarks`). */
class Resolver {
  private readonly mode: Mode;
  private readonly gone: ReadonlySet<string>;
  /** The ranges around tags of controls that go away in this mode, and how many of them are open. */
  private readonly range: ReadonlySet<string>;
  private openRanges = 0;

  constructor(mode: Mode) {
    this.mode = mode;
    this.gone = GONE[mode];
    this.range = RANGES[mode];
  }

  root(el: Element): Element {
    const out: Element[] = [];
    this.settle(el, out);
    return out[0] ?? withChildren(el, []);
  }

  /** Adds what becomes of an element to its parent's new children; tells whether any content was removed there. */
  private settle(el: Element, out: Element[]): boolean {
    if ((el.flags & FLAGS.revision) === 0 && (this.openRanges === 0 || el.children.length === 0)) {
      out.push(el);
      return false;
    }
    if (this.openRanges > 0 && WRAPPERS.has(el.name)) return this.settleAll(controlContent(el), out);
    if (TRACK.has(el.name)) {
      return this.gone.has(el.name) ? this.remove(el, out) : this.settleAll(el.children, out);
    }
    return this.settleKept(el, out);
  }

  private settleKept(el: Element, out: Element[]): boolean {
    switch (el.name) {
      case 'w:p':
        return this.paragraph(el, out);
      case 'w:tbl':
        return this.table(el, out);
      case 'w:tr':
        return this.row(el, out);
      case 'w:tc':
        return this.cell(el, out);
      case 'w:sdt':
        return this.control(el, out);
      case 'w:numPr':
        return this.numbering(el, out);
      case 'm:ctrlPr':
        out.push(this.unmarked(el));
        return false;
      default:
        this.countRange(el);
        return this.other(el, out);
    }
  }

  private settleAll(children: readonly Element[], out: Element[]): boolean {
    let removed = false;
    for (const c of children) removed = this.settle(c, out) || removed;
    return removed;
  }

  private other(el: Element, out: Element[]): boolean {
    const argumentsOnly = dissolvedMath(el, this.gone);
    if (argumentsOnly !== undefined) return this.settleAll(argumentsOnly, out);
    const children: Element[] = [];
    const given = this.properties(el);
    const removed = MARKER_PARENTS.has(el.name)
      ? this.settleProperties(given, children)
      : this.settleAll(given, children);
    if (removed && isVacated(el.name, children)) {
      append(out, children.filter(isRangeEnd));
      return true;
    }
    out.push(withChildren(el, children));
    return false;
  }

  /** Insertions and deletions among properties are markers: whoever knows what they mark takes them away. */
  private settleProperties(children: readonly Element[], out: Element[]): false {
    for (const c of children) {
      if (TRACK.has(c.name)) out.push(c);
      else this.settle(c, out);
    }
    return false;
  }

  /** Children of a holder of properties, with the former ones back where that is asked for. */
  private properties(el: Element): readonly Element[] {
    let children = el.children;
    if (!children.some(isFormer) && !MARKER_PARENTS.has(el.name)) return children;
    if (el.name === 'w:trPr' || el.name === 'w:numPr')
      children = children.filter((c) => !IN_PLACE.has(c.name));
    // There is one record of what was there before: a second one goes with it.
    const change = el.children.find((c) => PROPERTY_CHANGES.has(c.name));
    children = children.filter((c) => !PROPERTY_CHANGES.has(c.name));
    if (change !== undefined && this.mode === 'reject') children = restored(children, change);
    return children.filter((c) => c.name !== 'w:numberingChange');
  }

  private paragraph(el: Element, out: Element[]): boolean {
    const children: Element[] = [];
    this.settleAll(el.children, children);
    const made = withChildren(el, children.map(withoutMarkers));
    const rPr = child(child(el, 'w:pPr') ?? el, 'w:rPr');
    const doomed = rPr?.children.some((c) => this.gone.has(c.name)) ?? false;
    out.push(doomed ? { ...made, name: UNMARKED, flags: made.flags | FLAGS.unmarked } : made);
    return false;
  }

  private table(el: Element, out: Element[]): boolean {
    const children: Element[] = [];
    this.settleAll(el.children, children);
    if (countRows(children) === 0 && countRows(el.children) > 0) return this.remove(el, out);
    out.push(withChildren(el, children));
    return false;
  }

  private row(el: Element, out: Element[]): boolean {
    if (child(el, 'w:trPr')?.children.some((c) => IN_PLACE.has(c.name) && this.gone.has(c.name)))
      return this.remove(el, out);
    const children: Element[] = [];
    this.settleAll(el.children, children);
    if (!children.some(holdsCell) && el.children.some(holdsCell)) return this.remove(el, out);
    out.push(withChildren(el, children));
    return false;
  }

  private cell(el: Element, out: Element[]): boolean {
    const properties = child(el, 'w:tcPr');
    const gone = this.mode === 'accept' ? 'w:cellDel' : 'w:cellIns';
    if (properties?.children.some((c) => c.name === gone)) return this.remove(el, out);
    const children: Element[] = [];
    this.settleAll(el.children, children);
    const merged = children.map((c) => (c.name === 'w:tcPr' ? this.merged(c) : c));
    out.push(withChildren(el, merged));
    return false;
  }

  /** `cellMerge` becomes `vMerge` with the new state or the former one (§17.13.5.1). */
  private merged(properties: Element): Element {
    const mark = properties.children.find((c) => CELL_MARKS.has(c.name));
    if (mark === undefined) return properties;
    const state = attribute(mark, this.mode === 'accept' ? 'w:vMerge' : 'w:vMergeOrig');
    const values = new Map([
      ['rest', 'restart'],
      ['cont', 'continue'],
    ]);
    const value = mark.name === 'w:cellMerge' && state !== undefined ? values.get(state) : undefined;
    const kept = properties.children.filter(
      (c) => !CELL_MARKS.has(c.name) && !(value !== undefined && c.name === 'w:vMerge'),
    );
    const merge = value === undefined ? [] : [vMerge(value)];
    return withChildren(properties, [...kept, ...merge]);
  }

  private control(el: Element, out: Element[]): boolean {
    const children: Element[] = [];
    this.settleAll(el.children, children);
    const made = withChildren(el, children);
    const emptied = isEmptyControl(made) && !isEmptyControl(el);
    out.push(emptied ? { ...made, flags: made.flags | FLAGS.emptied } : made);
    return false;
  }

  private numbering(el: Element, out: Element[]): boolean {
    if (el.children.some((c) => IN_PLACE.has(c.name) && this.gone.has(c.name))) return false;
    out.push(withChildren(el, this.properties(el)));
    return false;
  }

  /** The element goes; ends of ranges whose other end lies elsewhere stay. */
  private remove(el: Element, out: Element[]): true {
    this.countRanges(el);
    append(out, looseEnds(el));
    return true;
  }

  private countRanges(el: Element): void {
    if ((el.flags & FLAGS.revision) === 0) return;
    this.countRange(el);
    for (const c of el.children) this.countRanges(c);
  }

  private countRange(el: Element): void {
    if (this.range.has(el.name)) this.openRanges += el.name.endsWith('Start') ? 1 : -1;
  }

  /** Properties of a math control character without the markers around them. */
  private unmarked(el: Element): Element {
    const children: Element[] = [];
    for (const c of el.children) {
      if (TRACK.has(c.name)) append(children, this.unmarked(c).children);
      else this.settle(c, children);
    }
    return withChildren(el, children);
  }
}

function isFormer(el: Element): boolean {
  return PROPERTY_CHANGES.has(el.name) || el.name === 'w:numberingChange';
}

function restored(current: readonly Element[], change: Element): readonly Element[] {
  const own = OWN_TRACK.get(change.name);
  const kept = own ? current.filter((c) => own.has(c.name)) : [];
  const former = (change.children[0]?.children ?? []).filter((c) => !own?.has(c.name));
  return change.name === 'w:pPrChange' ? [...former, ...kept] : [...kept, ...former];
}

/** Paragraph properties without the markers of the paragraph mark. */
function withoutMarkers(pPr: Element): Element {
  if (pPr.name !== 'w:pPr' || (pPr.flags & FLAGS.revision) === 0) return pPr;
  return withChildren(
    pPr,
    pPr.children.map((rPr) =>
      rPr.name === 'w:rPr'
        ? withChildren(
            rPr,
            rPr.children.filter((c) => !TRACK.has(c.name)),
          )
        : rPr,
    ),
  );
}

function vMerge(value: string): Element {
  return { name: 'w:vMerge', attributes: [{ name: 'w:val', value }], children: [], text: '', flags: 0 };
}

function holdsCell(el: Element): boolean {
  return el.name === 'w:tc' || el.children.some(holdsCell);
}

function controlContent(el: Element): readonly Element[] {
  const holder = el.name === 'w:sdt' ? child(el, 'w:sdtContent') : el;
  return (holder?.children ?? []).filter((c) => c.name !== 'w:customXmlPr' && c.name !== 'w:smartTagPr');
}
