import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { bodyRuns, type Edits, freshId, isWhole, paragraphs, textRuns } from '../places.ts';
import { all, attribute, child, clone, elements, make, type Node, setAttribute, text } from '../tree.ts';

const run = (content: string): string => `<w:r>${content}</w:r>`;
const words = (what: string): string => run(`<w:t xml:space="preserve">${what}</w:t>`);

/** Puts something around a run of text. */
function around(doc: Doc, dice: Dice, wrap: (node: Node) => Node[]): boolean {
  const place = dice.pick(textRuns(doc));
  if (!place) return false;
  place.parent.children.splice(place.parent.children.indexOf(place.node), 1, ...wrap(place.node));
  return true;
}

function beside(doc: Doc, dice: Dice, fresh: readonly string[]): boolean {
  return around(doc, dice, (node) => {
    const made = fresh.map((xml) => make(xml));
    return dice.chance(2) ? [...made, node] : [node, ...made];
  });
}

function holder(name: string, attributes: string, children: Node[]): Node {
  return { name, attributes, children };
}

const char = (type: string, inside = ''): string =>
  run(`<w:fldChar w:fldCharType="${type}"${inside === '' ? '/>' : `>${inside}</w:fldChar>`}`);
const code = (what: string): string => run(`<w:instrText xml:space="preserve">${what}</w:instrText>`);

/** A field whose code holds the result of another (§17.16.1). */
const nestedField = (dice: Dice): string[] => [
  char('begin'),
  code(' IF '),
  char('begin'),
  code(` REF term${dice.int(3)} `),
  char('separate'),
  words(`${dice.int(9)}`),
  char('end'),
  code(' = 1 "one" "many" '),
  char('separate'),
  words('many'),
  char('end'),
];

/** A form field of old (§17.16.17): a box to tick. */
const formField = (dice: Dice): string[] => [
  char(
    'begin',
    `<w:ffData><w:name w:val="Check${dice.int(3)}"/><w:enabled/><w:checkBox><w:sizeAuto/><w:default w:val="${dice.int(2)}"/></w:checkBox></w:ffData>`,
  ),
  code(' FORMCHECKBOX '),
  char('separate'),
  char('end'),
];

const ruby = (dice: Dice): string =>
  run(
    `<w:ruby><w:rubyPr><w:rubyAlign w:val="center"/><w:hps w:val="10"/><w:hpsRaise w:val="18"/><w:hpsBaseText w:val="21"/><w:lid w:val="ja-JP"/></w:rubyPr><w:rt>${words(`よみ${dice.int(3)}`)}</w:rt><w:rubyBase>${words('東京')}</w:rubyBase></w:ruby>`,
  );

function removeFrom(doc: Doc, dice: Dice, name: string): boolean {
  const places = paragraphs(doc).flatMap(({ node: parent }) =>
    elements(parent)
      .filter((c) => c.name === name && isWhole([c]))
      .map((node) => ({ node, parent })),
  );
  const place = dice.pick(places);
  if (!place) return false;
  const content = elements(place.node).filter((c) => !/Pr$/.test(c.name));
  const at = place.parent.children.indexOf(place.node);
  place.parent.children.splice(at, 1, ...(dice.chance(2) ? [] : content));
  return true;
}

