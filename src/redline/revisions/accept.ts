import {
  attribute,
  child,
  elements,
  inner,
  isElement,
  outer,
  startTag,
  withInner,
  type XmlElement,
} from '../ooxml/index.ts';

/**
 * Accepts every revision of a part (ECMA-376 Part 1 §17.13.5), so that two documents that were
 * marked up before are compared by what they say now.
 */

const GONE = new Set(['w:del', 'w:moveFrom']);
const STAYS = new Set(['w:ins', 'w:moveTo']);
const DROPPED = new Set(
  (
    'w:rPrChange w:pPrChange w:sectPrChange w:tblPrChange w:tblGridChange w:trPrChange w:tcPrChange w:tblPrExChange w:numberingChange ' +
    'w:moveFromRangeStart w:moveFromRangeEnd w:moveToRangeStart w:moveToRangeEnd ' +
    'w:customXmlInsRangeStart w:customXmlInsRangeEnd w:customXmlDelRangeStart w:customXmlDelRangeEnd ' +
    'w:customXmlMoveFromRangeStart w:customXmlMoveFromRangeEnd w:customXmlMoveToRangeStart w:customXmlMoveToRangeEnd'
  ).split(' '),
);
const REVISION =
  /<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|\w+Change|(?:move|customXml)\w+Range(?:Start|End))[\s/>]/;
const RANGE_MARK = /<w:(bookmark|commentRange|perm)(Start|End)\b[^>]*?\sw:id="([^"]*)"[^>]*\/>/g;
const VACATED = new Set(['w:hyperlink', 'w:smartTag', 'w:customXml', 'm:oMath', 'm:oMathPara', 'm:r']);
/** Properties that held nothing but revisions are gone with them, so that they equal those that never were. */
const OPTIONAL = new Set(['w:rPr', 'w:trPr', 'w:tcPr']);
/** What a control outside of a paragraph holds: without any of it, the control goes too. */
const HELD = /<w:(?:p|tbl|tr|tc)[\s>/]/;
const NO_CONTENT =
  /^(?:<w:(?:bookmark|commentRange|perm|proofErr)[^>]*\/>|<(w:smartTagPr|w:customXmlPr|m:oMathParaPr|m:rPr|w:rPr|w:pPr)(?:\s[^>]*)?(?:\/>|>[\s\S]*?<\/\1>))*$/;

/** Does the part hold revisions? */
export function hasRevisions(xml: string): boolean {
  return REVISION.test(xml);
}

/** The part's text with every revision accepted; the same text where it has none. */
export function acceptRevisions(root: XmlElement): string {
  if (!hasRevisions(root.source)) return root.source;
  const accept = new Accept(root);
  return `${root.source.slice(0, root.start)}${accept.element(root)}`;
}

/** A paragraph or other block on its way through. */
interface Piece {
  readonly paragraph?: {
    readonly tag: string;
    readonly properties: string;
    content: string;
    readonly markGone: boolean;
  };
  readonly xml: string;
  /** Range marks do not count as blocks. */
  readonly mark: boolean;
}

class Accept {
  /** Controls whose tags lie in a deleted range (§17.13.5.5): their content stays. */
  readonly #unwrapped = new Set<XmlElement>();

  constructor(root: XmlElement) {
    let open = 0;
    const walk = (element: XmlElement): void => {
      for (const c of element.children) {
        if (!isElement(c)) continue;
        if (/^w:customXml(Del|MoveFrom)RangeStart$/.test(c.name)) open++;
        else if (/^w:customXml(Del|MoveFrom)RangeEnd$/.test(c.name)) open--;
        else if (open > 0 && /^w:(sdt|customXml|smartTag)$/.test(c.name)) this.#unwrapped.add(c);
        walk(c);
      }
    };
    walk(root);
  }

  /** An element that stays, with its content accepted. */
  element(element: XmlElement): string {
    if (!hasRevisions(outer(element))) return outer(element);
    if (element.name === 'w:pPr') return this.#paragraphProperties(element);
    if (element.name === 'w:numPr' && child(element, 'w:del')) return '';
    const content = this.#holdsBlocks(element) ? this.#blocks(element) : this.#inline(element);
    if (element.name === 'w:tbl' && !content.includes('<w:tr')) return '';
    if (element.name === 'w:sdt' && HELD.test(inner(element)) && !HELD.test(content)) return marksOf(content);
    if (OPTIONAL.has(element.name) && content === '') return '';
    if (VACATED.has(element.name) && NO_CONTENT.test(content)) return marksOf(content);
    return content === '' && inner(element) === '' ? outer(element) : withInner(element, content);
  }

  /** Blocks, or a control around blocks that is about to go: what it holds joins what is beside it. */
  #holdsBlocks(element: XmlElement): boolean {
    return elements(element).some(
      (c) =>
        c.name === 'w:p' ||
        c.name === 'w:tbl' ||
        (this.#unwrapped.has(c) && this.#holdsBlocks(child(c, 'w:sdtContent') ?? c)),
    );
  }

