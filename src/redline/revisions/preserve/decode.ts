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
import { attributesOf, blockNumbers, type Earlier, type EarlierTable, MARK } from './table.ts';

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
export function decodePart(root: XmlElement, table: EarlierTable, freshId: () => number): string {
  const xml = new Decoder(table, freshId).part(root);
  return xml.replace(PLACEHOLDER, (whole, word: string) => {
    const block = table.blockOf(blockNumbers(word)[0] ?? -1);
    return block === undefined ? whole : renumbered(block, freshId);
  });
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
    if (before === undefined || change === undefined || same(now, before)) {
      const plain = this.#bare(run, without(rPr));
      return this.#placed(plain, now, ours);
    }
    const by: Omit<Ours, 'name'> = { stamp: stampOf(change) };
    const old = this.#bare(run, without(former));
    const fresh = this.#bare(run, withoutChange(rPr));
    return (
      this.#placed(old, before, { name: 'w:del', ...by }) + this.#placed(fresh, now, { name: 'w:ins', ...by })
    );
  }

  #stackOf(rPr: XmlElement | undefined): readonly Earlier[] {
    const number = attribute(child(rPr, MARK), 'w:val');
    return number === undefined ? [] : this.#table.stackOf(Number(number));
  }

  #bare(run: XmlElement, properties: string): string {
    const content = run.children
      .map((c) => (isElement(c) ? (c.name === 'w:rPr' ? '' : outer(c)) : c.raw))
      .join('');
    return `${startTag(run)}${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}${content}</w:r>`;
  }

  /** A run inside what was around it and our own revision, in an order that the schema allows. */
  #placed(run: string, stack: readonly Earlier[], ours: Ours | undefined): string {
    const [inserted, deleted] = [
      stack.find((e) => e.name === 'w:ins'),
      stack.find((e) => e.name === 'w:del'),
    ];
    let xml = run;
    if (deleted) xml = this.#earlier(deleted, asDeleted(xml));
    else if (ours?.name === 'w:del') xml = this.#wrap(ours, asDeleted(xml));
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

/** Text in a deletion has names of its own. */
function asDeleted(xml: string): string {
  return xml.replace(
    /<(\/?)w:(t|instrText)(?=[\s/>])/g,
    (_, slash: string, name: string) => `<${slash}w:del${name === 't' ? 'Text' : 'InstrText'}`,
  );
}
