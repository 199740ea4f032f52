import { attribute, type Element } from './element.ts';

/**
 * Text as Word shows it: without `xml:space="preserve"` the blanks at both ends are lost.
 *
 * @param preserve does the part keep white space everywhere?
 */
export function shownText(el: Element, preserve: boolean): string {
  const { text } = el;
  if (preserve || !(isBlank(text.charCodeAt(0)) || isBlank(text.charCodeAt(text.length - 1)))) return text;
  return attribute(el, 'xml:space') === 'preserve' ? text : text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
