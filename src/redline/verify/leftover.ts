import { attribute, child, type Element } from './element.ts';
import { FLAGS, PAIRED, PAIRED_ENDS, RANGE_MARKUP } from './names.ts';

/** Holders that go with the last of their content. */
const VACATED = new Set(['w:hyperlink', 'w:smartTag', 'w:customXml', 'm:oMath', 'm:oMathPara', 'm:r']);
const NO_CONTENT = new Set([
  ...RANGE_MARKUP,
  'w:smartTagPr',
  'w:customXmlPr',
  'm:oMathParaPr',
  'm:rPr',
  'w:rPr',
  'w:pPr',
]);

/** Has a holder of that name lost everything that it was there for? */
export function isVacated(name: string, children: readonly Element[]): boolean {
  return VACATED.has(name) && children.every((c) => NO_CONTENT.has(c.name));
}

/** One end of a bookmark, a comment or a permission. */
export function isRangeEnd(el: Element): boolean {
  return PAIRED.has(el.name) || PAIRED_ENDS.has(el.name);
}

/** The ends of ranges inside an element whose other end lies outside it: they outlive the element. */
export function looseEnds(el: Element): readonly Element[] {
  const ends = rangeEnds(el);
  if (ends.length === 0) return ends;
  const inside = new Set(ends.map((end) => `${end.name} ${attribute(end, 'w:id')}`));
  return ends.filter((end) => {
    const mate = PAIRED.get(end.name) ?? PAIRED_ENDS.get(end.name);
    return !inside.has(`${mate} ${attribute(end, 'w:id')}`);
  });
}

/** Every end of a range inside an element. */
export function rangeEnds(el: Element): readonly Element[] {
  if ((el.flags & FLAGS.range) === 0) return [];
  const ends: Element[] = [];
  collectEnds(el, ends);
  return ends;
}

function collectEnds(el: Element, out: Element[]): void {
  if ((el.flags & FLAGS.range) === 0) return;
  if (isRangeEnd(el)) out.push(el);
  for (const c of el.children) collectEnds(c, out);
}

/** Rows of a table, also those in controls; not those of tables inside it. */
export function countRows(children: readonly Element[]): number {
  let rows = 0;
  for (const c of children) {
    if (c.name === 'w:tr') rows += 1;
    else if (c.name !== 'w:tbl') rows += countRows(c.children);
  }
  return rows;
}

/** A content control that is there, but holds nothing. */
export function isEmptyControl(el: Element): boolean {
  const content = el.name === 'w:sdt' ? child(el, 'w:sdtContent') : undefined;
  return content?.children.every((c) => RANGE_MARKUP.has(c.name)) ?? false;
}
