import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { bodyRuns, type Edits, freshId, paragraphs, properties } from '../places.ts';
import {
  all,
  attribute,
  child,
  elements,
  ensureFirst,
  insertOrdered,
  make,
  type Node,
  parse,
  withParents,
} from '../tree.ts';

const SECTION =
  'w:headerReference w:footerReference w:footnotePr w:endnotePr w:type w:pgSz w:pgMar w:paperSrc w:pgBorders w:lnNumType w:pgNumType w:cols w:formProt w:vAlign w:noEndnote w:titlePg w:textDirection w:bidi w:rtlGutter w:docGrid w:sectPrChange'.split(
    ' ',
  );
export const part = (name: string, namespaces: string, content: string): Node =>
  parse(`<${name}${namespaces}>${content}</${name}>`).root;
export const paragraphXml = (words: string): string => `<w:p><w:r><w:t>${words}</w:t></w:r></w:p>`;

export const PACKAGE: Edits = {
  'add a footnote': (doc, dice) => addNote(doc, dice, 'footnote'),
  'add an endnote': (doc, dice) => addNote(doc, dice, 'endnote'),
  'delete a note': (doc, dice) => {
    const places = paragraphs(doc).flatMap(({ node }) => withParents(node));
    const place = dice.pick(places.filter((x) => /^w:(foot|end)noteReference$/.test(x.node.name)));
    if (!place) return false;
    place.parent.children = place.parent.children.filter((c) => c !== place.node);
    return true;
  },
  'change the page': (doc, dice) => {
    const section = dice.pick(all(doc.tree(doc.main), 'w:sectPr'));
    if (!section) return false;
    const fresh = dice.pick([
      '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>',
      '<w:pgNumType w:start="3"/>',
      '<w:titlePg/>',
      '<w:docGrid w:linePitch="300"/>',
      '<w:type w:val="continuous"/>',
      '<w:cols w:num="2" w:space="720"/>',
      '<w:lnNumType w:countBy="5"/>',
      '<w:vAlign w:val="center"/>',
      '<w:bidi/>',
      '<w:footnotePr><w:numFmt w:val="lowerRoman"/></w:footnotePr>',
    ]);
    insertOrdered(section, make(fresh ?? ''), SECTION);
    return true;
  },
  'insert a section break': (doc, dice) => {
    const places = paragraphs(doc).filter(
      ({ node, parent }) => parent.name === 'w:body' && !child(properties(node) ?? node, 'w:sectPr'),
    );
    const place = dice.pick(places);
    if (!place) return false;
    const pPr = ensureFirst(place.node, 'w:pPr');
    const change = pPr.children.findIndex((c) => typeof c !== 'string' && c.name === 'w:pPrChange');
    pPr.children.splice(
      change < 0 ? pPr.children.length : change,
      0,
      make('<w:sectPr><w:pgSz w:w="10000" w:h="15000"/></w:sectPr>'),
    );
    return true;
  },
  'delete a section break': (doc, dice) => {
    const pPr = dice.pick(
      paragraphs(doc)
        .flatMap(({ node }) => properties(node) ?? [])
        .filter((n) => child(n, 'w:sectPr')),
    );
    if (!pPr) return false;
    pPr.children = pPr.children.filter((c) => typeof c === 'string' || c.name !== 'w:sectPr');
    return true;
  },
  'add a header': (doc, dice) => {
    const section = dice.pick(all(doc.tree(doc.main), 'w:sectPr'));
    const kind = dice.pick(['header', 'footer'] as const) ?? 'header';
    const type = dice.pick(['default', 'first', 'even']) ?? 'default';
    if (
      !section ||
      elements(section).some((c) => c.name === `w:${kind}Reference` && attribute(c, 'w:type') === type)
    )
      return false;
    const root = part(
      kind === 'header' ? 'w:hdr' : 'w:ftr',
      doc.namespaces,
      paragraphXml(`${kind} ${dice.int(9)}`),
    );
    section.children.unshift(
      make(`<w:${kind}Reference w:type="${type}" r:id="${doc.addPart(kind, root)}"/>`),
    );
    return true;
  },
  'take a header away': (doc, dice) => {
    const references = all(doc.tree(doc.main), 'w:sectPr').flatMap((s) => withParents(s));
    const place = dice.pick(references.filter((x) => /^w:(header|footer)Reference$/.test(x.node.name)));
    if (!place) return false;
    place.parent.children = place.parent.children.filter((c) => c !== place.node);
    doc.forget(attribute(place.node, 'r:id') ?? '');
    return true;
  },
};

function addNote(doc: Doc, dice: Dice, kind: 'footnote' | 'endnote'): boolean {
  const place = dice.pick(bodyRuns(doc));
  if (!place) return false;
  const id = freshId(doc) + 1;
  if (doc.related(`${kind}s`).length === 0) doc.addPart(`${kind}s`, part(`w:${kind}s`, doc.namespaces, ''));
  const notes = doc.tree(doc.related(`${kind}s`)[0] ?? '');
  notes.children.push(make(`<w:${kind} w:id="${id}">${paragraphXml(`note ${dice.int(9)}`)}</w:${kind}>`));
  const at = place.parent.children.indexOf(place.node) + 1;
  place.parent.children.splice(at, 0, make(`<w:r><w:${kind}Reference w:id="${id}"/></w:r>`));
  return true;
}
