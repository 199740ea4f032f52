import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { type Edits, paragraphs, properties } from '../places.ts';
import {
  all,
  attribute,
  child,
  elements,
  ensureFirst,
  insertOrdered,
  make,
  type Node,
  setAttribute,
} from '../tree.ts';
import { PARAGRAPH } from './blocks.ts';
import { part } from './package.ts';

const FORMATS = ['decimal', 'lowerLetter', 'upperRoman', 'bullet'];

/** The numbering part, made where there is none. */
function numbering(doc: Doc): Node {
  if (doc.related('numbering').length === 0)
    doc.addPart('numbering', part('w:numbering', doc.namespaces, ''));
  return doc.tree(doc.related('numbering')[0] ?? '');
}

function highest(list: readonly Node[], id: string): number {
  return Math.max(0, ...list.map((n) => Number(attribute(n, id) ?? 0)));
}

/** A list with its own definition, as legal texts have: every level counts. */
function freshAbstract(root: Node, dice: Dice): string {
  const abstracts = elements(root).filter((c) => c.name === 'w:abstractNum');
  const id = String(highest(abstracts, 'w:abstractNumId') + 1);
  const format = dice.pick(FORMATS) ?? 'decimal';
  const level = (n: number): string =>
    `<w:lvl w:ilvl="${n}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${dice.int(5)}.%${n + 1}"/></w:lvl>`;
  const fresh = make(
    `<w:abstractNum w:abstractNumId="${id}">${[0, 1, 2].map(level).join('')}</w:abstractNum>`,
  );
  const at = root.children.findIndex((c) => typeof c !== 'string' && c.name === 'w:num');
  root.children.splice(at < 0 ? root.children.length : at, 0, fresh);
  return id;
}

function addNum(root: Node, abstract: string, inside: string): string {
  const nums = elements(root).filter((c) => c.name === 'w:num');
  const id = String(highest(nums, 'w:numId') + 1);
  const last = nums.at(-1);
  root.children.splice(
    last ? root.children.indexOf(last) + 1 : root.children.length,
    0,
    make(`<w:num w:numId="${id}"><w:abstractNumId w:val="${abstract}"/>${inside}</w:num>`),
  );
  return id;
}

function setList(paragraph: Node, num: string, level: number): void {
  const fresh = make(`<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${num}"/></w:numPr>`);
  insertOrdered(ensureFirst(paragraph, 'w:pPr'), fresh, PARAGRAPH);
}

export const LISTS: Edits = {
  'restart a list': (doc, dice) => {
    const listed = paragraphs(doc).flatMap(({ node }) => {
      const numPr = child(properties(node) ?? node, 'w:numPr');
      const num = numPr && attribute(child(numPr, 'w:numId') ?? numPr, 'w:val');
      return num === undefined ? [] : [{ node, num }];
    });
    const place = dice.pick(listed);
    const root = numbering(doc);
    const num = elements(root).find((c) => c.name === 'w:num' && attribute(c, 'w:numId') === place?.num);
    const abstract = num && attribute(child(num, 'w:abstractNumId') ?? num, 'w:val');
    if (!place || abstract === undefined) return false;
    const restart = `<w:lvlOverride w:ilvl="0"><w:startOverride w:val="${1 + dice.int(3)}"/></w:lvlOverride>`;
    setList(place.node, addNum(root, abstract, restart), dice.int(3));
    return true;
  },
  'put into a new list': (doc, dice) => {
    const place = dice.pick(paragraphs(doc));
    if (!place) return false;
    const root = numbering(doc);
    setList(place.node, addNum(root, freshAbstract(root, dice), ''), dice.int(3));
    return true;
  },
  'put into another list': (doc, dice) => {
    const place = dice.pick(paragraphs(doc));
    const num = dice.pick(elements(numbering(doc)).filter((c) => c.name === 'w:num'));
    if (!place || !num) return false;
    setList(place.node, attribute(num, 'w:numId') ?? '', dice.int(3));
    return true;
  },
  'take out of a list': (doc, dice) => {
    const pPr = dice.pick(
      paragraphs(doc).flatMap(({ node }) => {
        const own = properties(node);
        return own && child(own, 'w:numPr') ? [own] : [];
      }),
    );
    if (!pPr) return false;
    pPr.children = pPr.children.filter((c) => typeof c === 'string' || c.name !== 'w:numPr');
    return true;
  },
  'change how a list counts': (doc, dice) => {
    const level = dice.pick(all(numbering(doc), 'w:lvl'));
    const format = level && child(level, 'w:numFmt');
    if (!format) return false;
    setAttribute(format, 'w:val', dice.pick(FORMATS) ?? 'decimal');
    return true;
  },
  'take another style': (doc, dice) => {
    const place = dice.pick(paragraphs(doc));
    const styles = doc.related('styles')[0];
    if (!place || styles === undefined) return false;
    const root = doc.tree(styles);
    const known = all(root, 'w:style').filter((s) => attribute(s, 'w:type') === 'paragraph');
    let id = dice.chance(3) ? undefined : attribute(dice.pick(known) ?? root, 'w:styleId');
    if (id === undefined) {
      id = `Clause${dice.int(3)}`;
      if (!known.some((s) => attribute(s, 'w:styleId') === id))
        root.children.push(
          make(
            `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="clause ${id.slice(-1)}"/><w:rPr><w:b/></w:rPr></w:style>`,
          ),
        );
    }
    insertOrdered(ensureFirst(place.node, 'w:pPr'), make(`<w:pStyle w:val="${id}"/>`), PARAGRAPH);
    return true;
  },
  'change a style': (doc, dice) => {
    const styles = doc.related('styles')[0];
    const style = styles && dice.pick(all(doc.tree(styles), 'w:style'));
    if (!style || child(style, 'w:rPr')) return false;
    style.children.push(make(`<w:rPr><w:sz w:val="${20 + dice.int(9)}"/></w:rPr>`));
    return true;
  },
};
