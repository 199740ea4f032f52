import { outer, type XmlElement } from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import type { ParagraphChange } from './change.ts';
import { editFault } from './faults.ts';
import { styleId } from './formats.ts';
import { insertedRuns, newParagraph } from './paragraph.ts';
import type { Plan } from './plan.ts';
import { type NewProperties, updated } from './properties.ts';
import { endsSection, isMarkGone, markProperties, ownProperties } from './record.ts';
import { visibleText } from './spot.ts';
import { type Path, paragraphOf } from './story.ts';
import type { Edit, Side } from './types.ts';
import { plainProperties, runXml, textXml } from './weave.ts';

const BLOCKS = new Set(['w:p', 'w:tbl', 'w:sdt', 'w:customXml', 'w:altChunk', 'w:ins', 'w:del']);

/** The blocks of the cell, note or story in which a paragraph stands, and its place among them. */
function siblings(path: Path): { blocks: readonly XmlElement[]; at: number } {
  const parent = path[path.length - 2];
  const blocks =
    parent?.children.filter((c): c is XmlElement => c.kind === 'element' && BLOCKS.has(c.name)) ?? [];
  return { blocks, at: blocks.indexOf(paragraphOf(path)) };
}

/** Did an earlier change take the mark of a paragraph, so that it shows as one with the next? */
function isJoined(block: XmlElement | undefined): boolean {
  return block?.name === 'w:p' && isMarkGone(block);
}

/**
 * Where a new block goes so that it stands beside all that shows as one paragraph with the one at a place, which is several
 * where earlier changes took the marks between them.
 */
export function edgeOf(plan: Plan, place: Place, side: Side): { change: ParagraphChange; path: Path } {
  const { blocks, at } = siblings(place.path);
  let edge = at;
  if (side === 'before') while (isJoined(blocks[edge - 1])) edge--;
  else while (isJoined(blocks[edge]) && blocks[edge + 1]?.name === 'w:p') edge++;
  const path = beside(place.path, blocks[edge] ?? paragraphOf(place.path));
  return { change: plan.change(place.story.part, path), path };
}

/** Does a paragraph show as one with words before it? */
export function continues(path: Path): boolean {
  const { blocks, at } = siblings(path);
  for (let before = at - 1; isJoined(blocks[before]); before--) {
    const block = blocks[before];
    if (block && visibleText(block) !== '') return true;
  }
  return false;
}

/** Does what shows as one with a paragraph, behind it, hold no words? */
function isBlankBehind(path: Path): boolean {
  const { blocks, at } = siblings(path);
  for (let end = at; isJoined(blocks[end]); end++) {
    const next = blocks[end + 1];
    if (next?.name === 'w:p' && visibleText(next) !== '') return false;
  }
  return true;
}

/** The path of a paragraph beside another. */
function beside(path: Path, paragraph: XmlElement): Path {
  return [...path.slice(0, -1), paragraph];
}

/** Is it the last block where it stands? Its mark can neither be inserted nor deleted. */
export function isLast(path: Path): boolean {
  const { blocks, at } = siblings(path);
  return at === blocks.length - 1;
}

/** New paragraphs beside one, of its formatting or of a style. */
export function insertParagraph(
  plan: Plan,
  place: Place,
  edit: Extract<Edit, { op: 'insertParagraph' }>,
): undefined {
  const change = plan.at(place);
  const edge = edgeOf(plan, place, edit.side);
  const { draft } = plan;
  const style = edit.style === undefined ? undefined : styleId(plan, edit.style, 'paragraph');
  const properties: NewProperties = (current) =>
    style === undefined
      ? current.map(outer).join('')
      : updated([], [['w:pStyle', `<w:pStyle w:val="${style}"/>`]], 'paragraph');
  const look = style === undefined ? lookOf(change) : '';
  const mark = style === undefined ? markProperties(change.paragraph) : '';
  for (const line of edit.text.split('\n')) {
    const runs = line === '' ? '' : runXml(look, textXml(line));
    if (edit.side === 'after' && isLast(edge.path)) {
      edge.change.append(properties, () => insertedRuns(runs, draft));
      continue;
    }
    const block = (): string =>
      newParagraph(properties(ownProperties(change.paragraph)), mark, insertedRuns(runs, draft), draft);
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
    if (holdsControl(change) && blocks[at + 1]?.name !== 'w:p') change.notes.add('paragraph-stays');
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
  change.claimProperties(() => ownProperties(previous).map(outer).join(''));

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
  plan.at(place).split(side === 'before' ? place.range.from : place.range.to);
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
  const own = ownProperties(change.paragraph).map(outer).join('');
  const other = plan.change(change.part, beside(place.path, next));
  other.claimProperties(() => own);
  return () => {
    if (other.deleted || other.moved !== undefined || change.behind.length + other.before.length > 0)
      throw editFault(
        'edit/overlap',
        'One edit joins two paragraphs, and another takes one away or puts one in between.',
      );
  };
}
