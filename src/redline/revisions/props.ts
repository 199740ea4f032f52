import { canonicalChildren, inner, parseXml, type XmlElement } from '../ooxml/index.ts';

/** Run properties (ECMA-376 Part 1 §17.3.2) as written and as compared. */
export interface RunProps {
  /** The children of `w:rPr` as in the source, without revisions. */
  readonly inner: string;
  /** `w:rPr` around them; '' where there are none. */
  readonly xml: string;
  /** Equal for properties that say the same. */
  readonly key: string;
}

const NOT_COMPARED: ReadonlySet<string> = new Set([
  'w:ins',
  'w:del',
  'w:moveFrom',
  'w:moveTo',
  'w:rPrChange',
]);

export const NO_PROPS: RunProps = { inner: '', xml: '', key: '' };

/** Run properties are few and repeat: each distinct text is read once. */
export class PropsReader {
  readonly #known = new Map<string, RunProps>();

  /** What was read before of properties with that content. */
  known(source: string): RunProps | undefined {
    return this.#known.get(source);
  }

  read(rPr: XmlElement | undefined): RunProps {
    if (rPr === undefined) return NO_PROPS;
    const source = inner(rPr);
    const known = this.#known.get(source);
    if (known) return known;
    const key = canonicalChildren(rPr, NOT_COMPARED);
    const plain = rPr.children.some((c) => c.kind === 'element' && NOT_COMPARED.has(c.name))
      ? without(rPr)
      : source;
    const fresh = { inner: plain, xml: plain === '' ? '' : `<w:rPr>${plain}</w:rPr>`, key };
    this.#known.set(source, fresh);
    return fresh;
  }
}

function without(rPr: XmlElement): string {
  return rPr.children
    .map((c) => (c.kind === 'text' || NOT_COMPARED.has(c.name) ? '' : c.source.slice(c.start, c.end)))
    .join('');
}

/** An element of the engine's own making, for a side that has none. */
export function virtual(xml: string): XmlElement {
  return parseXml(xml, 8);
}
