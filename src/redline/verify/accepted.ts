import type { Codec } from '../codec.ts';
import { type Limits, NOTHING_IGNORED } from '../options.ts';
import type { Block } from './block.ts';
import { properties } from './canonical.ts';
import { Context, emptyMemory } from './context.ts';
import { readDocument, resolvedParts } from './document.ts';
import { type Element, withChildren } from './element.ts';
import { agreedIds, Ids, styleIdOf } from './ids.ts';
import { flagsOf } from './names.ts';
import { openWorkshop, Package } from './package.ts';
import { paragraphLooks } from './paragraph.ts';

/**
 * A line of a story: `P` and the text of a paragraph, `TBL`, `TR`, `TC`, `/TC`, `/TBL`, `TXBX`, `/TXBX`. What is no text stands
 * in `⟦⟧`.
 */
export type AcceptedLine = Block;

/** Properties with some of them changed. */
export type Restyle = (properties: readonly Element[]) => readonly Element[];

/** What a document says with every change accepted, story by story. */
export interface Accepted {
  readonly stories: ReadonlyMap<string, readonly AcceptedLine[]>;
  /** A format of characters, as lines say it, with its properties changed. */
  readonly characters: (format: string, restyle: Restyle) => string;
  /** What properties of a paragraph say. */
  readonly paragraph: (pPr: Element | undefined) => Pick<AcceptedLine, 'style' | 'numbering' | 'direct'>;
  /** Identifier of a style by its identifier or, in any case, its name. */
  readonly styleId: (wanted: string, type: 'paragraph' | 'character') => string | undefined;
}

/** @throws {RedlineError} `document/*` or `limits/exceeded` when the document cannot be read */
export function readAccepted(document: Uint8Array, codec: Codec, limits: Limits): Accepted {
  const source = new Package(document, openWorkshop(codec, limits));
  // Ids are compared with those of the same document: what they name need not be looked up.
  const memory = emptyMemory(agreedIds([source]), NOTHING_IGNORED);
  const view = readDocument(source, resolvedParts(source, 'accept'), memory);
  const context = new Context(new Ids(source, memory).namesIn(source.main), memory);
  let known: Map<string, Element> | undefined;
  return {
    stories: new Map(Array.from(view, ([name, { lines, read }]) => [name, lines.map(read)])),
    characters: (format, restyle) => {
      known ??= new Map(Array.from(memory.properties, ([el, { value }]) => [value, el]));
      return restyled(format, restyle, known, context);
    },
    paragraph: (pPr) => paragraphLooks(pPr, context),
    styleId: (wanted, type) => styleIdOf(source, wanted, type),
  };
}

/** An element of its own, with nothing in it. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly Element[] = [],
): Element {
  const list = Object.entries(attributes).map(([key, value]) => ({ name: key, value }));
  return withChildren({ name, attributes: list, children: [], text: '', flags: flagsOf(name) }, children);
}

/** What a format says behind what stands around the run (`w:dir`), and of the mark behind its sign. */
const AROUND = /^[^(]*/;

/** @param known  some element for each that is said: all that say the same are alike */
function restyled(
  format: string,
  restyle: Restyle,
  known: ReadonlyMap<string, Element>,
  context: Context,
): string {
  const around = AROUND.exec(format)?.[0] ?? '';
  const said = format.slice(around.length);
  const own = said === '' ? element('w:rPr') : known.get(said);
  return own ? around + properties(withChildren(own, restyle(own.children)), context) : format;
}
