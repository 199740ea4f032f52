import type { Dice } from './dice.ts';
import type { Doc } from './doc.ts';
import { all, attribute, child, elements, type Node, withParents } from './tree.ts';

/** A change of a document; false when there is no place for it. */
export type Edit = (doc: Doc, dice: Dice) => boolean;
export type Edits = Readonly<Record<string, Edit>>;

const MARKS = /^w:(bookmark|commentRange|perm)(Start|End)$/;
const REVISION = /^w:(?:(?:ins|del|moveFrom|moveTo)$|(?:move|customXml)\w+Range)/;

/** Elements that hold blocks: bodies, cells, boxes, notes, headers, block controls. */
function holders(doc: Doc): Node[] {
  const own = (root: Node): Node[] =>
    [root, ...withParents(root).map((x) => x.node)].filter(
      (n) => !/notes$/.test(n.name) && !/\sw:type=/.test(n.attributes) && elements(n).some(isBlock),
    );
  return doc.stories().flatMap(own);
}

export function isBlock(node: Node | undefined): boolean {
  return node?.name === 'w:p' || node?.name === 'w:tbl';
}

/** A holder whose place in a copy of a text box does not make the copies differ. */
export function outsideBoxes(doc: Doc): Node[] {
  const boxed = new Set(
    doc
      .stories()
      .flatMap((s) => all(s, 'w:txbxContent').flatMap((b) => [b, ...withParents(b).map((x) => x.node)])),
  );
  return holders(doc).filter((h) => !boxed.has(h));
}

/** Paragraphs of all stories with what holds them. */
export function paragraphs(doc: Doc): { readonly node: Node; readonly parent: Node }[] {
  return outsideBoxes(doc).flatMap((parent) =>
    elements(parent)
      .filter((c) => c.name === 'w:p')
      .map((node) => ({ node, parent })),
  );
}

/** Runs directly in paragraphs, outside of any revision, that hold nothing but text. */
export function textRuns(doc: Doc): { readonly node: Node; readonly parent: Node }[] {
  return paragraphs(doc).flatMap(({ node: parent }) =>
    elements(parent)
      .filter((c) => c.name === 'w:r' && isTextOnly(c))
      .map((node) => ({ node, parent })),
  );
}

/** Those in paragraphs of the body, tables and boxes in it included. */
export function bodyRuns(doc: Doc): { readonly node: Node; readonly parent: Node }[] {
  const inBody = new Set(all(doc.body, 'w:p'));
  return textRuns(doc).filter(({ parent }) => inBody.has(parent));
}

function isTextOnly(run: Node): boolean {
  const content = elements(run).filter((c) => c.name !== 'w:rPr');
  return content.length > 0 && content.every((c) => c.name === 'w:t');
}

/** Texts of the document, those in revisions and fallbacks left out. */
export function texts(doc: Doc): Node[] {
  return textRuns(doc).flatMap(({ node }) => elements(node).filter((c) => c.name === 'w:t'));
}

export function tables(doc: Doc): { readonly node: Node; readonly parent: Node }[] {
  return outsideBoxes(doc).flatMap((parent) =>
    elements(parent)
      .filter((c) => c.name === 'w:tbl')
      .map((node) => ({ node, parent })),
  );
}

/** Can the nodes go, or come elsewhere, without tearing a field, a range or a section? */
export function isWhole(nodes: readonly Node[]): boolean {
  let depth = 0;
  const open = new Map<string, number>();
  for (const node of nodes) {
    for (const { node: n } of [{ node }, ...withParents(node)]) {
      if (n.name === 'w:sectPr' || REVISION.test(n.name)) return false;
      if (n.name === 'w:fldChar') {
        depth += { begin: 1, end: -1 }[attribute(n, 'w:fldCharType') ?? ''] ?? 0;
        if (depth < 0) return false;
      }
      const mark = MARKS.exec(n.name);
      if (mark) {
        const key = `${mark[1]} ${attribute(n, 'w:id')}`;
        open.set(key, (open.get(key) ?? 0) + (mark[2] === 'Start' ? 1 : -1));
      }
    }
  }
  return depth === 0 && [...open.values()].every((n) => n === 0);
}

/** Takes out what may be only once: marks, notes, comments, ids. */
export function withoutIdentity(node: Node): Node {
  node.attributes = node.attributes.replace(/\sw14:(paraId|textId)="[^"]*"/g, '');
  node.children = node.children.filter(
    (c) =>
      typeof c === 'string' ||
      !(
        MARKS.test(c.name) ||
        /^w:(footnote|endnote|comment)Reference$/.test(c.name) ||
        c.name === 'w:sectPr'
      ),
  );
  for (const c of elements(node)) withoutIdentity(c);
  return node;
}

/** A run of blocks in a holder that can be taken out: the holder keeps a paragraph at its end. */
export function removable(
  doc: Doc,
  dice: Dice,
  most: number,
): { holder: Node; at: number; count: number } | undefined {
  const places = outsideBoxes(doc).filter((h) => elements(h).filter(isBlock).length > 1);
  for (let tries = 0; tries < 10; tries++) {
    const holder = dice.pick(places);
    if (!holder) return undefined;
    const at = dice.int(holder.children.length);
    const count = 1 + dice.int(most);
    const taken = holder.children.slice(at, at + count).filter((c) => typeof c !== 'string');
    const rest = holder.children
      .filter((_, i) => i < at || i >= at + count)
      .filter((c) => typeof c !== 'string');
    const last = rest.filter((c) => isBlock(c) || c.name === 'w:sdt').at(-1);
    if (
      taken.length > 0 &&
      taken.every(isBlock) &&
      last?.name === 'w:p' &&
      isWhole(taken) &&
      noAdjacentTables(rest)
    )
      return { holder, at, count };
  }
  return undefined;
}

/** Word joins tables that touch. */
export function noAdjacentTables(list: readonly Node[]): boolean {
  const solid = list.filter((n) => !MARKS.test(n.name) && n.name !== 'w:proofErr');
  return solid.every((n, i) => n.name !== 'w:tbl' || solid[i + 1]?.name !== 'w:tbl');
}

/** Ids of marks and notes that nothing in the document has yet. */
export function freshId(doc: Doc): number {
  let highest = 0;
  const look = (n: Node): void => {
    const id = Number(attribute(n, 'w:id') ?? 0);
    if (Number.isSafeInteger(id)) highest = Math.max(highest, id);
    for (const c of elements(n)) look(c);
  };
  for (const story of doc.stories()) look(story);
  return highest + 1;
}

export function properties(paragraph: Node): Node | undefined {
  return child(paragraph, 'w:pPr');
}
