import { type Edits, textRuns } from '../places.ts';
import { all, attribute, elements, make, type Node, setAttribute, withParents } from '../tree.ts';
import { cutRun } from './text.ts';

/** Every element of a tree, itself included. */
function everything(root: Node): Node[] {
  return [root, ...withParents(root).map((x) => x.node)];
}

/** What editors change without changing what a document says. */
export const NOISE: Edits = {
  'split a run': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    return place !== undefined && cutRun(place.node, place.parent, dice);
  },
  'number a revision session': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    if (!place) return false;
    setAttribute(place.node, 'w:rsidR', '00ABCDEF');
    setAttribute(place.parent, 'w:rsidRDefault', '00ABCDEF');
    return true;
  },
  'mark a spelling error': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    if (!place) return false;
    const at = place.parent.children.indexOf(place.node);
    place.parent.children.splice(at, 0, make('<w:proofErr w:type="spellStart"/>'));
    place.parent.children.splice(at + 2, 0, make('<w:proofErr w:type="spellEnd"/>'));
    return true;
  },
  'note a page break of the layout': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    if (!place) return false;
    const at = place.node.children.findIndex((c) => typeof c !== 'string' && c.name === 'w:t');
    place.node.children.splice(at, 0, make('<w:lastRenderedPageBreak/>'));
    return true;
  },
  'number bookmarks anew': (doc) => {
    for (const mark of doc.stories().flatMap(everything))
      if (/^w:bookmark(Start|End)$/.test(mark.name))
        setAttribute(mark, 'w:id', String(Number(attribute(mark, 'w:id')) + 5000));
    return true;
  },
  'number notes anew': (doc) => {
    for (const node of doc.stories().flatMap(everything)) {
      const id = Number(attribute(node, 'w:id'));
      const typed = attribute(node, 'w:type') !== undefined;
      if (/^w:(foot|end)note(Reference)?$/.test(node.name) && !typed && id > 0)
        setAttribute(node, 'w:id', String(id + 300));
    }
    return true;
  },
  'name relationships anew': (doc) => {
    const renamed = (id: string): string => `n${id}`;
    for (const rel of doc.relationships()) setAttribute(rel, 'Id', renamed(attribute(rel, 'Id') ?? ''));
    for (const node of everything(doc.tree(doc.main)))
      node.attributes = node.attributes.replace(
        /\s(r:\w+|o:relid)="([^"]+)"/g,
        (_, name: string, id: string) => ` ${name}="${renamed(id)}"`,
      );
    return true;
  },
  'turn the order of attributes': (doc, dice) => {
    const run = dice.pick(doc.stories().flatMap((s) => all(s, 'w:p')));
    for (const node of run ? everything(run) : [])
      node.attributes = (node.attributes.match(/\s[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*')/g) ?? [])
        .reverse()
        .join('');
    return run !== undefined;
  },
  'turn the order of run properties': (doc, dice) => {
    const properties = dice.pick(
      textRuns(doc).flatMap(({ node }) => elements(node).filter((c) => c.name === 'w:rPr')),
    );
    if (!properties) return false;
    properties.children.reverse();
    return true;
  },
  'spell a toggle otherwise': (doc, dice) => {
    const toggles = doc
      .stories()
      .flatMap(everything)
      .filter((n) => /^w:(b|i|keepNext|cantSplit)$/.test(n.name) && n.attributes === '');
    const toggle = dice.pick(toggles);
    if (!toggle) return false;
    toggle.attributes = ` w:val="${dice.pick(['1', 'true', 'on'])}"`;
    return true;
  },
};
