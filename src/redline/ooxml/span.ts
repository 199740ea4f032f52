import { RedlineError } from '../errors.ts';
import { damaged } from './character-data.ts';

/** End of a tag that starts at `at`: the offset of its `>`, passing over quoted values. */
export function tagEnd(source: string, at: number): number {
  for (let i = at; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (c === 62) return i;
    if (c === 34 || c === 39) {
      i = source.indexOf(c === 34 ? '"' : "'", i + 1);
      if (i < 0) break;
    }
  }
  throw damaged('a tag does not end');
}

/** End of the name of a tag: the first blank, `/` or `>` from `at`. */
export function nameEnd(source: string, at: number): number {
  for (let i = at; ; i++) {
    const c = source.charCodeAt(i);
    if (c <= 32 || c === 47 || c === 62 || Number.isNaN(c)) return i;
  }
}

/** Passes over a comment, CDATA section or processing instruction; a declaration is refused. */
export function skipSpecial(source: string, at: number): number {
  const [mark, end] = source.startsWith('<!--', at)
    ? ['-->', 4]
    : source.startsWith('<![CDATA[', at)
      ? [']]>', 9]
      : ['?>', 2];
  if (source.charCodeAt(at + 1) === 33 && end === 2) {
    throw new RedlineError(
      'document/dtd-forbidden',
      'The document holds a document type declaration, which Word documents may not have.',
    );
  }
  const found = source.indexOf(mark, at + end);
  if (found < 0) throw damaged('a comment or section does not end');
  return found + mark.length;
}

export interface Span {
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly end: number;
}

/**
 * Where the element that starts at `start` ends; its tags are checked to match, nothing is kept.
 *
 * @param plain  does no value of the source stand in single quotes?
 */
export function spanOf(source: string, start: number, maxDepth: number, plain: boolean): Span {
  const names: number[] = [];
  const lengths: number[] = [];
  let at = start;
  let innerStart = -1;
  for (;;) {
    const c = source.charCodeAt(at + 1);
    if (c === 47) {
      const from = names.pop() ?? -1;
      const length = lengths.pop() ?? -1;
      let close = at + 2 + length;
      if (length < 0 || !sameText(source, from, at + 2, length)) throw damaged('tags do not match');
      while (source.charCodeAt(close) <= 32) close++;
      if (source.charCodeAt(close) !== 62) throw damaged('tags do not match');
      if (names.length === 0) return { innerStart, innerEnd: at, end: close + 1 };
      at = close + 1;
    } else if (c === 33 || c === 63) at = skipSpecial(source, at);
    else {
      const name = nameEnd(source, at + 1);
      const close = plain ? plainTagEnd(source, name) : tagEnd(source, name);
      if (innerStart < 0) innerStart = close + 1;
      if (source.charCodeAt(close - 1) !== 47) {
        if (names.length >= maxDepth) throw tooDeep(maxDepth);
        const end = names.length === 0 ? -1 : leafEnd(source, at + 1, name - at - 1, close + 1);
        if (end >= 0) {
          at = source.indexOf('<', end);
          if (at < 0) throw damaged('an element does not end');
          continue;
        }
        names.push(at + 1);
        lengths.push(name - at - 1);
      } else if (names.length === 0) return { innerStart: close - 1, innerEnd: close - 1, end: close + 1 };
      at = close + 1;
    }
    at = source.indexOf('<', at);
    if (at < 0) throw damaged('an element does not end');
  }
}

/** Behind the end tag of an element that holds nothing but text, as most do; -1 where it holds more. */
function leafEnd(source: string, name: number, length: number, from: number): number {
  const end = source.indexOf('<', from);
  return source.charCodeAt(end + 1) === 47 &&
    source.charCodeAt(end + 2 + length) === 62 &&
    sameText(source, name, end + 2, length)
    ? end + 3 + length
    : -1;
}

/** `tagEnd` from behind the name, where no value stands in single quotes: most tags end at the next `>`. */
function plainTagEnd(source: string, from: number): number {
  const close = source.indexOf('>', from);
  const last = source.charCodeAt(close - 1) === 47 ? close - 2 : close - 1;
  if (close >= 0 && last < from) return close;
  // A quote that opens a value follows `=`; any other closes one, so that the `>` stands outside.
  const before = source.charCodeAt(last - 1);
  return close >= 0 && source.charCodeAt(last) === 34 && before !== 61 && before > 32
    ? close
    : tagEnd(source, from);
}

/** May a value stand in single quotes? */
export function mayHoldApostrophes(source: string): boolean {
  for (let at = source.indexOf("'"); at >= 0; at = source.indexOf("'", at + 1)) {
    let before = at - 1;
    while (source.charCodeAt(before) <= 32) before--;
    if (source.charCodeAt(before) === 61) return true;
  }
  return false;
}

function sameText(source: string, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (source.charCodeAt(a + i) !== source.charCodeAt(b + i)) return false;
  return true;
}

export function tooDeep(maxDepth: number): RedlineError {
  return new RedlineError('limits/exceeded', 'The document nests too deeply.', {
    limit: { name: 'xmlDepth', allowed: maxDepth },
  });
}

/** Only whether a part is well-formed, at a fraction of what reading it costs. @throws {RedlineError} as `parseXml` */
export function checkXml(source: string, maxDepth: number): void {
  const start = rootStart(source);
  const { end } = spanOf(source, start, maxDepth, !mayHoldApostrophes(source.slice(start)));
  checkTail(source, end);
}

/** Nothing but blanks and comments may stand behind the root. */
export function checkTail(source: string, end: number): void {
  for (let at = end; at < source.length; ) {
    const next = source.indexOf('<', at);
    if (source.slice(at, next < 0 ? undefined : next).trim() !== '')
      throw damaged('there is text behind the root');
    if (next < 0) return;
    if (!/^<[!?]/.test(source.slice(next, next + 2))) throw damaged('there are two roots');
    at = skipSpecial(source, next);
  }
}

/** Offset of the root element's tag. */
export function rootStart(source: string): number {
  for (let at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at)) {
    const c = source.charCodeAt(at + 1);
    if (c !== 33 && c !== 63) return at;
    at = skipSpecial(source, at);
  }
  throw damaged('there is no root element');
}
