import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { type Edits, freshId, isWhole, paragraphs, tables, textRuns } from '../places.ts';
import { all, child, clone, elements, ensureFirst, make, type Node } from '../tree.ts';
import { rewriteRun, wrapper } from './inline.ts';

/** Earlier changes by somebody else: they count as accepted. */
export const TRACKED: Edits = {
  'track an inserted mark': (doc, dice) => trackMark(doc, dice, 'ins'),
  'track a deleted mark': (doc, dice) => trackMark(doc, dice, 'del'),
  'track an inserted row': (doc, dice) => trackRow(doc, dice, 'ins'),
  'track a deleted row': (doc, dice) => trackRow(doc, dice, 'del'),
  'track an inserted cell': (doc, dice) => trackCell(doc, dice, 'cellIns'),
  'track a deleted cell': (doc, dice) => trackCell(doc, dice, 'cellDel'),
  'track a format': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    if (!place || child(child(place.node, 'w:rPr') ?? place.node, 'w:rPrChange')) return false;
    const rPr = ensureFirst(place.node, 'w:rPr');
    rPr.children.push(wrapper('w:rPrChange', stamp(doc), [make('<w:rPr><w:i/></w:rPr>')]));
    return true;
  },
  'track paragraph properties': (doc, dice) => {
    const place = dice.pick(paragraphs(doc));
    const pPr = place && ensureFirst(place.node, 'w:pPr');
    if (!pPr || child(pPr, 'w:pPrChange')) return false;
    pPr.children.push(wrapper('w:pPrChange', stamp(doc), [make('<w:pPr><w:keepNext/></w:pPr>')]));
    return true;
  },
  'track a section': (doc, dice) => {
    const section = dice.pick(all(doc.tree(doc.main), 'w:sectPr'));
    if (!section || child(section, 'w:sectPrChange')) return false;
    section.children.push(
      wrapper('w:sectPrChange', stamp(doc), [make('<w:sectPr><w:pgSz w:w="9000" w:h="9000"/></w:sectPr>')]),
    );
    return true;
  },
  'track table properties': (doc, dice) => {
    const tblPr = dice.pick(tables(doc).flatMap(({ node }) => child(node, 'w:tblPr') ?? []));
    if (!tblPr || child(tblPr, 'w:tblPrChange')) return false;
    tblPr.children.push(wrapper('w:tblPrChange', stamp(doc), [make('<w:tblPr/>')]));
    return true;
  },
  'track a move': (doc, dice) => {
    const [from, to] = [dice.pick(textRuns(doc)), dice.pick(textRuns(doc))];
    if (!from || !to || from.node === to.node || from.parent === to.parent) return false;
    const id = freshId(doc);
    const who = 'w:author="Earlier" w:date="2020-01-01T00:00:00Z"';
    const put = (place: typeof from, kind: string, at: number, fresh: Node): void => {
      const start = make(`<w:${kind}RangeStart w:id="${at}" w:name="earlier${id}" ${who}/>`);
      const end = make(`<w:${kind}RangeEnd w:id="${at}"/>`);
      const moved = wrapper(`w:${kind}`, ` w:id="${at + 1}" ${who}`, [fresh]);
      const index = place.parent.children.indexOf(place.node);
      place.parent.children.splice(index, kind === 'moveFrom' ? 1 : 0, start, moved, end);
    };
    const copy = clone(from.node);
    put(from, 'moveFrom', id, from.node);
    put(to, 'moveTo', id + 2, copy);
    return true;
  },
  'track an insertion': (doc, dice) =>
    rewriteRun(doc, dice, (node) => [wrapper('w:ins', stamp(doc), [node])]),
  'track a deletion': (doc, dice) =>
    rewriteRun(doc, dice, (node) => {
      const gone = clone(node);
      gone.children = gone.children.map((c) =>
        typeof c !== 'string' && c.name === 'w:t' ? { ...c, name: 'w:delText' } : c,
      );
      return [wrapper('w:del', stamp(doc), [gone])];
    }),
};

/** Marks a paragraph's own mark as inserted or deleted by somebody else. */
function trackMark(doc: Doc, dice: Dice, name: 'ins' | 'del'): boolean {
  const places = paragraphs(doc).filter(({ node }) => !child(child(node, 'w:pPr') ?? node, 'w:sectPr'));
  const place = dice.pick(places);
  const next = place && elements(place.parent)[elements(place.parent).indexOf(place.node) + 1];
  if (!place || (name === 'del' && next?.name !== 'w:p')) return false;
  const pPr = ensureFirst(place.node, 'w:pPr');
  const rPr = child(pPr, 'w:rPr') ?? make('<w:rPr/>');
  if (!pPr.children.includes(rPr)) pPr.children.push(rPr);
  if (elements(rPr).some((c) => /^w:(ins|del)$/.test(c.name))) return false;
  rPr.children.unshift(wrapper(`w:${name}`, stamp(doc), []));
  return true;
}

function trackRow(doc: Doc, dice: Dice, name: 'ins' | 'del'): boolean {
  const rows = tables(doc).flatMap(({ node }) => elements(node).filter((c) => c.name === 'w:tr'));
  const row = dice.pick(rows);
  if (!row || child(row, 'w:tblPrEx') || !isWhole([row])) return false;
  ensureFirst(row, 'w:trPr').children.push(wrapper(`w:${name}`, stamp(doc), []));
  return true;
}

function stamp(doc: Doc): string {
  return ` w:id="${freshId(doc)}" w:author="Earlier" w:date="2020-01-01T00:00:00Z"`;
}

function trackCell(doc: Doc, dice: Dice, name: 'cellIns' | 'cellDel'): boolean {
  const rows = tables(doc).flatMap(({ node }) => elements(node).filter((c) => c.name === 'w:tr'));
  const row = dice.pick(rows.filter((r) => elements(r).filter((c) => c.name === 'w:tc').length > 1));
  const cell = row && dice.pick(elements(row).filter((c) => c.name === 'w:tc'));
  if (!cell || !isWhole([cell])) return false;
  const tcPr = ensureFirst(cell, 'w:tcPr');
  if (elements(tcPr).some((c) => /^w:cell(Ins|Del|Merge)$/.test(c.name))) return false;
  tcPr.children.push(wrapper(`w:${name}`, stamp(doc), []));
  return true;
}
