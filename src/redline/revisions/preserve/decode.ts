import {
  attribute,
  child,
  inner,
  isElement,
  outer,
  startTag,
  withInner,
  type XmlElement,
} from '../../ooxml/index.ts';
import { deletedText } from '../writer.ts';
import { holderWith } from './holders.ts';
import { attributesOf, blockNumbers, type Earlier, type EarlierTable, HOLDERS, MARK } from './table.ts';

const PLACEHOLDER =
  /<w:p(?:\s[^>]*)?>(?:<w:pPr\/>)?<w:r(?:\s[^>]*)?><w:t(?:\s[^>]*)?>(\ua66e[a-j]+\ua66e)<\/w:t><\/w:r><\/w:p>/g;

/** One of our own revisions around content. */
interface Ours {
  readonly name: 'w:ins' | 'w:del';
  /** Its attributes but the id. */
  readonly stamp: string;
}

/**
 * Puts the earlier revisions back into a part of a redline. A run keeps those that both documents have around it. What
 * we delete stays inside an earlier insertion; what was deleted before stays as it was, for it cannot be deleted twice;
 * what we insert of another's insertion is that insertion, for none can stand in another.
 *
 * What stands for a block is left where it is not a paragraph of its own any more.
 */
export function decodePart(root: XmlElement, table: EarlierTable, freshId: () => number): Decoded {
  const decoder = new Decoder(table, freshId);
  const xml = decoder.part(root).replace(PLACEHOLDER, (whole, word: string) => {
    const block = table.blockOf(blockNumbers(word)[0] ?? -1);
    return block === undefined ? whole : renumbered(block, freshId);
  });
  return { xml, lost: decoder.lost };
}

/** A part with the earlier revisions. */
export interface Decoded {
  readonly xml: string;
  /** Earlier revisions of marks, rows and formatting that could not stay beside ours. */
  readonly lost: number;
}

const REVISION_ID =
  /(<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|\w+Change|(?:move|customXml)\w+Range(?:Start|End))\b[^>]*?\sw:id=")([^"]*)"/g;

/** A block with ids that nothing else in the package has; both ends of a range keep one. */
function renumbered(block: string, freshId: () => number): string {
  const ids = new Map<string, number>();
  return block.replace(REVISION_ID, (_, head: string, id: string) => {
    const isRange = /Range(?:Start|End)\b/.test(head);
    const fresh = (isRange ? ids.get(id) : undefined) ?? freshId();
    if (isRange) ids.set(id, fresh);
    return `${head}${fresh}"`;
  });
}

class Decoder {
  lost = 0;
  readonly #table: EarlierTable;
  readonly #freshId: () => number;

  constructor(table: EarlierTable, freshId: () => number) {
    this.#table = table;
    this.#freshId = freshId;
  }

  part(root: XmlElement): string {
    const { source } = root;
    return `${source.slice(0, root.start)}${this.#element(root, undefined)}${source.slice(root.end)}`;
  }

  #element(element: XmlElement, ours: Ours | undefined): string {
    const xml = outer(element);
    if (!xml.includes(MARK)) return ours && element.name === 'w:r' ? this.#wrap(ours, xml) : xml;
    if (element.name === 'w:r') return this.#run(element, ours);
    if (HOLDERS.has(element.name)) return this.#holder(element);
    if (/^w:(?:ins|del)$/.test(element.name)) return this.#content(element, oursOf(element));
    return withInner(element, this.#content(element, ours));
  }

