import type { Place } from './anchors.ts';
import { editFault } from './faults.ts';
import { formatParagraph, formatText } from './formats.ts';

import { deleteParagraph, insertParagraph, mergeParagraph, splitParagraph } from './paragraphs.ts';
import type { Plan } from './plan.ts';

import type { Edit, EditOutcome } from './types.ts';
import { runXml, textXml } from './weave.ts';
import { wordChanges } from './words.ts';

/** What an edit came to; `settle` is called when all edits are known, before anything is written. */
export interface Performed extends Omit<EditOutcome, 'edit' | 'notes'> {
  readonly settle: (plan: Plan) => void;
  readonly place: Place;
}

type Perform = (plan: Plan, place: Place) => (() => void) | undefined;

/** Plans one edit. */
export function perform(edit: Edit, plan: Plan): Performed {
  if (edit.op === 'reply' || edit.op === 'resolve' || edit.op === 'reopen' || edit.op === 'deleteComment')
    throw editFault('edit/invalid', 'Not yet.');
  const place = plan.anchors.find(edit.at);
  const settle = work(edit)(plan, place) ?? (() => {});
  return {
    op: edit.op,
    part: place.story.part,
    paragraph: plan.anchors.idOf(place.story, place.path),
    ...(place.fuzzy === undefined ? {} : { fuzzy: place.fuzzy }),
    settle,
    place,
  };
}

function work(edit: Exclude<Edit, { readonly comment: string }>): Perform {
  switch (edit.op) {
    case 'replace':
      return (plan, place) => replaceText(plan, place, edit.with);
    case 'insert':
      return (plan, place) => insertText(plan, place, edit.side, edit.text);
    case 'delete':
      return (plan, place) => deleteText(plan, place);
    case 'formatText':
      return (plan, place) => formatText(plan, place, edit.set);
    case 'formatParagraph':
      return (plan, place) => formatParagraph(plan, place, edit.set);
    case 'insertParagraph':
      return (plan, place) => insertParagraph(plan, place, edit);
    case 'deleteParagraph':
      return deleteParagraph;
    case 'splitParagraph':
      return (plan, place) => splitParagraph(plan, place, edit.side);
    case 'mergeParagraph':
      return mergeParagraph;
    default:
      throw editFault('edit/invalid', 'Not yet.');
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
        ? { at: end, side: 'left', ...(to > from ? { like: start } : {}), runs }
        : { at: end, side: 'right', runs },
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
