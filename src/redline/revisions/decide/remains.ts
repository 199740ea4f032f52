/** What is left of content that goes away, and of holders that lose all of theirs. */

const RANGE_END = /<w:(bookmark|commentRange|perm)(Start|End)\b[^>]*?\sw:id="([^"]*)"[^>]*\/>/g;

/** Ends of bookmarks, comments and permissions whose other end lies outside of what goes away. */
export function looseEnds(xml: string): string {
  const ends = Array.from(xml.matchAll(RANGE_END), (m) => ({ xml: m[0], key: `${m[1]} ${m[3]}` }));
  if (ends.length === 0) return '';
  const count = new Map<string, number>();
  for (const { key } of ends) count.set(key, (count.get(key) ?? 0) + 1);
  return ends
    .filter((end) => count.get(end.key) === 1)
    .map((end) => end.xml)
    .join('');
}

/** Every end of a range in a text. */
export function rangeEnds(xml: string): string {
  return Array.from(xml.matchAll(RANGE_END), (m) => m[0]).join('');
}

const VACATED = new Set(['w:hyperlink', 'w:smartTag', 'w:customXml', 'm:oMath', 'm:oMathPara', 'm:r']);
const NO_CONTENT =
  /^(?:<w:(?:bookmark|commentRange|perm|proofErr|move\w+Range|customXml\w+Range)[^>]*\/>|<(w:smartTagPr|w:customXmlPr|m:oMathParaPr|m:rPr|w:rPr|w:pPr)(?:\s[^>]*)?(?:\/>|>[\s\S]*?<\/\1>))*$/;

/** Does a text hold nothing but range marks and properties? */
export function isBare(xml: string): boolean {
  return NO_CONTENT.test(xml);
}

/** Holders that go with the last of their content. */
export function isVacated(name: string, content: string): boolean {
  return VACATED.has(name) && isBare(content);
}

/** Deleted text that is back is plain text; what stays deleted by another revision stays as it is. */
export function undeleted(xml: string): string {
  if (!xml.includes('<w:del')) return xml;
  return xml.replace(
    /<w:del\s(?:[^>]*[^/>])?>[\s\S]*?<\/w:del>|<(\/?)w:del(Text|InstrText)\b/g,
    (whole, slash: string | undefined, what: string | undefined) =>
      what === undefined ? whole : `<${slash ?? ''}w:${what === 'Text' ? 't' : 'instrText'}`,
  );
}
