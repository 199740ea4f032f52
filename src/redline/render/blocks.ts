import type { XmlElement } from '../ooxml/index.ts';
import { grouped } from './content.ts';
import type { Context } from './context.ts';
import { renderParagraph, sectionNote } from './paragraphs.ts';
import { renderTable } from './tables.ts';

/** Block content, one string a block. The depth of the calls is bounded by the depth of the XML (`Limits.xmlDepth`). */
export function renderBlocks(content: readonly XmlElement[], context: Context): string[] {
  return content.flatMap((element) => {
    const group = grouped(element);
    if (element.name === 'w:p') return [renderParagraph(element, context)];
    if (element.name === 'w:tbl') return [renderTable(element, context)];
    if (group !== undefined) return renderBlocks(group, context);
    if (element.name === 'w:sectPr') return [sectionNote(element, context)].filter((note) => note !== '');
    if (element.name === 'w:altChunk') return ['<p><span class="picture">Embedded document</span></p>'];
    context.ledger.range(element);
    return [];
  });
}