export const SPECIAL: Edits = {
  'insert a nested field': (doc, dice) => beside(doc, dice, nestedField(dice)),
  'insert a form field': (doc, dice) => beside(doc, dice, formField(dice)),
  'insert ruby': (doc, dice) => beside(doc, dice, [ruby(dice)]),
  'change ruby': (doc, dice) => {
    const t = dice.pick(doc.stories().flatMap((s) => all(s, 'w:ruby').flatMap((r) => all(r, 'w:t'))));
    if (!t) return false;
    t.children = [`読み${dice.int(9)}`];
    return true;
  },
  'turn the direction': (doc, dice) =>
    around(doc, dice, (node) => [
      holder(dice.pick(['w:dir', 'w:bdo']) ?? 'w:dir', ` w:val="${dice.pick(['rtl', 'ltr'])}"`, [node]),
    ]),
  'take the direction away': (doc, dice) => removeFrom(doc, dice, dice.pick(['w:dir', 'w:bdo']) ?? 'w:dir'),
  'tag words': (doc, dice) =>
    around(doc, dice, (node) => [
      holder('w:smartTag', ` w:uri="urn:example" w:element="party${dice.int(3)}"`, [node]),
    ]),
  'take a tag away': (doc, dice) => removeFrom(doc, dice, 'w:smartTag'),
  'put custom XML around': (doc, dice) =>
    around(doc, dice, (node) => [
      holder('w:customXml', ` w:uri="urn:example" w:element="term${dice.int(3)}"`, [node]),
    ]),
  'take custom XML away': (doc, dice) => removeFrom(doc, dice, 'w:customXml'),
  'permit an edit': (doc, dice) => {
    const id = freshId(doc);
    return around(doc, dice, (node) => [
      make(`<w:permStart w:id="${id}" w:edGrp="everyone"/>`),
      node,
      make(`<w:permEnd w:id="${id}"/>`),
    ]);
  },
  'offer an alternative': (doc, dice) => {
    const mc = 'http://schemas.openxmlformats.org/markup-compatibility/2006';
    return beside(doc, dice, [
      run(
        `<mc:AlternateContent xmlns:mc="${mc}"><mc:Choice Requires="w16se" xmlns:w16se="http://schemas.microsoft.com/office/word/2015/wordml/symex"><w16se:symEx w16se:font="Segoe UI Emoji" w16se:char="1F60${dice.int(9)}"/></mc:Choice><mc:Fallback><w:t>☺</w:t></mc:Fallback></mc:AlternateContent>`,
      ),
    ]);
  },
  'change an equation': (doc, dice) => {
    const t = dice.pick(doc.stories().flatMap((s) => all(s, 'm:t')));
    if (!t) return false;
    t.children = [dice.pick(['a', 'b', 'c', 'd']) ?? 'a'];
    return true;
  },
  'insert an equation that stands alone': (doc, dice) =>
    beside(doc, dice, [
      `<m:oMathPara><m:oMath><m:f><m:num><m:r><m:t>${dice.int(9)}</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></m:oMathPara>`,
    ]),
  'change the result of a field': (doc, dice) => {
    const simple = dice.pick(
      paragraphs(doc).flatMap(({ node }) => all(node, 'w:fldSimple').flatMap((f) => all(f, 'w:t'))),
    );
    if (!simple) return false;
    simple.children = [`${text(simple)}${dice.int(9)}`];
    return true;
  },
  'move a note': (doc, dice) => {
    const places = paragraphs(doc).flatMap(({ node: parent }) =>
      elements(parent)
        .filter(
          (c) => c.name === 'w:r' && elements(c).some((x) => /^w:(foot|end)noteReference$/.test(x.name)),
        )
        .map((node) => ({ node, parent })),
    );
    const place = dice.pick(places);
    const target = dice.pick(bodyRuns(doc));
    if (!place || !target || !all(doc.body, 'w:p').includes(place.parent)) return false;
    place.parent.children.splice(place.parent.children.indexOf(place.node), 1);
    target.parent.children.splice(target.parent.children.indexOf(target.node) + 1, 0, place.node);
    return true;
  },
  'bind a control to data': (doc, dice) => {
    const pr = dice.pick(doc.stories().flatMap((s) => all(s, 'w:sdtPr')));
    if (!pr || child(pr, 'w:dataBinding')) return false;
    pr.children.push(
      make(
        `<w:dataBinding w:xpath="/contract/term[${dice.int(3)}]" w:storeItemID="{00000000-0000-0000-0000-000000000001}"/>`,
      ),
    );
    return true;
  },
  'control a row': (doc, dice) => controlIn(doc, dice, 'w:tr'),
  'control a cell': (doc, dice) => controlIn(doc, dice, 'w:tc'),
  'repeat a row': (doc, dice) => {
    const place = tablePart(doc, dice, 'w:tr');
    if (!place) return false;
    const at = place.parent.children.indexOf(place.node);
    const w15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"';
    const item = (row: Node): Node =>
      holder('w:sdt', '', [
        make(`<w:sdtPr><w:id w:val="${1 + dice.int(1e8)}"/><w15:repeatingSectionItem ${w15}/></w:sdtPr>`),
        holder('w:sdtContent', '', [row]),
      ]);
    const again = clone(place.node);
    for (const t of all(again, 'w:t')) t.children = [`${text(t)} ${dice.int(9)}`];
    const rows = copies(again) ? [item(place.node), item(again)] : [item(place.node)];
    place.parent.children[at] = holder('w:sdt', '', [
      make(`<w:sdtPr><w:id w:val="${1 + dice.int(1e8)}"/><w15:repeatingSection ${w15}/></w:sdtPr>`),
      holder('w:sdtContent', '', rows),
    ]);
    return true;
  },
  'change a control in a table': (doc, dice) => {
    const sdts = doc.stories().flatMap((s) => all(s, 'w:tbl').flatMap((t) => all(t, 'w:sdtPr')));
    const pr = dice.pick(sdts);
    const tag = pr && child(pr, 'w:tag');
    if (!pr) return false;
    if (tag) setAttribute(tag, 'w:val', `t${dice.int(9)}`);
    else pr.children.unshift(make(`<w:tag w:val="t${dice.int(9)}"/>`));
    return true;
  },
  'free a row or cell': (doc, dice) => {
    const parents = doc.stories().flatMap((s) => [...all(s, 'w:tbl'), ...all(s, 'w:tr')]);
    const places = parents.flatMap((parent) =>
      elements(parent)
        .filter((c) => c.name === 'w:sdt')
        .map((node) => ({ node, parent })),
    );
    const place = dice.pick(places);
    const content = place && child(place.node, 'w:sdtContent');
    if (!content) return false;
    place.parent.children.splice(place.parent.children.indexOf(place.node), 1, ...content.children);
    return true;
  },
};

