import { attribute, elements, type Package, parseXml, relatedPart } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';

const KINDS = ['footnote', 'endnote'] as const;

/** A part of which notes went, with what they held. */
export interface LeftNotes {
  readonly part: string;
  /** The part without them. */
  readonly xml: string;
  /** Where they stood in the part as it was. */
  readonly gone: readonly (readonly [from: number, to: number])[];
}

/**
 * Notes (§17.11) whose references went with a decision go as well. Word passes over a note that nothing refers to, but
 * LibreOffice counts the notes and would show each later one at the reference before its own.
 *
 * @param pkg  the document as it was
 * @param settled  its parts that were decided in
 */
export function leftNotes(
  pkg: Package,
  settled: ReadonlyMap<string, string>,
  limits: Pick<Limits, 'xmlDepth'>,
): LeftNotes[] {
  const text = settled.get(pkg.main);
  if (text === undefined) return [];
  return KINDS.flatMap((kind) => {
    const part = relatedPart(pkg, pkg.main, `${kind}s`);
    const left = referencesTo(kind, pkg.root(pkg.main).source);
    for (const id of referencesTo(kind, text)) left.delete(id);
    if (part === undefined || left.size === 0) return [];
    const gone = elements(pkg.root(part)).filter((note) => left.has(attribute(note, 'w:id') ?? ''));
    const now = parseXml(settled.get(part) ?? pkg.root(part).source, limits.xmlDepth);
    let [xml, at] = ['', 0];
    for (const note of elements(now)) {
      if (!left.has(attribute(note, 'w:id') ?? '')) continue;
      xml += now.source.slice(at, note.start);
      at = note.end;
    }
    return gone.length === 0
      ? []
      : [{ part, xml: xml + now.source.slice(at), gone: gone.map((n) => [n.start, n.end] as const) }];
  });
}

/** Ids of the notes that a text refers to. */
function referencesTo(kind: string, xml: string): Set<string> {
  const reference = new RegExp(`<w:${kind}Reference\\s[^>]*?\\bw:id="([^"]*)"`, 'g');
  return new Set(Array.from(xml.matchAll(reference), (m) => m[1] ?? ''));
}
