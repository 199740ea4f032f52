import { decodeText, type XmlElement } from '../../ooxml/index.ts';
import { type Path, paragraphOf, type Story } from './story.ts';
import { readTape, type Tape } from './tape.ts';

/** A paragraph that is looked into, as far as it has to be. */
export class Spot {
  readonly story: Story;
  readonly path: Path;
  #text: string | undefined;
  #tape: Tape | undefined;

  constructor(story: Story, path: Path) {
    this.story = story;
    this.path = path;
  }

  /** What it shows; of most paragraphs it is known without reading them. */
  get text(): string {
    this.#text ??= this.#tape?.text ?? visibleText(paragraphOf(this.path));
    return this.#text;
  }

  get tape(): Tape {
    this.#tape ??= readTape(paragraphOf(this.path));
    return this.#tape;
  }
}

/** The text of a paragraph's tape. */
export function visibleText(paragraph: XmlElement): string {
  return plainText(paragraph.source, paragraph.innerStart, paragraph.innerEnd) ?? readTape(paragraph).text;
}

/** What may hold text that a paragraph does not show, or shows otherwise; comments and character data, too. */
const INVOLVED =
  /<(?:[^/w]|w[^:]|w:(?:p|tbl|del|moveFrom|sdt|ruby|pict|object|drawing|smartTag|customXml|dir|bdo|txbx|\w+Change)\b)/;
const SHOWN =
  /<w:(?:t(\s[^>]*)?>([^<]*)<\/w:t>|(tab|ptab|br|cr|noBreakHyphen|softHyphen)(?:\s[^>]*)?(?:\/>|><\/w:\3>))/g;
const CHARACTERS: Readonly<Record<string, string>> = {
  tab: '\t',
  ptab: '\t',
  br: '\n',
  cr: '\n',
  noBreakHyphen: '\u2011',
  softHyphen: '\u00ad',
};

/** The text of a paragraph that holds runs of text and little else, from its source: nothing of it is parsed. */
export function plainText(source: string, innerStart: number, innerEnd: number): string | undefined {
  if (innerStart >= innerEnd) return '';
  const inner = source.slice(innerStart, innerEnd);
  if (INVOLVED.test(inner)) return undefined;
  // Properties of a paragraph hold tab stops; what they close with occurs once where no change is recorded.
  const end = inner.startsWith('<w:pPr>') || inner.startsWith('<w:pPr ') ? inner.indexOf('</w:pPr>') : 0;
  if (end < 0) return undefined;
  let text = '';
  for (const [, attributes, words, character] of inner.slice(end).matchAll(SHOWN)) {
    if (character !== undefined) text += CHARACTERS[character] ?? '';
    else text += trimmed(decodeText(words ?? ''), attributes);
  }
  return text;
}

/** Without `xml:space="preserve"` outer blanks are lost (XML 1.0 §2.10). */
function trimmed(text: string, attributes: string | undefined): string {
  if (attributes !== undefined && /\sxml:space\s*=\s*["']preserve["']/.test(attributes)) return text;
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}
