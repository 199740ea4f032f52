import type { ParagraphFormat, TextFormat } from './revisions/index.ts';
import { type Element, element, type Restyle } from './verify/index.ts';

// What a format that edits set says, in the words of the verifier: nothing here is shared with what writes it.

/** Puts elements in the place of those of their names; `undefined` takes one away. */
type Put = ReadonlyMap<string, Element | undefined>;

function withPut(properties: readonly Element[], put: Put): readonly Element[] {
  return [...properties.filter((c) => !put.has(c.name)), ...[...put.values()].filter((c) => c !== undefined)];
}

function single<T>(
  put: Map<string, Element | undefined>,
  name: string,
  value: T | null | undefined,
  to: (value: T) => Element,
): void {
  if (value !== undefined) put.set(name, value === null ? undefined : to(value));
}

const valued =
  (name: string) =>
  (value: string): Element =>
    element(name, { 'w:val': value });
const onOff =
  (name: string) =>
  (on: boolean): Element =>
    element(name, on ? {} : { 'w:val': '0' });

/** @param style  identifier of the style that `set` names */
export function charactersAs(set: TextFormat, style: string | undefined): Restyle {
  const put = new Map<string, Element | undefined>();
  single(put, 'w:b', set.bold, onOff('w:b'));
  single(put, 'w:i', set.italic, onOff('w:i'));
  single(put, 'w:caps', set.allCaps, onOff('w:caps'));
  single(put, 'w:smallCaps', set.smallCaps, onOff('w:smallCaps'));
  single(put, 'w:strike', set.strike, onOff('w:strike'));
  single(put, 'w:color', set.color, (rgb) => element('w:color', { 'w:val': rgb.toUpperCase() }));
  single(put, 'w:highlight', set.highlight, valued('w:highlight'));
  single(put, 'w:u', set.underline, (on) => valued('w:u')(on ? 'single' : 'none'));
  for (const name of ['w:sz', 'w:szCs'])
    single(put, name, set.size, (points) => valued(name)(`${Math.round(2 * points)}`));
  single(put, 'w:rFonts', set.font, (font) =>
    element('w:rFonts', { 'w:ascii': font, 'w:hAnsi': font, 'w:cs': font }),
  );
  single(put, 'w:rStyle', set.style, () => valued('w:rStyle')(style ?? ''));
  return (properties) => withPut(properties, put);
}

/** New words beside a link or a reference do not take its style along. */
export const withoutStyle: Restyle = (properties) => properties.filter((c) => c.name !== 'w:rStyle');

/** @param style  identifier of the style that `set` names */
export function paragraphAs(set: ParagraphFormat, style: string | undefined): Restyle {
  const put = new Map<string, Element | undefined>();
  single(put, 'w:jc', set.align, valued('w:jc'));
  single(put, 'w:keepNext', set.keepNext, onOff('w:keepNext'));
  single(put, 'w:keepLines', set.keepLines, onOff('w:keepLines'));
  single(put, 'w:pageBreakBefore', set.pageBreakBefore, onOff('w:pageBreakBefore'));
  single(put, 'w:pStyle', set.style, () => valued('w:pStyle')(style ?? ''));
  return (properties) => {
    const of = (name: string): Element | undefined => properties.find((c) => c.name === name);
    const all = new Map(put);
    if (set.level !== undefined) all.set('w:numPr', inLevel(of('w:numPr'), set.level));
    const indents = [...indent('left', 'start', set.indentLeft), ...indent('right', 'end', set.indentRight)];
    if (set.indentFirst !== undefined) indents.push(...firstLine(set.indentFirst));
    if (indents.length > 0) all.set('w:ind', measured('w:ind', of('w:ind'), indents));
    const spaces = [...space('before', set.spaceBefore), ...space('after', set.spaceAfter)];
    if (spaces.length > 0) all.set('w:spacing', measured('w:spacing', of('w:spacing'), spaces));
    return withPut(properties, all);
  };
}

function inLevel(numPr: Element | undefined, level: number): Element {
  const rest = numPr?.children.filter((c) => c.name !== 'w:ilvl') ?? [];
  return element('w:numPr', {}, [element('w:ilvl', { 'w:val': `${level}` }), ...rest]);
}

/** Attributes that say one length; the first is what it is set by, in twentieths of a point. */
type Length = readonly [names: readonly [string, ...string[]], points: number | null];

function indent(name: string, logical: string, points: number | null | undefined): Length[] {
  const names = [name, `${name}Chars`, logical, `${logical}Chars`].map((n) => `w:${n}`);
  return points === undefined ? [] : [[names as [string, ...string[]], points]];
}

function space(name: string, points: number | null | undefined): Length[] {
  return points === undefined ? [] : [[[`w:${name}`, `w:${name}Lines`, `w:${name}Autospacing`], points]];
}

/** A first line is indented or hangs. */
function firstLine(points: number | null): Length[] {
  const hangs = points !== null && points < 0;
  return [
    [['w:firstLine', 'w:firstLineChars'], hangs ? null : points],
    [['w:hanging', 'w:hangingChars'], hangs ? -points : null],
  ];
}

function measured(name: string, old: Element | undefined, lengths: readonly Length[]): Element | undefined {
  const attributes = new Map(old?.attributes.map((a) => [a.name, a.value]));
  for (const [names, points] of lengths) {
    for (const each of names) attributes.delete(each);
    if (points !== null) attributes.set(names[0], `${Math.round(20 * points)}`);
  }
  return attributes.size === 0 ? undefined : element(name, Object.fromEntries(attributes));
}
