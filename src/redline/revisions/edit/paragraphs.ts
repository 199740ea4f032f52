import { outer, type XmlElement } from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import type { ParagraphChange } from './change.ts';
import { editFault } from './faults.ts';
import { styleId } from './formats.ts';
import { insertedRuns, newParagraph } from './paragraph.ts';
import type { Plan } from './plan.ts';
import { type NewProperties, updated } from './properties.ts';
import { endsSection, markProperties, markRevisions, ownProperties } from './record.ts';
import { type Path, paragraphOf } from './story.ts';
import type { Edit } from './types.ts';
import { plainProperties, runXml, textXml } from './weave.ts';

const BLOCKS = new Set(['w:p', 'w:tbl', 'w:sdt', 'w:customXml', 'w:altChunk', 'w:ins', 'w:del']);

/** The blocks of the cell, note or story in which a paragraph stands, and its place among them. */
function siblings(path: Path): { blocks: readonly XmlElement[]; at: number } {
  const parent = path[path.length - 2];
  const blocks =
    parent?.children.filter((c): c is XmlElement => c.kind === 'element' && BLOCKS.has(c.name)) ?? [];
  return { blocks, at: blocks.indexOf(paragraphOf(path)) };
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
    if (edit.side === 'after' && isLast(place.path)) {
      change.append(properties, () => insertedRuns(runs, draft));
      continue;
    }
    const block = (): string =>
      newParagraph(properties(ownProperties(change.paragraph)), mark, insertedRuns(runs, draft), draft);
    (edit.side === 'before' ? change.before : change.behind).push(block);
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
  if (!isLast(path)) {
    change.deleteMark();
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
  if (markRevisions(previous).some((m) => m.name !== 'w:ins')) return;
  plan.change(change.part, beside(path, previous)).deleteMark();
  change.claimProperties(() => ownProperties(previous).map(outer).join(''));

  function isGone(block: XmlElement | undefined): boolean {
    return block?.name === 'w:p' && plan.has(change.part, beside(path, block))?.deleted === true;
  }
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
export function mergeParagraph(plan: Plan, place: Place): undefined {
  const { blocks, at } = siblings(place.path);
  const next = blocks[at + 1];
  const change = plan.at(place);
  if (next?.name !== 'w:p')
    throw editFault('edit/not-editable', 'No paragraph follows that it could be joined with.');
  if (endsSection(change.paragraph)) throw editFault('edit/not-editable', 'The paragraph ends a section.');
  if (markRevisions(change.paragraph).some((m) => m.name !== 'w:ins'))
    throw editFault('edit/not-editable', 'The mark of the paragraph is deleted already.');
  change.claimMark('del');
  const own = ownProperties(change.paragraph).map(outer).join('');
  plan.change(change.part, beside(place.path, next)).claimProperties(() => own);
}
