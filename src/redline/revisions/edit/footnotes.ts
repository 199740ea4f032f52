import {
  attribute,
  childValue,
  elements,
  encodeAttribute,
  OFFICE_RELATIONSHIPS,
  outer,
  relatedPart,
  startTag,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import { copiedContent, settledCopy } from './copies.ts';
import type { Draft } from './draft.ts';
import { editFault } from './faults.ts';
import { insertedRuns } from './paragraph.ts';
import type { Plan } from './plan.ts';
import { runXml, textXml } from './weave.ts';

type NoteKind = 'footnote' | 'endnote';

const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml';
const SEPARATORS = ['separator', 'continuationSeparator']
  .map(
    (type, i) =>
      `<w:footnote w:type="${type}" w:id="${i - 1}"><w:p><w:r><w:${type}/></w:r></w:p></w:footnote>`,
  )
  .join('');
const RAISED = '<w:vertAlign w:val="superscript"/>';

/** The notes that come into a document, written into their parts at the end. */
export class Notes {
  readonly #plan: Plan;
  readonly #draft: Draft;
  readonly #fresh: Record<NoteKind, string[]> = { footnote: [], endnote: [] };

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#draft = plan.draft;
  }

  /** A new footnote; @returns its id */
  add(text: string): string {
    const id = String(this.#draft.freshId());
    const look = this.referenceLook();
    const style = this.#style('footnote text', 'paragraph');
    const pPr = style === undefined ? '' : `<w:pPr><w:pStyle w:val="${encodeAttribute(style)}"/></w:pPr>`;
    const runs = runXml(look, '<w:footnoteRef/>') + runXml('', textXml(` ${text}`));
    const note = `<w:footnote w:id="${id}"><w:p>${pPr}${insertedRuns(runs, this.#draft)}</w:p></w:footnote>`;
    this.#fresh.footnote.push(note);
    return id;
  }

  /** Run properties of a reference to a footnote. */
  referenceLook(): string {
    const style = this.#style('footnote reference', 'character');
    return style === undefined ? RAISED : `<w:rStyle w:val="${encodeAttribute(style)}"/>`;
  }

  /** What stands for something in a copy: a reference to a copy of its note, and else what shows of it. */
  copyOf(element: XmlElement): string {
    if (element.name !== 'w:footnoteReference' && element.name !== 'w:endnoteReference')
      return settledCopy(element);
    const kind: NoteKind = element.name === 'w:footnoteReference' ? 'footnote' : 'endnote';
    const { pkg } = this.#draft;
    const part = relatedPart(pkg, pkg.main, `${kind}s`);
    const id = attribute(element, 'w:id');
    const note =
      part === undefined ? undefined : elements(pkg.root(part)).find((n) => attribute(n, 'w:id') === id);
    if (!note || part === undefined) return outer(element);
    if (this.#plan.changesIn(part, note))
      throw editFault('edit/overlap', 'A paragraph moves together with a note that another edit changes.');
    const fresh = String(this.#draft.freshId());
    const renamed = (xml: string): string => xml.replace(/(\sw:id=)"[^"]*"/, `$1"${fresh}"`);
    const content = copiedContent(note);
    this.#fresh[kind].push(`${renamed(startTag(note)).replace(/\/>$/, '>')}${content}</${note.name}>`);
    return renamed(outer(element));
  }

  #style(name: string, type: string): string | undefined {
    const { pkg } = this.#draft;
    const part = relatedPart(pkg, pkg.main, 'styles');
    const all = part === undefined ? [] : elements(pkg.root(part));
    const found = all.find(
      (s) => attribute(s, 'w:type') === type && childValue(s, 'w:name')?.toLowerCase() === name,
    );
    return attribute(found, 'w:styleId');
  }

  write(): void {
    for (const kind of ['footnote', 'endnote'] as const) {
      const notes = this.#fresh[kind].join('');
      if (notes === '') continue;
      const { pkg, editor } = this.#draft;
      const part = relatedPart(pkg, pkg.main, `${kind}s`);
      if (part !== undefined) {
        this.#draft.extend(part, notes);
        continue;
      }
      const name = editor.add(
        'word/footnotes.xml',
        `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:footnotes xmlns:w="${this.#draft.wordNamespace(WORD)}">${SEPARATORS}${notes}</w:footnotes>`,
        TYPE,
      );
      editor.relate(pkg.main, `${OFFICE_RELATIONSHIPS}/footnotes`, { part: name });
    }
  }
}

/** A footnote behind the words of the quote, or at the end of the paragraph. */
export function insertFootnote(plan: Plan, notes: Notes, place: Place, text: string): undefined {
  if (place.story.kind !== 'body') throw editFault('edit/invalid', 'Footnotes stand in the body only.');
  if (place.path.some((e) => /txbxContent$/.test(e.name)))
    throw editFault('edit/not-editable', 'Text boxes have no footnotes.');
  const id = notes.add(text);
  plan.at(place).insert({
    at: place.range.to,
    side: 'left',
    runs: () => runXml(notes.referenceLook(), `<w:footnoteReference w:id="${id}"/>`),
  });
}
