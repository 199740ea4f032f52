import {
  attribute,
  elements,
  encodeAttribute,
  OFFICE_RELATIONSHIPS,
  type Package,
  type PackageEditor,
} from '../../ooxml/index.ts';

// Ids that outlive decisions (docs/decisions/0030-ids-of-changes.md). What a change is called by its words and its place
// can change when its neighbours are decided. Where it does, the document says what it was called: in a custom XML part
// (ECMA-376 Part 1 §15.2.5), which editors keep, and which is there only as long as it is needed.

const SPACE = 'urn:redline:change-ids:1';
const RELATIONSHIP = `${OFFICE_RELATIONSHIPS}/customXml`;
const MAX_PART = 16 * 1024 * 1024;

function lastingPart(pkg: Package): string | undefined {
  return pkg.relationships(pkg.main).find(({ type, part }) => {
    if (part === undefined || !type.endsWith('/customXml') || !/^customXml\//i.test(part)) return false;
    const entry = pkg.entries.find((e) => e.name === part);
    return entry !== undefined && entry.size <= MAX_PART && pkg.text(part).slice(0, 400).includes(SPACE);
  })?.part;
}

/** What changes were called: by the id that they have by their words and place. */
export function readLasting(pkg: Package): ReadonlyMap<string, string> {
  const part = lastingPart(pkg);
  if (part === undefined) return new Map();
  const entries = elements(pkg.root(part)).map((e) => [attribute(e, 'now'), attribute(e, 'id')] as const);
  return new Map(entries.filter((e): e is [string, string] => e[0] !== undefined && e[1] !== undefined));
}

/**
 * What changes are called where a document says so.
 *
 * @param natural  their names by words and place
 * @returns `undefined` for those that something else is called as well: they keep that name
 */
export function idsIn(
  natural: readonly string[],
  lasting: ReadonlyMap<string, string>,
): (string | undefined)[] {
  const wanted = natural.map((id) => lasting.get(id) ?? id);
  const count = new Map<string, number>();
  for (const id of wanted) count.set(id, (count.get(id) ?? 0) + 1);
  return wanted.map((id) => (count.get(id) === 1 ? id : undefined));
}

/**
 * Writes what changes were called, or takes that away where there is nothing to say.
 *
 * @param ids  pairs of the id by words and place, and what the change is called
 */
export function writeLasting(
  editor: PackageEditor,
  ids: readonly (readonly [now: string, id: string])[],
): void {
  const { base } = editor;
  const part = lastingPart(base);
  const entries = ids.map(([now, id]) => `<c now="${encodeAttribute(now)}" id="${encodeAttribute(id)}"/>`);
  const xml = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<ids xmlns="${SPACE}">${entries.join('')}</ids>`;
  if (part !== undefined && ids.length === 0) editor.remove(part);
  else if (part !== undefined) {
    if (xml !== base.text(part)) editor.replace(part, xml);
  } else if (ids.length > 0) {
    editor.relate(base.main, RELATIONSHIP, {
      part: editor.add('customXml/item1.xml', xml, 'application/xml'),
    });
  }
}
