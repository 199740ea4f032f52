import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import {
  type Edits,
  isBlock,
  isWhole,
  noAdjacentTables,
  outsideBoxes,
  paragraphs,
  properties,
  removable,
  withoutIdentity,
} from '../places.ts';
import {
  child,
  clone,
  elements,
  ensureFirst,
  insertOrdered,
  make,
  type Node,
  text,
  withParents,
} from '../tree.ts';

export const PARAGRAPH =
  'w:pStyle w:keepNext w:keepLines w:pageBreakBefore w:framePr w:widowControl w:numPr w:suppressLineNumbers w:pBdr w:shd w:tabs w:suppressAutoHyphens w:bidi w:spacing w:ind w:contextualSpacing w:jc w:outlineLvl w:rPr w:sectPr w:pPrChange'.split(
    ' ',
  );
const PROPERTIES = [
  '<w:jc w:val="center"/>',
  '<w:jc w:val="right"/>',
  '<w:keepNext/>',
  '<w:spacing w:before="120" w:after="60"/>',
  '<w:ind w:left="720" w:hanging="360"/>',
  '<w:pBdr><w:top w:val="single" w:sz="4" w:space="1" w:color="auto"/></w:pBdr>',
  '<w:tabs><w:tab w:val="left" w:pos="2880"/></w:tabs>',
  '<w:outlineLvl w:val="2"/>',
  '<w:bidi/>',
  '<w:pageBreakBefore/>',
  '<w:widowControl w:val="0"/>',
  '<w:shd w:val="clear" w:color="auto" w:fill="D9D9D9"/>',
  '<w:framePr w:w="2000" w:wrap="around" w:vAnchor="text" w:hAnchor="page" w:x="1000" w:y="100"/>',
];
const SENTENCES = [
  'The Customer shall indemnify the Supplier against every claim of a third party.',
  'Neither party is liable for loss of profit.',
  'Notices are given in writing.',
  'See Schedule 2.',
  '',
];

/** Where a block may come: never between two tables' ends, never behind the last paragraph's section. */
function insertBlocks(holder: Node, at: number, blocks: readonly Node[]): boolean {
  const children = [...holder.children.slice(0, at), ...blocks, ...holder.children.slice(at)];
  const list = children.filter((c) => typeof c !== 'string');
  const after = holder.children.slice(at).find((c) => typeof c !== 'string');
  if (!noAdjacentTables(list) || /^w:(tcPr|sdtPr|pPr)$/.test(after?.name ?? '')) return false;
  if (list.filter((c) => isBlock(c) || c.name === 'w:sdt').at(-1)?.name !== 'w:p') return false;
  const section = list.findIndex((c) => c.name === 'w:sectPr');
  if (section >= 0 && section < list.length - 1) return false;
  holder.children = children;
  return true;
}

function paragraphLike(model: Node | undefined, words: string): Node {
  const pPr = model && properties(model);
  const fresh = make(
    `<w:p>${words === '' ? '' : `<w:r><w:t xml:space="preserve">${words}</w:t></w:r>`}</w:p>`,
  );
  if (pPr) fresh.children.unshift(withoutIdentity(clone(pPr)));
  return fresh;
}

function move(doc: Doc, dice: Dice, most: number): boolean {
  const place = removable(doc, dice, most);
  if (!place) return false;
  const before = [...place.holder.children];
  const taken = place.holder.children.splice(place.at, place.count).filter((c) => typeof c !== 'string');
  if (insertBlocks(place.holder, dice.int(place.holder.children.length + 1), taken)) return true;
  place.holder.children = before;
  return false;
}

/** Parts of a paragraph that may not be torn apart are kept together by cutting only between whole stretches. */
function cutPlaces(paragraph: Node): number[] {
  return paragraph.children.flatMap((_, i) => {
    const head = paragraph.children.slice(0, i).filter((c) => typeof c !== 'string' && c.name !== 'w:pPr');
    return i > 0 && isWhole(head.filter((c) => typeof c !== 'string')) ? [i] : [];
  });
}

