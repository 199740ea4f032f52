import { outer, type XmlElement } from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import type { ParagraphChange } from './change.ts';
import type { Draft } from './draft.ts';
import { continues, edgeOf, isLast, shownAs } from './edges.ts';
import { editFault } from './faults.ts';
import type { Notes } from './footnotes.ts';
import { moveRange, newParagraph } from './paragraph.ts';
import { deleteParagraph } from './paragraphs.ts';
import type { Plan } from './plan.ts';
import { endsSection, markProperties, markRevisions, ownProperties } from './record.ts';
import { type Cell, type Holder, REVISIONS } from './tape.ts';
import type { Side } from './types.ts';
import { FIELD_END, fieldHead, plainProperties, Weaver } from './weave.ts';

/** Takes a paragraph to another place (§17.13.5.21–28), or deletes and inserts it where a move cannot be tracked. */
export function moveParagraph(
  plan: Plan,
  notes: Notes,
  { from, to, side }: { readonly from: Place; readonly to: Place; readonly side: Side },
): (() => void) | undefined {
  const [source, target] = [plan.at(from), plan.at(to)];
  if (source === target) throw editFault('edit/invalid', 'A paragraph cannot move beside itself.');
  if (source.part !== target.part || holderOf(source) !== holderOf(target))
    throw editFault('edit/not-editable', 'Paragraphs move within one story.');
  if (endsSection(source.paragraph))
    throw editFault('edit/not-editable', 'The paragraph ends a section and does not move.');
  const edge = edgeOf(plan, to, side);
  const appends = side === 'after' && isLast(edge.path);
  const tracked =
    !hasTwin(source) && isMovable(source) && !isLast(from.path) && !continues(from.path) && !appends;
  const { draft } = plan;
  if (source.tape.cells.some((c) => c.element.name === 'w:bookmarkStart')) source.notes.add('bookmarks-stay');
  if (tracked) {
    const name = `move${draft.freshId()}`;
    source.moveAway(name);
    const block = (): string => moveRange('moveTo', name, copied(source, 'moveTo', draft, notes), draft);
    (side === 'before' ? edge.change.before : edge.change.behind).push(block);
    return undefined;
  }
  source.notes.add('move-as-insertion');
  const settle = deleteParagraph(plan, from);
  source.shown = shownAs(plan, from);
  const own = propertiesOf(source);
  if (appends)
    edge.change.append(
      () => own,
      markProperties(source.shown.paragraph),
      () => copiedContent(source, 'ins', draft, notes),
    );
  else
    (side === 'before' ? edge.change.before : edge.change.behind).push(() =>
      copied(source, 'ins', draft, notes),
    );
  return settle;
}

/** The note or text box that a paragraph stands in; nothing in other stories. */
function holderOf({ path }: ParagraphChange): XmlElement | undefined {
  return path.findLast((e) => HOLDERS.has(e.name));
}

const HOLDERS = new Set(['w:footnote', 'w:endnote', 'w:txbxContent']);

/** A box with two copies would have the names of the ranges of a move twice. */
function hasTwin({ path }: ParagraphChange): boolean {
  return path.some((e) => e.name === 'mc:AlternateContent');
}

/** Nothing in it is revised, and everything in it can be moved. */
function isMovable({ tape, paragraph }: ParagraphChange): boolean {
  const plain = (h: Holder): boolean => h.kind === 'hyperlink' || h.kind === 'other';
  return (
    !tape.hasRevisions &&
    markRevisions(paragraph).length === 0 &&
    tape.cells.every((c) => c.holders.every(plain))
  );
}

function propertiesOf({ shown }: ParagraphChange): string {
  return ownProperties(shown.paragraph).map(outer).join('');
}

function copied(source: ParagraphChange, kind: 'ins' | 'moveTo', draft: Draft, notes: Notes): string {
  const content = copiedContent(source, kind, draft, notes);
  const mark = markProperties(source.shown.paragraph);
  return newParagraph(propertiesOf(source), mark, content, draft, kind === 'ins' ? 'w:ins' : 'w:moveTo');
}

/** What shows of a paragraph, without marks, as new content. */
function copiedContent(source: ParagraphChange, kind: 'ins' | 'moveTo', draft: Draft, notes: Notes): string {
  const weaver = new Weaver(draft, source.part);
  const cells = source.tape.cells.filter((c) => c.content && !c.hidden);
  cells.forEach((cell, i) => {
    const simple = cell.holders.find((h) => h.kind === 'field');
    const holders = cell.holders.filter(
      (h) => !REVISIONS.has(h.kind) && (h.kind === 'hyperlink' || h.kind === 'other'),
    );
    const shares = (other: Cell | undefined): boolean =>
      simple !== undefined && other?.holders.includes(simple) === true;
    if (simple && !shares(cells[i - 1]))
      for (const xml of fieldHead(simple)) weaver.fieldPart(holders, kind, xml);
    weaver.copy(cell, holders, kind, plainProperties(cell.run), notes.copyOf(cell.element));
    if (simple && !shares(cells[i + 1])) weaver.fieldPart(holders, kind, FIELD_END);
  });
  return weaver.take();
}