  #content(element: XmlElement, ours: Ours | undefined): string {
    const out: string[] = [];
    for (const c of element.children) {
      if (!isElement(c)) out.push(c.raw);
      else if (ours && c.name !== 'w:r' && !outer(c).includes(MARK)) out.push(this.#wrap(ours, outer(c)));
      else out.push(this.#element(c, ours));
    }
    return out.join('');
  }

  /** A run whose properties carry earlier revisions now, before our change of them, or both. */
  #run(run: XmlElement, ours: Ours | undefined): string {
    const rPr = child(run, 'w:rPr');
    const change = child(rPr, 'w:rPrChange');
    const former = child(change, 'w:rPr');
    const [now, before] = [this.#stackOf(rPr), change ? this.#stackOf(former) : undefined];
    // A run has one change of its formatting: where an earlier one stands, ours is a deletion and an insertion.
    const formatted = !now.every(isContent);
    if (before === undefined || change === undefined || (same(now, before) && !formatted)) {
      const plain = this.#bare(run, without(rPr) + this.#formerOf(now));
      return this.#placed(plain, now, ours);
    }
    const held =
      rPr && same(now.filter(isContent), before.filter(isContent)) ? this.#reformatted(rPr) : undefined;
    if (held?.lost === 0) return this.#placed(this.#bare(run, held.xml), now, ours);
    const by: Omit<Ours, 'name'> = { stamp: stampOf(change) };
    const old = this.#bare(run, without(former) + this.#formerOf(before));
    const fresh = this.#bare(run, withoutChange(rPr) + this.#formerOf(now));
    return (
      this.#placed(old, before, { name: 'w:del', ...by }) + this.#placed(fresh, now, { name: 'w:ins', ...by })
    );
  }

  /** Properties of a mark, a paragraph, a table, a row or a cell. */
  #holder(holder: XmlElement): string {
    const { xml, lost } = holderWith(
      holder,
      (properties) => this.#stackOf(properties),
      this.#freshId,
      (inside) => this.#element(inside, undefined),
    );
    this.lost += lost;
    return xml;
  }

  #stackOf(rPr: XmlElement | undefined): readonly Earlier[] {
    const number = attribute(child(rPr, MARK), 'w:val');
    return number === undefined ? [] : this.#table.stackOf(Number(number));
  }

  #bare(run: XmlElement, properties: string): string {
    const content = run.children
      .map((c) => (isElement(c) ? (c.name === 'w:rPr' ? '' : this.#element(c, undefined)) : c.raw))
      .join('');
    return `${startTag(run)}${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}${content}</w:r>`;
  }

  /** The properties of a run with one change of its formatting, an earlier one or ours. */
  #reformatted(rPr: XmlElement): { readonly xml: string; readonly lost: number } {
    const stackOf = (properties: XmlElement | undefined): readonly Earlier[] =>
      this.#stackOf(properties).filter((e) => !isContent(e));
    const { xml, lost } = holderWith(rPr, stackOf, this.#freshId, outer);
    return { xml: xml.slice(xml.indexOf('>') + 1, xml.lastIndexOf('<')), lost };
  }

  #formerOf(stack: readonly Earlier[]): string {
    const change = stack.find((e) => !isContent(e));
    return change ? this.#earlier(change, change.former ?? '') : '';
  }

  /** A run inside what was around it and our own revision, in an order that the schema allows. */
  #placed(run: string, stack: readonly Earlier[], ours: Ours | undefined): string {
    const [inserted, deleted] = [
      stack.find((e) => e.name === 'w:ins'),
      stack.find((e) => e.name === 'w:del'),
    ];
    let xml = run;
    if (deleted) xml = this.#earlier(deleted, deletedText(xml));
    else if (ours?.name === 'w:del') xml = this.#wrap(ours, deletedText(xml));
    if (inserted) xml = this.#earlier(inserted, xml);
    else if (ours?.name === 'w:ins') xml = this.#wrap(ours, xml);
    return xml;
  }

  #earlier(earlier: Earlier, content: string): string {
    return `<${earlier.name}${attributesOf(earlier, this.#freshId())}>${content}</${earlier.name}>`;
  }

  #wrap(ours: Ours, content: string): string {
    return `<${ours.name} w:id="${this.#freshId()}"${ours.stamp}>${content}</${ours.name}>`;
  }
}

/** Is it a revision around content, and not one of its formatting? */
const isContent = (earlier: Earlier): boolean => earlier.former === undefined;

function oursOf(element: XmlElement): Ours {
  return { name: element.name === 'w:del' ? 'w:del' : 'w:ins', stamp: stampOf(element) };
}

/** Author and date as they stand in a tag. */
function stampOf(element: XmlElement): string {
  const tag = element.source.slice(element.start, element.innerStart);
  return (tag.match(/ w:(?:author|date)="[^"]*"/g) ?? []).join('');
}

function same(a: readonly Earlier[], b: readonly Earlier[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const MARKS = new RegExp(`<${MARK} [^>]*/>`, 'g');

function without(rPr: XmlElement | undefined): string {
  return rPr ? inner(rPr).replace(MARKS, '') : '';
}

function withoutChange(rPr: XmlElement | undefined): string {
  if (!rPr) return '';
  return rPr.children
    .map((c) => (isElement(c) && c.name !== 'w:rPrChange' ? outer(c) : ''))
    .join('')
    .replace(MARKS, '');
}
