import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { type Edits, freshId, isBlock, isWhole, outsideBoxes, paragraphs, textRuns } from '../places.ts';
import {
  all,
  attribute,
  child,
  elements,
  make,
  type Node,
  setAttribute,
  text,
  withParents,
} from '../tree.ts';

const run = (content: string): string => `<w:r>${content}</w:r>`;
const CODES = [' PAGE ', ' REF _Ref1 \\h ', ' DATE \\@ "d MMMM yyyy" ', ' NUMPAGES '];

/** Replaces a run by what it becomes. */
export function rewriteRun(doc: Doc, dice: Dice, become: (run: Node) => Node[] | undefined): boolean {
  const place = dice.pick(textRuns(doc));
  const fresh = place && become(place.node);
  if (!place || !fresh) return false;
  place.parent.children.splice(place.parent.children.indexOf(place.node), 1, ...fresh);
  return true;
}

/** Elements of a kind that stand directly in paragraphs. */
function inParagraphs(doc: Doc, name: string): { readonly node: Node; readonly parent: Node }[] {
  return paragraphs(doc).flatMap(({ node: parent }) =>
    elements(parent)
      .filter((c) => c.name === name)
      .map((node) => ({ node, parent })),
  );
}

function unwrap(place: { readonly node: Node; readonly parent: Node }, holder: Node): void {
  const content = holder.children.filter((c) => typeof c === 'string' || !/^w:\w+Pr$/.test(c.name));
  place.parent.children.splice(place.parent.children.indexOf(place.node), 1, ...content);
}

export function wrapper(name: string, attributes: string, children: (Node | string)[]): Node {
  return { name, attributes, children };
}

const control = (dice: Dice, children: Node[]): Node =>
  wrapper('w:sdt', '', [
    make(`<w:sdtPr><w:alias w:val="c${dice.int(3)}"/><w:tag w:val="t${dice.int(3)}"/></w:sdtPr>`),
    wrapper('w:sdtContent', '', children),
  ]);