/** What holds an identity of its own may not be there twice. */
function copies(node: Node): boolean {
  const once = /^w:(bookmark|comment|perm|foot|end|sdt|drawing|pict|object|fldChar)|^mc:/;
  const inside = (n: Node): Node[] => [n, ...elements(n).flatMap(inside)];
  return !inside(node).some((n) => once.test(n.name) || attribute(n, 'w14:paraId') !== undefined);
}

/** A row or cell outside of boxes, with what holds it. */
function tablePart(doc: Doc, dice: Dice, name: string): { node: Node; parent: Node } | undefined {
  const boxed = new Set(
    doc.stories().flatMap((s) => all(s, 'w:txbxContent').flatMap((b) => all(b, 'w:tbl'))),
  );
  const list = doc
    .stories()
    .flatMap((s) => all(s, 'w:tbl'))
    .filter((t) => !boxed.has(t))
    .flatMap((t) => (name === 'w:tr' ? [t] : elements(t).filter((r) => r.name === 'w:tr')))
    .flatMap((parent) =>
      elements(parent)
        .filter((c) => c.name === name)
        .map((node) => ({ node, parent })),
    );
  return dice.pick(list);
}

function controlIn(doc: Doc, dice: Dice, name: string): boolean {
  const place = tablePart(doc, dice, name);
  if (!place) return false;
  place.parent.children[place.parent.children.indexOf(place.node)] = holder('w:sdt', '', [
    make(`<w:sdtPr><w:tag w:val="r${dice.int(3)}"/></w:sdtPr>`),
    holder('w:sdtContent', '', [place.node]),
  ]);
  return true;
}
