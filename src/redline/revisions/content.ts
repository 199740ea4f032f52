import { attribute, canonical, canonicalChildren, child, elements, type XmlElement } from '../ooxml/index.ts';
import { type Item, readItems } from './items.ts';
import type { PropsReader } from './props.ts';

const NOTHING: ReadonlySet<string> = new Set();
/** Blocks that hold blocks, and the properties that they begin with. */
const HOLDERS = /^w:(tbl|tr|tc|sdt|sdtContent)$/;

/** Equal for stories that say the same, however their runs are split: a longer look than at the source. */
export function contentKey(story: XmlElement, props: PropsReader): string {
  return elements(story)
    .map((e) => blockKey(e, props))
    .join('');
}

function blockKey(block: XmlElement, props: PropsReader): string {
  if (block.name === 'w:p')
    return `<p ${canonicalChildren(child(block, 'w:pPr'), NOTHING)}>${itemsKey(readItems(block, props))}`;
  if (HOLDERS.test(block.name)) return `<${block.name}>${contentKey(block, props)}</>`;
  return markKey(block) ?? canonical(block);
}

/** Bookmarks count by name; a comment and a permission count as such. */
function markKey(mark: XmlElement): string | undefined {
  if (mark.name === 'w:bookmarkStart') return `\u0004${attribute(mark, 'w:name') ?? ''}`;
  if (mark.name === 'w:bookmarkEnd') return '\u0004';
  return mark.name.startsWith('w:commentR') ? `\u0004${mark.name}` : undefined;
}

/** Equal for inline content that says the same. */
export function itemsKey(items: readonly Item[]): string {
  let text = '';
  let format: string | undefined;
  for (const item of items) {
    const run = item.kind === 'text' || item.kind === 'atom' ? item.run?.props.key : format;
    if (run !== format) text += `\u0001${run}\u0001`;
    format = run;
    if (item.kind === 'text') text += item.text;
    else if (item.kind === 'group')
      text += `\u0003${item.key}${itemsKey([...item.head, ...item.items, ...item.tail])}\u0003`;
    else if (item.kind !== 'end') text += `\u0002${markKey(item.element) ?? canonical(item.element)}\u0002`;
  }
  return text;
}
