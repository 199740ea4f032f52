import {
  attribute,
  elements,
  encodeAttribute,
  encodeText,
  OFFICE_RELATIONSHIPS,
  type Package,
  relatedPart,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { Draft } from '../edit/draft.ts';

const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const IGNORABLE = 'http://schemas.openxmlformats.org/markup-compatibility/2006';
const W14 = 'http://schemas.microsoft.com/office/word/2010/wordml';
const W15 = 'http://schemas.microsoft.com/office/word/2012/wordml';
const CID = 'http://schemas.microsoft.com/office/word/2016/wordml/cid';
const CEX = 'http://schemas.microsoft.com/office/word/2018/wordml/cex';

/** The parts that speak of comments: their roots, prefixes and how the package knows them. */
export const KINDS = {
  comments: { root: 'w:comments', prefix: 'w14', uri: W14, type: `${OFFICE_RELATIONSHIPS}/comments` },
  commentsExtended: {
    root: 'w15:commentsEx',
    prefix: 'w15',
    uri: W15,
    type: 'http://schemas.microsoft.com/office/2011/relationships/commentsExtended',
  },
  commentsIds: {
    root: 'w16cid:commentsIds',
    prefix: 'w16cid',
    uri: CID,
    type: 'http://schemas.microsoft.com/office/2016/09/relationships/commentsIds',
  },
  commentsExtensible: {
    root: 'w16cex:commentsExtensible',
    prefix: 'w16cex',
    uri: CEX,
    type: 'http://schemas.microsoft.com/office/2018/08/relationships/commentsExtensible',
  },
  people: {
    root: 'w15:people',
    prefix: 'w15',
    uri: W15,
    type: 'http://schemas.microsoft.com/office/2011/relationships/people',
  },
} as const;
export type CommentPart = keyof typeof KINDS;

/** The entries of one of the parts, if the document has it. */
export function entriesOf(pkg: Package, kind: CommentPart): XmlElement[] {
  const part = relatedPart(pkg, pkg.main, kind);
  return part === undefined ? [] : elements(pkg.root(part));
}

/** Entries that come into the parts of comments: appended where the document has the part, a new part where not. */
export class CommentParts {
  readonly #draft: Draft;
  readonly #fresh = new Map<CommentPart, string[]>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  has(kind: CommentPart): boolean {
    return relatedPart(this.#draft.pkg, this.#draft.pkg.main, kind) !== undefined;
  }

  add(kind: CommentPart, entry: string): void {
    const list = this.#fresh.get(kind) ?? [];
    this.#fresh.set(kind, list);
    list.push(entry);
  }

  /** Puts text in the place of a stretch of one of the parts. */
  splice(kind: CommentPart, start: number, end: number, xml: string): void {
    const part = relatedPart(this.#draft.pkg, this.#draft.pkg.main, kind);
    if (part !== undefined) this.#draft.splice(part, start, end, xml);
  }

  write(): void {
    const { pkg, editor } = this.#draft;
    for (const [kind, entries] of this.#fresh) {
      const part = relatedPart(pkg, pkg.main, kind);
      const empty = this.#emptyPart(kind);
      if (part !== undefined) {
        this.#draft.extend(part, entries.join(''), empty);
        continue;
      }
      const xml = empty.replace('/>', `>${entries.join('')}</${KINDS[kind].root}>`);
      const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
      const name = editor.add(`word/${kind}.xml`, head + xml, `${TYPE}.${kind}+xml`);
      editor.relate(pkg.main, KINDS[kind].type, { part: name });
    }
  }

  #emptyPart(kind: CommentPart): string {
    const { root, prefix, uri } = KINDS[kind];
    const word = this.#draft.wordNamespace(WORD);
    return `<${root} xmlns:w="${word}" xmlns:mc="${IGNORABLE}" xmlns:${prefix}="${uri}" mc:Ignorable="${prefix}"/>`;
  }
}

/** A comment as an element of its part. */
export interface NewComment {
  readonly id: string;
  readonly author: string;
  readonly initials: string;
  readonly date: string | null;
  readonly text: string;
  /** Of its last paragraph, by which the other parts know it. */
  readonly paraId: string;
  /** Identifiers of the styles that comments have, where the document has them. */
  readonly styles: { readonly text: string | undefined; readonly reference: string | undefined };
}

export function commentXml(comment: NewComment): string {
  const { id, author, initials, date, text, paraId, styles } = comment;
  const pPr =
    styles.text === undefined ? '' : `<w:pPr><w:pStyle w:val="${encodeAttribute(styles.text)}"/></w:pPr>`;
  const lines = text.split('\n');
  const paragraphs = lines.map((line, i) => {
    const own = i === lines.length - 1 ? ` w14:paraId="${paraId}" w14:textId="77777777"` : '';
    const first = i === 0 ? `<w:r>${referenceLook(styles.reference)}<w:annotationRef/></w:r>` : '';
    const content = line
      .split(/(\t)/)
      .map((piece) =>
        piece === ''
          ? ''
          : piece === '\t'
            ? '<w:tab/>'
            : `<w:t xml:space="preserve">${encodeText(piece)}</w:t>`,
      )
      .join('');
    return `<w:p${own}>${pPr}${first}${content === '' ? '' : `<w:r>${content}</w:r>`}</w:p>`;
  });
  const stamp = date === null ? '' : ` w:date="${date}"`;
  return `<w:comment w:id="${id}" w:author="${encodeAttribute(author)}"${stamp} w:initials="${encodeAttribute(initials)}">${paragraphs.join('')}</w:comment>`;
}

/** Run properties of the reference to a comment. */
export function referenceLook(style: string | undefined): string {
  return style === undefined ? '' : `<w:rPr><w:rStyle w:val="${encodeAttribute(style)}"/></w:rPr>`;
}

/** The last paragraph of a comment carries the id by which replies and states know it. */
export function paraIdOf(comment: XmlElement): string | undefined {
  const paragraphs = elements(comment).filter((e) => e.name === 'w:p');
  return attribute(paragraphs[paragraphs.length - 1], 'w14:paraId')?.toUpperCase();
}
