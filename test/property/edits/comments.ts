import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { bodyRuns, type Edits, freshId } from '../places.ts';
import { all, attribute, elements, make, type Node, setAttribute, withParents } from '../tree.ts';
import { paragraphXml, part } from './package.ts';

const W14 = 'http://schemas.microsoft.com/office/word/2010/wordml';
const W15 = 'http://schemas.microsoft.com/office/word/2012/wordml';
const EXTENDED = 'http://schemas.microsoft.com/office/2011/relationships/commentsExtended';
const TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml';

/** The comments of the document, their part made where there is none. */
function comments(doc: Doc): Node {
  if (doc.related('comments').length === 0) doc.addPart('comments', part('w:comments', doc.namespaces, ''));
  return doc.tree(doc.related('comments')[0] ?? '');
}

function addComment(doc: Doc, words: string): { id: number; paragraph: string } {
  const root = comments(doc);
  const id = Math.max(freshId(doc), ...elements(root).map((c) => Number(attribute(c, 'w:id') ?? 0) + 1));
  const taken = new Set(all(root, 'w:p').map((p) => attribute(p, 'w14:paraId')));
  let n = 0x10000000 + id;
  while (taken.has(n.toString(16).toUpperCase())) n++;
  const paragraph = n.toString(16).toUpperCase();
  const fresh = make(
    `<w:comment w:id="${id}" w:author="C" w:date="2020-01-01T00:00:00Z" w:initials="C">${paragraphXml(words)}</w:comment>`,
  );
  const p = elements(fresh)[0];
  if (p) p.attributes = ` xmlns:w14="${W14}" w14:paraId="${paragraph}"`;
  root.children.push(fresh);
  return { id, paragraph };
}

const anchors = (id: number): [Node, Node, Node] => [
  make(`<w:commentRangeStart w:id="${id}"/>`),
  make(`<w:commentRangeEnd w:id="${id}"/>`),
  make(`<w:r><w:commentReference w:id="${id}"/></w:r>`),
];

function comment(doc: Doc, dice: Dice, words: string): { id: number; paragraph: string } | undefined {
  const place = dice.pick(bodyRuns(doc));
  if (!place) return undefined;
  const made = addComment(doc, words);
  const [start, end, reference] = anchors(made.id);
  place.parent.children.splice(
    place.parent.children.indexOf(place.node),
    1,
    start,
    place.node,
    end,
    reference,
  );
  return made;
}

/** What is said of threads: by paragraph (MS-DOCX 2.5.4.1). */
function extended(doc: Doc): Node {
  const found = doc.related('commentsExtended')[0];
  if (found !== undefined) return doc.tree(found);
  doc.addObject('commentsExtended.xml', TYPE, EXTENDED, `<w15:commentsEx xmlns:w15="${W15}"/>`);
  return doc.tree(doc.related('commentsExtended')[0] ?? '');
}

function entry(doc: Doc, paragraph: string): Node {
  const root = extended(doc);
  const known = elements(root).find((c) => attribute(c, 'w15:paraId') === paragraph);
  if (known) return known;
  const fresh = make(`<w15:commentEx w15:paraId="${paragraph}" w15:done="0"/>`);
  root.children.push(fresh);
  return fresh;
}

export const COMMENTS: Edits = {
  'add a comment': (doc, dice) => comment(doc, dice, `remark ${dice.int(9)}`) !== undefined,
  'reply to a comment': (doc, dice) => {
    const places = doc
      .stories()
      .flatMap(withParents)
      .filter(({ node, parent }) => node.name === 'w:commentRangeStart' && parent.name === 'w:p');
    const place = dice.pick(places);
    const of = elements(comments(doc)).find(
      (c) => attribute(c, 'w:id') === attribute(place?.node ?? c, 'w:id'),
    );
    const above = of && attribute(all(of, 'w:p').at(-1) ?? of, 'w14:paraId');
    if (!place || above === undefined) return false;
    const made = addComment(doc, `reply ${dice.int(9)}`);
    const [start, end, reference] = anchors(made.id);
    place.parent.children.splice(place.parent.children.indexOf(place.node) + 1, 0, start, end, reference);
    entry(doc, above);
    setAttribute(entry(doc, made.paragraph), 'w15:paraIdParent', above);
    return true;
  },
  'resolve a comment': (doc, dice) => {
    const ids = all(comments(doc), 'w:p').flatMap((p) => attribute(p, 'w14:paraId') ?? []);
    const id = dice.pick(ids);
    if (id === undefined) return false;
    setAttribute(entry(doc, id), 'w15:done', '1');
    return true;
  },
  'edit a comment': (doc, dice) => {
    const t = dice.pick(all(comments(doc), 'w:t'));
    if (!t) return false;
    t.children = [`other remark ${dice.int(9)}`];
    return true;
  },
  'delete a comment': (doc, dice) => {
    const root = comments(doc);
    const gone = dice.pick(elements(root));
    if (!gone) return false;
    const id = attribute(gone, 'w:id');
    root.children = root.children.filter((c) => c !== gone);
    for (const { node, parent } of doc.stories().flatMap(withParents))
      if (/^w:comment(RangeStart|RangeEnd|Reference)$/.test(node.name) && attribute(node, 'w:id') === id)
        parent.children = parent.children.filter((c) => c !== node);
    return true;
  },
};
