import {
  childValue,
  type ListPlace,
  type Numbering,
  outer,
  parseXml,
  placeOf,
  resolve,
  type Styles,
  type XmlElement,
} from '../../ooxml/index.ts';

/** What the properties of a paragraph say about its number and about what it is. */
export interface Look {
  readonly place: ListPlace | undefined;
  /** Does a label there say the numbers of the levels above, too? */
  readonly isComplete: boolean;
  readonly isHeading: boolean;
}

/** Where the content of a paragraph starts. */
export type Content = Pick<XmlElement, 'source' | 'innerStart'>;

const PROPERTIES = /\s*(?=<w:pPr[\s>])/y;
const PROPERTIES_END = '</w:pPr>';
/** Properties of paragraphs nest little; what nests deeper was refused when the part was read. */
const DEPTH = 512;

/** The looks of paragraphs, each read once; documents of the same styles and lists can share them. */
export class Looks {
  readonly #styles: Styles;
  readonly #numbering: Numbering;
  readonly #known = new Map<string, Look>();

  constructor(styles: Styles, numbering: Numbering) {
    this.#styles = styles;
    this.#numbering = numbering;
  }

  of(pPr: XmlElement | undefined): Look {
    const key = pPr === undefined ? '' : outer(pPr);
    return this.#known.get(key) ?? this.#keep(key, this.#read(pPr));
  }

  /** @param pPr  source of the properties, without former ones in them, or `''` */
  at(pPr: string): Look {
    return this.#known.get(pPr) ?? this.#keep(pPr, this.#short(shortened(pPr)));
  }

  ofParagraph({ source, innerStart }: Content): Look {
    PROPERTIES.lastIndex = innerStart;
    if (!PROPERTIES.test(source)) return this.at('');
    const at = PROPERTIES.lastIndex;
    const xml = source.slice(at, source.indexOf(PROPERTIES_END, at) + PROPERTIES_END.length);
    const known = this.#known.get(xml);
    if (known) return known;
    // Of former ones the end is not the first one.
    return xml.includes('<w:pPrChange') ? this.of(parseXml(source, DEPTH, at)) : this.at(xml);
  }

  #short(pPr: string): Look {
    return this.#known.get(pPr) ?? this.#keep(pPr, this.#read(pPr === '' ? undefined : parseXml(pPr, DEPTH)));
  }

  #keep(key: string, look: Look): Look {
    this.#known.set(key, look);
    return look;
  }

  #read(pPr: XmlElement | undefined): Look {
    const styleId = childValue(pPr, 'w:pStyle') ?? this.#styles.defaultParagraph;
    const chain = this.#styles.chain(styleId);
    const outline = resolve(pPr, chain, 'w:pPr', (p) => childValue(p, 'w:outlineLvl'));
    const place = placeOf(pPr, styleId, this.#styles, this.#numbering);
    return {
      place,
      isComplete: place !== undefined && isComplete(place),
      isHeading:
        outline === undefined ? /^heading \d$/i.test(this.#styles.name(styleId)) : Number(outline) < 9,
    };
  }
}

/** Does the label say the numbers of the levels above too, or is there none above? */
function isComplete({ list, level }: ListPlace): boolean {
  return level === 0 || (list.levels.get(level)?.text.match(/%\d/g) ?? []).length > 1;
}

const SAYS = /<w:(?:pStyle|numPr|outlineLvl)\b/g;
const SAYING = /<w:(?:pStyle|outlineLvl) w:val="[^"<>]*"\/>|<w:numPr>.*?<\/w:numPr>/gs;
/** Where children may stand that do not count, or what looks like one. */
const UNCOMMON = /<mc:|<!|<\?/;

/** Properties with no more than a look depends on: what differs in spacing or fonts only is read once. */
function shortened(pPr: string): string {
  if (!pPr.startsWith('<w:pPr>') || UNCOMMON.test(pPr)) return pPr;
  const run = pPr.indexOf('<w:rPr');
  const said = (run < 0 ? pPr : pPr.slice(0, run)).match(SAYING) ?? [];
  if (said.length !== (pPr.match(SAYS) ?? []).length) return pPr;
  return said.length === 0 ? '' : `<w:pPr>${said.join('')}</w:pPr>`;
}
