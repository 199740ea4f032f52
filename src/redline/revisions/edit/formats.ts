import {
  attribute,
  child,
  childValue,
  elements,
  placeOf,
  readNumbering,
  readStyles,
  relatedPart,
} from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import { shownAs } from './edges.ts';
import { editFault } from './faults.ts';
import type { Plan } from './plan.ts';
import { paragraphUpdates, runUpdates, updated } from './properties.ts';
import type { ParagraphFormat, TextFormat } from './types.ts';

/** Formats words: those of the quote, or all of the paragraph. */
export function formatText(plan: Plan, place: Place, set: TextFormat): undefined {
  if (place.range.from === place.range.to) throw editFault('edit/invalid', 'There are no words to format.');
  const style = set.style ? styleId(plan, set.style, 'character') : set.style;
  plan.at(place).format(place.range, runUpdates(style === undefined ? set : { ...set, style }));
}

/** Formats a paragraph: where earlier changes joined several, the last of them is what shows. */
export function formatParagraph(plan: Plan, place: Place, set: ParagraphFormat): undefined {
  const change = shownAs(plan, place);
  const style = set.style ? styleId(plan, set.style, 'paragraph') : set.style;
  const pPr = child(change.paragraph, 'w:pPr');
  if (set.level !== undefined) requireList(plan, pPr);
  const updates = paragraphUpdates(style === undefined ? set : { ...set, style }, pPr);
  change.restyle((current) => updated(current, updates, 'paragraph'));
}

function requireList(plan: Plan, pPr: Parameters<typeof placeOf>[0]): void {
  const styles = readStyles(plan.draft.pkg);
  const style = childValue(pPr, 'w:pStyle') ?? styles.defaultParagraph;
  if (placeOf(pPr, style, styles, readNumbering(plan.draft.pkg, styles)) === undefined)
    throw editFault('edit/invalid', 'The paragraph is in no list, so it has no level.');
}

/** Identifier of a style by its name or identifier. @throws {RedlineError} `edit/style-unknown` */
export function styleId(plan: Plan, wanted: string, type: 'paragraph' | 'character'): string {
  const { pkg } = plan.draft;
  const part = relatedPart(pkg, pkg.main, 'styles');
  const all =
    part === undefined ? [] : elements(pkg.root(part)).filter((e) => attribute(e, 'w:type') === type);
  const fold = wanted.toLowerCase();
  const found =
    all.find((s) => attribute(s, 'w:styleId') === wanted) ??
    all.find((s) => childValue(s, 'w:name')?.toLowerCase() === fold);
  const id = attribute(found, 'w:styleId');
  if (id === undefined)
    throw editFault('edit/style-unknown', `The document has no ${type} style of the name.`);
  return id;
}
