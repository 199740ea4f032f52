const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<(?:[^\s<>/]+:)?([^\s<>/:]+)((?:\s+[^\s=<>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*\/?>/g;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The attributes of every element of a name, whatever its prefix, in the order of the text. Enough for the two parts of
 * a package that say what it holds, which are lists of empty elements; the engine reads them in earnest later.
 */
export function readXmlTags(xml: string, name: string): ReadonlyMap<string, string>[] {
  return [...xml.matchAll(MARKUP)]
    .filter(([, element]) => element === name)
    .map(([, , attributes = '']) => {
      const pairs = [...attributes.matchAll(ATTRIBUTE)];
      return new Map(pairs.map(([, key = '', double, single]) => [key, unescaped(double ?? single ?? '')]));
    });
}

function unescaped(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, entity) => {
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    return ENTITIES[entity] ?? whole;
  });
}
