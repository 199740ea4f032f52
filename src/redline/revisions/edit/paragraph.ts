import { child, startTag } from '../../ooxml/index.ts';
import type { ParagraphChange } from './change.ts';
import { writeContent } from './content.ts';
import type { Draft } from './draft.ts';
import { changedProperties, markProperties, ownProperties } from './record.ts';

/** A paragraph that was not there before: its mark is inserted, or moved here. */
export function newParagraph(
  properties: string,
  mark: string,
  content: string,
  draft: Draft,
  kind: 'w:ins' | 'w:moveTo' = 'w:ins',
): string {
  return `<w:p><w:pPr>${properties}<w:rPr><${kind}${draft.stamp()}/>${mark}</w:rPr></w:pPr>${content}</w:p>`;
}

/** Inserted runs, in their revision. */
export function insertedRuns(runs: string, draft: Draft): string {
  return runs === '' ? '' : `<w:ins${draft.stamp()}>${runs}</w:ins>`;
}

/** Writes a paragraph with all that happens to it, and the blocks beside it. */
export function writeParagraph(change: ParagraphChange, draft: Draft): string {
  const { paragraph } = change;
  const pieces = writeContent(change, draft);
  const last = pieces.length - 1;
  const properties = child(paragraph, 'w:pPr');
  const { shown } = change;
  const fresh = pieces
    .slice(0, last)
    .map((content) => newParagraph(shown.finalProperties, markProperties(shown.paragraph), content, draft));
  const tag = startTag(paragraph).replace(/\/>$/, '>');
  const content = pieces[last] ?? '';
  const own =
    change.appended.length === 0
      ? `${tag}${changedProperties(properties, change, draft)}${content}</w:p>`
      : appended(change, tag, content, draft);
  const written = (blocks: readonly (() => string)[]): string[] => blocks.map((block) => block());
  return [...written(change.before), ...fresh, moved(own, change, draft), ...written(change.behind)].join('');
}

/** Text behind the last paragraph: its mark is inserted, and the last of the new ones has what was its mark. */
function appended(change: ParagraphChange, tag: string, content: string, draft: Draft): string {
  const { paragraph } = change;
  const current = ownProperties(paragraph);
  const mark = markProperties(paragraph);
  const first = newParagraph(change.finalProperties, mark, content, draft).replace('<w:p>', tag);
  const rest = change.appended.map(({ properties, mark: look, content: write }, i) => {
    const own = write();
    if (i < change.appended.length - 1) return newParagraph(properties(current), look, own, draft);
    const last = { mark: change.mark, properties, markLook: look };
    return `<w:p>${changedProperties(child(paragraph, 'w:pPr'), last, draft)}${own}</w:p>`;
  });
  return first + rest.join('');
}

function moved(own: string, { moved: name }: ParagraphChange, draft: Draft): string {
  if (name === undefined) return own;
  return moveRange('moveFrom', name, own, draft);
}

/** A block of a move between the marks of its range (§17.13.5.24, §17.13.5.28). */
export function moveRange(kind: 'moveFrom' | 'moveTo', name: string, content: string, draft: Draft): string {
  const stamp = draft.stamp();
  const id = /w:id="[^"]*"/.exec(stamp)?.[0] ?? '';
  return `<w:${kind}RangeStart${stamp} w:name="${name}"/>${content}<w:${kind}RangeEnd ${id}/>`;
}
