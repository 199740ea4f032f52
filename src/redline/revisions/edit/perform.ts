import type { Comments } from '../comments/operations.ts';
import type { Place } from './anchors.ts';
import { editFault } from './faults.ts';
import { insertFootnote, type Notes } from './footnotes.ts';
import { formatParagraph, formatText } from './formats.ts';
import { moveParagraph } from './moves.ts';
import { deleteParagraph, insertParagraph, mergeParagraph, splitParagraph } from './paragraphs.ts';
import type { Plan } from './plan.ts';
import { deleteRow, insertRow } from './rows.ts';
import type { Edit, EditOutcome } from './types.ts';
import { runXml, textXml } from './weave.ts';
import { wordChanges } from './words.ts';

/** What the edits of a list share. */
export interface Desk {
  readonly plan: Plan;
  readonly notes: Notes;
  readonly comments: Comments;
}

/** What an edit came to; `settle` is called when all edits are known, before anything is written. */
export interface Performed extends Omit<EditOutcome, 'edit' | 'notes'> {
  readonly settle?: () => void;
  /** None for what is about a comment. */
  readonly place?: Place;
  /** The other place of a move. */
  readonly to?: Place;
}

type PlacedEdit = Exclude<Edit, { readonly comment: string }>;

/** Plans one edit. */
export function perform(edit: Edit, desk: Desk): Performed {
  if ('comment' in edit)
    return { op: edit.op, part: null, paragraph: null, comment: about(edit, desk.comments) };
  const { plan } = desk;
  const place = plan.anchors.find(edit.at);
  const found = {
    op: edit.op,
    part: place.story.part,
    paragraph: plan.anchors.idOf(place.story, place.path),
    ...(place.fuzzy === undefined ? {} : { fuzzy: place.fuzzy }),
    place,
  };
  if (edit.op === 'comment') {
    const until = edit.until === undefined ? place : plan.anchors.find(edit.until);
    return { ...found, comment: desk.comments.add(place, until, edit.text) };
  }
  const to = edit.op === 'moveParagraph' ? plan.anchors.find(edit.to) : place;
  const settle = change(edit, { place, to }, desk);
  return { ...found, to, ...(settle && { settle }) };
}

/** @returns the id of the comment that is there afterwards, or was there */
function about(edit: Extract<Edit, { readonly comment: string }>, comments: Comments): string {
  switch (edit.op) {
    case 'reply':
      return comments.reply(edit.comment, edit.text);
    case 'resolve':
    case 'reopen':
      comments.resolve(edit.comment, edit.op === 'resolve');
      return edit.comment;
    case 'deleteComment':
      comments.delete(edit.comment);
      return edit.comment;
  }
}

function change(
  edit: Exclude<PlacedEdit, { op: 'comment' }>,
  { place, to }: { readonly place: Place; readonly to: Place },
  { plan, notes }: Desk,
): (() => void) | undefined {
  switch (edit.op) {
    case 'replace':
      return replaceText(plan, place, edit.with);
    case 'insert':
      return insertText(plan, place, edit.side, edit.text);
    case 'delete':
      return deleteText(plan, place);
    case 'formatText':
      return formatText(plan, place, edit.set);
    case 'formatParagraph':
      return formatParagraph(plan, place, edit.set);
    case 'insertParagraph':
      return insertParagraph(plan, place, edit);
    case 'deleteParagraph':
      return deleteParagraph(plan, place);
    case 'splitParagraph':
      return splitParagraph(plan, place, edit.side);
    case 'mergeParagraph':
      return mergeParagraph(plan, place);
    case 'moveParagraph':
      return moveParagraph(plan, notes, { from: place, to, side: edit.side });
    case 'insertRow':
      return insertRow(plan, place, edit);
    case 'deleteRow':
      return deleteRow(plan, place);
    case 'footnote':
      return insertFootnote(plan, notes, place, edit.text);
  }
}

function quoted(place: Place): Place {
  if (!place.quoted)
    throw editFault('edit/invalid', 'The edit needs a quote: whole paragraphs have edits of their own.');
  return place;
}

/** Only the words that differ are marked. */
function replaceText(plan: Plan, place: Place, text: string): undefined {
  const { range, tape } = quoted(place);
  const change = plan.at(place);
  change.reserve(range);
  for (const { from, to, text: fresh } of wordChanges(tape.text.slice(range.from, range.to), text)) {
    const [start, end] = [range.from + from, range.from + to];
    if (to > from) change.deletions.push({ from: start, to: end });
    if (fresh === '') continue;
    const runs = (properties: string): string => runXml(properties, textXml(fresh));
    change.insertions.push(
      to > from || end > 0
        ? { at: end, side: 'left', replaces: true, ...(to > from ? { like: start } : {}), runs }
        : { at: end, side: 'right', replaces: true, runs },
    );
  }
}

function insertText(plan: Plan, place: Place, side: 'before' | 'after', text: string): undefined {
  const { from, to } = place.range;
  plan.at(place).insert({
    at: side === 'before' ? from : to,
    side: side === 'before' ? 'right' : 'left',
    runs: (properties) => runXml(properties, textXml(text)),
  });
}

function deleteText(plan: Plan, place: Place): undefined {
  plan.at(place).delete(quoted(place).range);
}
