import { encodeAttribute, encodeText } from '../ooxml/index.ts';

/** Control characters, reachable through character references, mean nothing in HTML. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g;

/** Any text as HTML text. */
export function htmlText(text: string): string {
  return encodeText(text.replace(CONTROLS, ''));
}

/** One attribute with a leading blank, or nothing when there is no value. */
export function htmlAttribute(name: string, value: string | undefined): string {
  return value === undefined || value === ''
    ? ''
    : ` ${name}="${encodeAttribute(value.replace(CONTROLS, ''))}"`;
}

/** A `class` attribute of the names that are there. */
export function classes(...names: readonly (string | false | undefined)[]): string {
  return htmlAttribute('class', names.filter(Boolean).join(' '));
}

/** An identifier of the rendered page for the `n`th of a kind of things. */
export type Anchors = (kind: string, n: string | number) => string;

/** The prefix keeps apart what the document names and what the page names, and the two columns of a page. */
export function anchorsOf(prefix: 'r' | 'r-old'): Anchors {
  return (kind, n) => `${prefix}-${kind}-${String(n).replace(/[^\w-]/g, '_')}`;
}

/** One element around a piece of inline content. Neighbours with equal keys become one element. */
export interface Wrap {
  readonly key: string;
  readonly open: string;
  readonly close: string;
}

/** A piece of inline content with everything around it, outermost first. */
export interface Segment {
  readonly wraps: readonly Wrap[];
  readonly html: string;
  /** How its outermost mark changed it. */
  readonly side?: string | undefined;
}

/** Segments as HTML: what neighbours share is opened once. */
export function joinSegments(segments: readonly Segment[]): string {
  const out: string[] = [];
  let open: readonly Wrap[] = [];
  const closeDownTo = (depth: number): void => {
    for (let i = open.length - 1; i >= depth; i--) out.push(open[i]?.close ?? '');
  };
  for (const segment of segments) {
    let shared = 0;
    while (shared < open.length && open[shared]?.key === segment.wraps[shared]?.key) shared++;
    closeDownTo(shared);
    for (const wrap of segment.wraps.slice(shared)) out.push(wrap.open);
    out.push(segment.html);
    open = [...open.slice(0, shared), ...segment.wraps.slice(shared)];
  }
  closeDownTo(0);
  return out.join('');
}
