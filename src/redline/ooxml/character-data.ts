import { RedlineError } from '../errors.ts';

/** What is wrong with a part as XML. */
export function damaged(what: string): RedlineError {
  return new RedlineError('document/damaged-part', `A part of the document is not well-formed XML: ${what}.`);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Character data with its references decoded. */
export function decodeText(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(/&(#x?)?(\w+);/g, (whole, numeric: string | undefined, body: string) => {
    if (numeric === undefined) return ENTITIES[body] ?? whole;
    const code = Number.parseInt(body, numeric === '#x' ? 16 : 10);
    if (!(code <= 0x10ffff)) throw damaged('a character reference is not valid');
    return String.fromCodePoint(code);
  });
}

const MARKUP = /[&<>]/;

/** Text as character data. */
export function encodeText(text: string): string {
  if (!MARKUP.test(text)) return text;
  return text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
}

/** Text as an attribute value in double quotes, without the quotes. */
export function encodeAttribute(text: string): string {
  return encodeText(text).replace(/["\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}
