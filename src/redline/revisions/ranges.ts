import { child, isElement, outer, startTag, type XmlElement } from '../ooxml/index.ts';
import type { MergeContext } from './context.ts';

/** A content control (§17.5.2) or custom XML (§17.5.1) around blocks, rows or cells. */
export interface Control {
  readonly element: XmlElement;
  /** What holds the content: `w:sdtContent`, or the element itself. */
  readonly content: XmlElement;
}

export function controlIn(element: XmlElement | undefined): Control | undefined {
  if (element?.name === 'w:customXml') return { element, content: element };
  const content = element?.name === 'w:sdt' ? child(element, 'w:sdtContent') : undefined;
  return element && content ? { element, content } : undefined;
}

/** All tags in front of the content, and those behind it. */
export function controlTags({ element, content }: Control): readonly [head: string, tail: string] {
  const { source } = element;
  if (element === content) {
    const properties = element.children.filter((c) => isElement(c) && c.name === 'w:customXmlPr');
    return [
      startTag(element) + properties.map((c) => (isElement(c) ? outer(c) : '')).join(''),
      `</${element.name}>`,
    ];
  }
  return [
    source.slice(element.start, content.start) + startTag(content),
    `</${content.name}>${source.slice(content.end, element.end)}`,
  ];
}

/** A control with other content, its two tags revised by a range each (§17.13.5.4): those of controls inside are not. */
export function controlRange(kind: 'Ins' | 'Del', control: Control, body: string, ctx: MergeContext): string {
  const [head, tail] = controlTags(control);
  return rangedTag(kind, head, ctx) + body + rangedTag(kind, tail, ctx);
}

/** One end of a control, its tags revised by a range. */
export function rangedTag(kind: 'Ins' | 'Del', tag: string, ctx: MergeContext): string {
  const stamp = ctx.stamp();
  const id = /w:id="[^"]*"/.exec(stamp)?.[0] ?? '';
  return `<w:customXml${kind}RangeStart${stamp}/>${tag}<w:customXml${kind}RangeEnd ${id}/>`;
}
