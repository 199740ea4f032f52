import { attribute, child, isElement, type XmlElement, type XmlNode } from '../../ooxml/index.ts';
import { WRAPPERS } from './names.ts';
import type { VerdictOf } from './properties.ts';

const RANGE = /^w:customXml(Ins|Del|MoveFrom|MoveTo)Range(Start|End)$/;

/** Controls and markup whose start tag lies in a range that goes away (§17.13.5.4–11): their content stays. */
export function doomedControls(root: XmlElement, verdictOf: VerdictOf): Set<XmlElement> {
  const doomed = new Set<XmlElement>();
  if (!root.source.includes('<w:customXml')) return doomed;
  const open = new Set<string>();
  const range = (element: XmlElement, kind: string, end: string): void => {
    const verdict = verdictOf(element);
    const key = `${kind} ${attribute(element, 'w:id')}`;
    if (end === 'End') open.delete(key);
    else if (verdict === (kind === 'Del' || kind === 'MoveFrom' ? 'accept' : 'reject')) open.add(key);
  };
  const walk = (element: XmlElement): void => {
    for (const c of element.children) {
      if (!isElement(c)) continue;
      const found = RANGE.exec(c.name);
      if (found) range(c, found[1] ?? '', found[2] ?? '');
      else if (open.size > 0 && WRAPPERS.has(c.name)) doomed.add(c);
      walk(c);
    }
  };
  walk(root);
  return doomed;
}

/** What a control, custom XML or smart tag holds. */
export function controlContent(element: XmlElement): XmlNode[] {
  const holder = element.name === 'w:sdt' ? child(element, 'w:sdtContent') : element;
  return (holder?.children ?? []).filter(
    (c) => !isElement(c) || !/^w:(?:customXml|smartTag)Pr$/.test(c.name),
  );
}