export const BLOCKS: Edits = {
  'split a paragraph': (doc, dice) => {
    const place = dice.pick(paragraphs(doc).filter(({ node }) => elements(node).length > 2));
    const at = place && dice.pick(cutPlaces(place.node));
    if (!place || at === undefined) return false;
    const first: Node = { ...place.node, children: place.node.children.splice(0, at) };
    const pPr = properties(first);
    if (pPr) {
      place.node.children.unshift(clone(pPr));
      pPr.children = pPr.children.filter((c) => typeof c === 'string' || c.name !== 'w:sectPr');
    }
    first.attributes = first.attributes.replace(/\sw14:\w+="[^"]*"/g, '');
    place.parent.children.splice(place.parent.children.indexOf(place.node), 0, first);
    return true;
  },
  'join paragraphs': (doc, dice) => {
    const pairs = paragraphs(doc).flatMap(({ node, parent }) => {
      const next = parent.children[parent.children.indexOf(node) + 1];
      const joins = typeof next === 'object' && next.name === 'w:p';
      return joins && !child(properties(node) ?? node, 'w:sectPr') ? [{ node, next, parent }] : [];
    });
    const pair = dice.pick(pairs);
    if (!pair) return false;
    const content = pair.node.children.filter((c) => typeof c === 'string' || c.name !== 'w:pPr');
    const pPr = properties(pair.next);
    const rest = pair.next.children.filter((c) => c !== pPr);
    pair.next.children = [...(pPr ? [pPr] : []), ...content, ...rest];
    pair.parent.children.splice(pair.parent.children.indexOf(pair.node), 1);
    return true;
  },
  'delete blocks': (doc, dice) => {
    const place = removable(doc, dice, 3);
    if (!place) return false;
    place.holder.children.splice(place.at, place.count);
    return true;
  },
  'insert a paragraph': (doc, dice) => {
    const holder = dice.pick(outsideBoxes(doc));
    if (!holder) return false;
    const model = dice.chance(3) ? undefined : dice.pick(elements(holder).filter((c) => c.name === 'w:p'));
    const fresh = paragraphLike(model, dice.pick(SENTENCES) ?? '');
    return insertBlocks(holder, dice.int(holder.children.length + 1), [fresh]);
  },
  'duplicate a paragraph': (doc, dice) => {
    const place = dice.pick(paragraphs(doc).filter(({ node }) => isWhole([node]) && copies(node)));
    if (!place) return false;
    const at = dice.chance(2)
      ? place.parent.children.indexOf(place.node)
      : dice.int(place.parent.children.length);
    return insertBlocks(place.parent, at, [withoutIdentity(clone(place.node))]);
  },
  'move a paragraph': (doc, dice) => move(doc, dice, 1),
  'move a range': (doc, dice) => move(doc, dice, 5),
  'move and edit a paragraph': (doc, dice) => {
    const place = removable(doc, dice, 1);
    const moved = place?.holder.children[place.at];
    if (!place || typeof moved !== 'object') return false;
    const t = dice.pick(
      elements(moved).flatMap((r) => (r.name === 'w:r' ? elements(r).filter((c) => c.name === 'w:t') : [])),
    );
    if (t) t.children = [`${text(t)} as amended ${dice.int(9)}`];
    const before = [...place.holder.children];
    place.holder.children.splice(place.at, 1);
    if (insertBlocks(place.holder, dice.int(place.holder.children.length + 1), [moved])) return true;
    place.holder.children = before;
    return t !== undefined;
  },
  'change paragraph properties': (doc, dice) => {
    const place = dice.pick(paragraphs(doc));
    if (!place) return false;
    const fresh = make(dice.pick(PROPERTIES) ?? '<w:keepNext/>');
    insertOrdered(ensureFirst(place.node, 'w:pPr'), fresh, PARAGRAPH);
    return true;
  },
  'take paragraph properties from another': (doc, dice) => {
    const list = paragraphs(doc);
    const [from, to] = [dice.pick(list), dice.pick(list)];
    if (!from || !to || [from, to].some(({ node }) => child(properties(node) ?? node, 'w:sectPr')))
      return false;
    const pPr = properties(from.node);
    to.node.children = to.node.children.filter((c) => typeof c === 'string' || c.name !== 'w:pPr');
    if (pPr) to.node.children.unshift(clone(pPr));
    return true;
  },
  'change a list level': (doc, dice) => {
    const levels = paragraphs(doc).flatMap(({ node }) =>
      withParents(properties(node) ?? node).filter(
        (x) => x.node.name === 'w:ilvl' && x.parent.name === 'w:numPr',
      ),
    );
    const level = dice.pick(levels);
    if (!level) return false;
    level.node.attributes = ` w:val="${dice.int(4)}"`;
    return true;
  },
  'format a paragraph mark': (doc, dice) => {
    const place = dice.pick(paragraphs(doc));
    if (!place) return false;
    const pPr = ensureFirst(place.node, 'w:pPr');
    insertOrdered(pPr, make('<w:rPr><w:b/></w:rPr>'), PARAGRAPH);
    return true;
  },
};

/** Drawings and controls carry ids that may not be there twice. */
function copies(node: Node): boolean {
  return !withParents(node).some((x) =>
    /^(w:drawing|w:pict|w:object|w:sdt|mc:AlternateContent)$/.test(x.node.name),
  );
}