export const INLINE: Edits = {
  'make a link': (doc, dice) => {
    const id = doc.relate('hyperlink', `https://example.org/${dice.int(9)}`, true);
    return rewriteRun(doc, dice, (node) => [wrapper('w:hyperlink', ` r:id="${id}"`, [node])]);
  },
  'point a link elsewhere': (doc, dice) => {
    const links = doc.relationships().filter((r) => attribute(r, 'Type')?.endsWith('/hyperlink'));
    const link = dice.pick(links);
    if (!link) return false;
    setAttribute(link, 'Target', `https://example.org/${dice.int(99)}`);
    return true;
  },
  'take a link away': (doc, dice) => {
    const place = dice.pick(inParagraphs(doc, 'w:hyperlink'));
    if (!place) return false;
    unwrap(place, place.node);
    return true;
  },
  'insert a field': (doc, dice) =>
    rewriteRun(doc, dice, (node) => {
      const code = dice.pick(CODES) ?? ' PAGE ';
      if (dice.chance(3))
        return [
          node,
          make(
            `<w:fldSimple w:instr="${code.replaceAll('"', '&quot;')}">${run('<w:t>7</w:t>')}</w:fldSimple>`,
          ),
        ];
      const char = (type: string): Node => make(run(`<w:fldChar w:fldCharType="${type}"/>`));
      const instruction = make(run(`<w:instrText xml:space="preserve">${code}</w:instrText>`));
      return [node, char('begin'), instruction, char('separate'), make(run('<w:t>7</w:t>')), char('end')];
    }),
  'change the code of a field': (doc, dice) => {
    const codes = paragraphs(doc).flatMap(({ node }) => all(node, 'w:instrText'));
    const simple = paragraphs(doc).flatMap(({ node }) => all(node, 'w:fldSimple'));
    const node = dice.pick([...codes, ...simple]);
    if (!node) return false;
    if (node.name === 'w:fldSimple') setAttribute(node, 'w:instr', ` REF x${dice.int(9)} `);
    else node.children = [` REF x${dice.int(9)} \\h `];
    return true;
  },
  'delete a field': (doc, dice) => {
    const simple = dice.pick(inParagraphs(doc, 'w:fldSimple'));
    if (simple && dice.chance(2)) {
      simple.parent.children = simple.parent.children.filter((c) => c !== simple.node);
      return true;
    }
    const spans = paragraphs(doc).flatMap(({ node }) => fieldSpans(node).map((span) => ({ node, span })));
    const found = dice.pick(spans);
    if (!found) return false;
    found.node.children.splice(found.span.from, found.span.to - found.span.from + 1);
    return true;
  },
  'wrap a run in a control': (doc, dice) => rewriteRun(doc, dice, (node) => [control(dice, [node])]),
  'unwrap an inline control': (doc, dice) => {
    const place = dice.pick(inParagraphs(doc, 'w:sdt'));
    const content = place && child(place.node, 'w:sdtContent');
    if (!content) return false;
    unwrap(place, content);
    return true;
  },
  'delete an inline control': (doc, dice) => {
    const place = dice.pick(inParagraphs(doc, 'w:sdt').filter(({ node }) => isWhole([node])));
    if (!place) return false;
    place.parent.children = place.parent.children.filter((c) => c !== place.node);
    return true;
  },
  'change the tag of a control': (doc, dice) => {
    const tags = doc.stories().flatMap((s) => all(s, 'w:sdtPr').flatMap((p) => child(p, 'w:tag') ?? []));
    const tag = dice.pick(tags);
    if (!tag) return false;
    setAttribute(tag, 'w:val', `t${dice.int(9)}`);
    return true;
  },
  'wrap blocks in a control': (doc, dice) => {
    const holder = dice.pick(outsideBoxes(doc));
    if (!holder) return false;
    const at = dice.int(holder.children.length);
    const taken = holder.children.slice(at, at + 1 + dice.int(3)).filter((c) => typeof c !== 'string');
    if (taken.length === 0 || !taken.every(isBlock) || !isWhole(taken)) return false;
    // A control around the last paragraph ends the story in its place.
    const ends = taken.at(-1)?.name === 'w:p';
    const rest = holder.children.slice(at + taken.length).filter((c) => typeof c !== 'string');
    if (!ends && !rest.some((c) => c.name === 'w:p')) return false;
    holder.children.splice(at, taken.length, control(dice, taken));
    return true;
  },
  'unwrap a block control': (doc, dice) => {
    const places = outsideBoxes(doc).flatMap((parent) =>
      elements(parent)
        .filter((c) => c.name === 'w:sdt')
        .map((node) => ({ node, parent })),
    );
    const place = dice.pick(places);
    const content = place && child(place.node, 'w:sdtContent');
    if (!content) return false;
    unwrap(place, content);
    return true;
  },
  'insert a bookmark': (doc, dice) =>
    rewriteRun(doc, dice, (node) => {
      const id = freshId(doc);
      const start = make(`<w:bookmarkStart w:id="${id}" w:name="b${id}_${dice.int(3)}"/>`);
      return [start, node, make(`<w:bookmarkEnd w:id="${id}"/>`)];
    }),
  'rename a bookmark': (doc, dice) => {
    const marks = doc.stories().flatMap((s) => all(s, 'w:bookmarkStart'));
    const picked = dice.pick(marks);
    if (!picked) return false;
    const name = attribute(picked, 'w:name');
    // A bookmark in a box is there twice, for two kinds of reader.
    for (const mark of marks.filter((m) => attribute(m, 'w:name') === name))
      setAttribute(mark, 'w:name', `renamed_${attribute(picked, 'w:id')}`);
    return true;
  },
  'delete a bookmark': (doc, dice) => {
    const places = doc.stories().flatMap(withParents);
    const starts = places.filter(({ node }) => node.name === 'w:bookmarkStart');
    const picked = dice.pick(starts);
    if (!picked) return false;
    const name = attribute(picked.node, 'w:name');
    const ids = starts
      .filter(({ node }) => attribute(node, 'w:name') === name)
      .map(({ node }) => attribute(node, 'w:id'));
    for (const { node, parent } of places)
      if (/^w:bookmark(Start|End)$/.test(node.name) && ids.includes(attribute(node, 'w:id')))
        parent.children = parent.children.filter((c) => c !== node);
    return true;
  },
  'insert a text box': (doc, dice) => {
    return rewriteRun(doc, dice, (node) => [
      node,
      make(
        run(
          `<w:pict><v:shape style="width:100pt"><v:textbox><w:txbxContent><w:p>${run(`<w:t>box ${dice.int(9)}</w:t>`)}</w:p></w:txbxContent></v:textbox></v:shape></w:pict>`,
        ),
      ),
    ]);
  },
  'delete a picture or box': (doc, dice) => {
    const drawn = /^(w:drawing|w:pict|mc:AlternateContent)$/;
    const runs = inParagraphs(doc, 'w:r').filter(({ node }) =>
      elements(node).some((c) => drawn.test(c.name)),
    );
    const place = dice.pick(runs);
    if (!place) return false;
    place.parent.children = place.parent.children.filter((c) => c !== place.node);
    return true;
  },
  'change the text of a box': (doc, dice) => {
    const boxes = doc.stories().flatMap((s) => all(s, 'w:txbxContent'));
    const before = dice.pick(
      boxes
        .flatMap((b) => all(b, 'w:t'))
        .map(text)
        .filter((t) => t.trim() !== ''),
    );
    if (before === undefined) return false;
    // A box may be there twice, for two kinds of reader: both say the same.
    for (const t of boxes.flatMap((b) => all(b, 'w:t')))
      if (text(t) === before) t.children = [`${before} more`];
    return true;
  },
};

/** Complex fields whose ends stand directly in a paragraph, the outermost ones. */
function fieldSpans(paragraph: Node): { readonly from: number; readonly to: number }[] {
  const spans: { from: number; to: number }[] = [];
  let [depth, from] = [0, 0];
  paragraph.children.forEach((c, i) => {
    for (const char of typeof c === 'string' ? [] : all(c, 'w:fldChar')) {
      const type = attribute(char, 'w:fldCharType');
      if (type === 'begin' && depth++ === 0) from = i;
      if (
        type === 'end' &&
        --depth === 0 &&
        isWhole(paragraph.children.slice(from, i + 1).filter((n) => typeof n !== 'string'))
      )
        spans.push({ from, to: i });
    }
  });
  return depth === 0 ? spans : [];
}