  #inline(parent: XmlElement): string {
    return parent.children.map((c) => (isElement(c) ? this.#child(c) : c.raw)).join('');
  }

  #child(element: XmlElement): string {
    const { name } = element;
    if (DROPPED.has(name)) return '';
    if (GONE.has(name)) return loneMarks(outer(element));
    if (STAYS.has(name)) return this.#inline(element);
    if (name === 'w:tr' && child(child(element, 'w:trPr'), 'w:del')) return loneMarks(outer(element));
    if (name === 'w:tc' && child(child(element, 'w:tcPr'), 'w:cellDel')) return loneMarks(outer(element));
    if (name === 'w:cellIns' || name === 'w:cellDel') return '';
    if (name === 'w:cellMerge') return cellMerge(element);
    if (this.#unwrapped.has(element)) return this.#unwrap(element);
    const xml = this.element(element);
    return name === 'w:tr' && !xml.includes('<w:tc') ? marksOf(xml) : xml;
  }

  #unwrap(element: XmlElement): string {
    const content = element.name === 'w:sdt' ? child(element, 'w:sdtContent') : element;
    if (!content) return '';
    return content.children
      .map((c) => (!isElement(c) ? c.raw : /^w:(customXml|smartTag)Pr$/.test(c.name) ? '' : this.#child(c)))
      .join('');
  }

  #paragraphProperties(pPr: XmlElement): string {
    const content = pPr.children
      .map((c) => {
        if (!isElement(c)) return '';
        if (c.name !== 'w:rPr') return this.#child(c);
        const kept = elements(c)
          .filter((m) => !GONE.has(m.name) && !STAYS.has(m.name) && !DROPPED.has(m.name))
          .map(outer)
          .join('');
        return kept === '' ? '' : withInner(c, kept);
      })
      .join('');
    return content === '' ? '' : withInner(pPr, content);
  }

  /** Blocks of a story or cell; a paragraph whose mark is gone joins the following one. */
  #blocks(parent: XmlElement): string {
    const pieces = this.#pieces(parent);
    const out: string[] = [];
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i];
      const p = piece?.paragraph;
      if (!piece || !p) {
        out.push(piece?.xml ?? '');
        continue;
      }
      let next = i + 1;
      while (pieces[next]?.mark) next++;
      const between = p.markGone
        ? pieces
            .slice(i + 1, next)
            .map((x) => x.xml)
            .join('')
        : '';
      const follower = pieces[next]?.paragraph;
      if (p.markGone && follower) {
        follower.content = p.content + between + follower.content;
        i = next - 1;
      } else if (p.markGone && next < pieces.length && NO_CONTENT.test(p.content))
        out.push(marksOf(p.content));
      else out.push(`${p.tag}${p.properties}${p.content}</w:p>`);
    }
    return out.join('');
  }

  #pieces(parent: XmlElement): Piece[] {
    const out: Piece[] = [];
    for (const c of parent.children) {
      if (!isElement(c)) {
        out.push({ xml: c.raw, mark: true });
        continue;
      }
      if (this.#unwrapped.has(c)) {
        const content = c.name === 'w:sdt' ? child(c, 'w:sdtContent') : c;
        if (content) out.push(...this.#pieces(content));
        continue;
      }
      if (c.name === 'w:p') out.push(this.#paragraph(c));
      else {
        const xml = this.#child(c);
        if (xml !== '')
          out.push({ xml, mark: /^w:(bookmark|commentRange|perm|proofErr|sectPr)/.test(c.name) });
      }
    }
    return out;
  }

  #paragraph(p: XmlElement): Piece {
    const pPr = child(p, 'w:pPr');
    const marker = child(pPr, 'w:rPr');
    const markGone = marker !== undefined && elements(marker).some((m) => GONE.has(m.name));
    const properties = pPr ? this.element(pPr) : '';
    const content = p.children
      .map((c) => (isElement(c) ? (c.name === 'w:pPr' ? '' : this.#child(c)) : c.raw))
      .join('');
    return {
      xml: '',
      mark: false,
      paragraph: { tag: startTag(p).replace(/\/>$/, '>'), properties, content, markGone },
    };
  }
}

/** Range marks whose other end lies outside of what goes away. */
function loneMarks(xml: string): string {
  const marks = Array.from(xml.matchAll(RANGE_MARK), (m) => ({ xml: m[0], key: `${m[1]} ${m[3]}` }));
  return marks
    .filter((m) => marks.filter((other) => other.key === m.key).length === 1)
    .map((m) => m.xml)
    .join('');
}

function marksOf(xml: string): string {
  return Array.from(xml.matchAll(RANGE_MARK), (m) => m[0]).join('');
}

/** A vertical merge that was revised (§17.13.5.3) becomes the merge itself. */
function cellMerge(element: XmlElement): string {
  const value = attribute(element, 'w:vMerge');
  if (value === undefined) return '';
  return `<w:vMerge w:val="${value === 'rest' ? 'restart' : 'continue'}"/>`;
}
