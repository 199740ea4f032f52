import { outer, type XmlElement } from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import type { ParagraphChange } from './change.ts';
import { beside, continues, edgeOf, isBlankBehind, isLast, shownAs, siblings } from './edges.ts';
import { editFault } from './faults.ts';
import { styleId } from './formats.ts';
import { insertedRuns, newParagraph } from './paragraph.ts';
import type { Plan } from './plan.ts';
import { type NewProperties, updated } from './properties.ts';
import { endsSection, isMarkGone, markProperties, ownProperties } from './record.ts';
import { visibleText } from './spot.ts';
import type { Path } from './story.ts';
import type { Edit } from './types.ts';
import { plainProperties, runXml, textXml } from './weave.ts';

/** New paragraphs beside one, of its formatting or of a style. */
export function insertParagraph(
  plan: Plan,
  place: Place,
  edit: Extract<Edit, { op: 'insertParagraph' }>,
): undefined {
  const change = plan.at(place);
  const shown = shownAs(plan, place);
  const edge = edgeOf(plan, place, edit.side);
  const { draft } = plan;
  const style = edit.style === undefined ? undefined : styleId(plan, edit.style, 'paragraph');
  const properties: NewProperties = (current) =>
    style === undefined
      ? current.map(outer).join('')
      : updated([], [['w:pStyle', `<w:pStyle w:val="${style}"/>`]], 'paragraph');
  const look = style === undefined ? lookOf(change) : '';
  const mark = style === undefined ? markProperties(shown.paragraph) : '';
  for (const line of edit.text.split('\n')) {
    const runs = line === '' ? '' : runXml(look, textXml(line));
    if (edit.side === 'after' && isLast(edge.path)) {
      edge.change.append(properties, mark, () => insertedRuns(runs, draft));
      continue;
    }
    const block = (): string =>
      newParagraph(properties(ownProperties(shown.paragraph)), mark, insertedRuns(runs, draft), draft);
    (edit.side === 'before' ? edge.change.before : edge.change.behind).push(block);
  }
}

/** Formatting of the first words of a paragraph, or of its mark where it has none. */
function lookOf({ tape, paragraph }: ParagraphChange): string {
  const first = tape.cells.find((c) => !c.hidden && c.to > c.from && c.run);
  return first ? plainProperties(first.run).replace(/<w:rStyle\b[^>]*\/>/, '') : markProperties(paragraph);
}

/** A paragraph goes with its mark, or, where it is the last, with the mark before it. */
export function deleteParagraph(plan: Plan, place: Place): () => void {
  const change = plan.at(place);
  if (endsSection(change.paragraph))
    throw editFault('edit/not-editable', 'The paragraph ends a section; its words can be deleted.');
  if (change.tape.cells.some((c) => c.holders.some((h) => h.locked)))
    throw editFault('edit/not-editable', 'The paragraph holds a control whose content is locked.');
  change.deleteWhole();
  return () => settleMark(plan, change, place.path);
}

/** Done when all deletions are known: several last paragraphs may go together. */
function settleMark(plan: Plan, change: ParagraphChange, path: Path): void {
  if (isMarkGone(change.paragraph) && isBlankBehind(path)) change.notes.add('paragraph-stays');
  if (!isLast(path)) {
    // What it is joined with needs a mark.
    if (!continues(path)) change.deleteMark();
    const { blocks, at } = siblings(path);
    if (holdsControl(change) && change.behind.length === 0 && blocks[at + 1]?.name !== 'w:p')
      change.notes.add('paragraph-stays');
    return;
  }
  const { blocks, at } = siblings(path);
  let before = at - 1;
  while (before >= 0 && isGone(blocks[before])) before--;
  const previous = blocks[before];
  if (
    previous?.name !== 'w:p' ||
    endsSection(previous) ||
    at === 0 ||
    !allParagraphs(blocks.slice(before, at))
  ) {
    change.notes.add('paragraph-stays');
    return;
  }
  // Where the mark before it is deleted already, what is left of both is one paragraph.
  if (isMarkGone(previous)) {
    if (visibleText(previous) === '') change.notes.add('paragraph-stays');
    return;
  }
  const above = plan.change(change.part, beside(path, previous));
  // The mark before it would join the words above it with what comes in between.
  if (above.behind.length + change.before.length > 0)
    throw editFault('edit/overlap', 'The last paragraph goes, and another edit puts one in front of it.');
  above.deleteMark();
  change.standFor(above);

  function isGone(block: XmlElement | undefined): boolean {
    return block?.name === 'w:p' && plan.has(change.part, beside(path, block))?.deleted === true;
  }
}

/** Controls in a line stay when their words go, and with them the paragraph where it has no other to join. */
function holdsControl({ tape }: ParagraphChange): boolean {
  return tape.cells.some((c) => c.holders.some((h) => h.kind === 'control'));
}

function allParagraphs(blocks: readonly XmlElement[]): boolean {
  return blocks.every((b) => b.name === 'w:p');
}

/** One paragraph becomes two at the edge of the quote. */
export function splitParagraph(plan: Plan, place: Place, side: 'before' | 'after'): undefined {
  if (!place.quoted) throw editFault('edit/invalid', 'A split needs a quote to stand beside.');
  const change = plan.at(place);
  change.split(side === 'before' ? place.range.from : place.range.to);
  change.shown = shownAs(plan, place);
}

/** A paragraph and the next become one that looks like the first. */
export function mergeParagraph(plan: Plan, place: Place): () => void {
  const { blocks, at } = siblings(place.path);
  const next = blocks[at + 1];
  const change = plan.at(place);
  if (next?.name !== 'w:p')
    throw editFault('edit/not-editable', 'No paragraph follows that it could be joined with.');
  if (endsSection(change.paragraph)) throw editFault('edit/not-editable', 'The paragraph ends a section.');
  if (isMarkGone(change.paragraph))
    throw editFault('edit/not-editable', 'The mark of the paragraph is deleted already.');
  change.claimMark('del');
  const other = plan.change(change.part, beside(place.path, next));
  const last = shownAs(plan, { ...place, path: other.path });
  last.takeAfter(change);
  return () => {
    if (
      [other, last].some((c) => c.deleted || c.moved !== undefined) ||
      change.behind.length + other.before.length > 0
    )
      throw editFault(
        'edit/overlap',
        'One edit joins two paragraphs, and another takes one away or puts one in between.',
      );
  };
}
