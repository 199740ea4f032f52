import { type Package, relatedPart } from './package.ts';
import { attribute, child, childValue, elements, type XmlElement } from './xml.ts';

/** Style definitions of a document (ECMA-376 Part 1 §17.7), asked by identifier. */
export interface Styles {
  /** The style and what it is based on, nearest first. */
  readonly chain: (id: string | undefined) => readonly XmlElement[];
  readonly name: (id: string | undefined) => string;
  /** Identifier of the default paragraph style. */
  readonly defaultParagraph: string | undefined;
  /** Size of ordinary text, in half points. */
  readonly defaultSize: number;
  /** BCP 47 tag of the document's language, when it says one. */
  readonly language: string | undefined;
}

/** A chain longer than this is a loop or nonsense. */
const MAX_CHAIN = 32;
/** Half points, where a document says nothing (ECMA-376 Part 1 §17.3.2.38). */
const WORD_SIZE = 20;
const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

export function readStyles(pkg: Package): Styles {
  const part = relatedPart(pkg, pkg.main, 'styles');
  const root = part === undefined ? undefined : pkg.root(part);
  const all = root === undefined ? [] : elements(root).filter((e) => e.name === 'w:style');
  const byId = new Map(all.map((style) => [attribute(style, 'w:styleId') ?? '', style]));
  const chains = new Map<string, readonly XmlElement[]>();
  const chain = (id: string | undefined): readonly XmlElement[] => {
    if (id === undefined) return [];
    const known = chains.get(id) ?? follow(id, byId);
    chains.set(id, known);
    return known;
  };
  const defaults = child(child(child(root, 'w:docDefaults'), 'w:rPrDefault'), 'w:rPr');
  const language = attribute(child(defaults, 'w:lang'), 'w:val');
  const defaultParagraph = attribute(all.find(isDefaultParagraph), 'w:styleId');
  const size = resolve(undefined, chain(defaultParagraph), 'w:rPr', (p) => childValue(p, 'w:sz'));
  return {
    chain,
    name: (id) => (id === undefined ? '' : (childValue(byId.get(id), 'w:name') ?? id)),
    defaultParagraph,
    defaultSize: Number(size ?? childValue(defaults, 'w:sz') ?? WORD_SIZE) || WORD_SIZE,
    language: language !== undefined && LANGUAGE.test(language) ? language : undefined,
  };
}

function follow(id: string, byId: ReadonlyMap<string, XmlElement>): XmlElement[] {
  const found: XmlElement[] = [];
  let next = byId.get(id);
  while (next !== undefined && found.length < MAX_CHAIN && !found.includes(next)) {
    found.push(next);
    next = byId.get(childValue(next, 'w:basedOn') ?? '');
  }
  return found;
}

function isDefaultParagraph(style: XmlElement): boolean {
  return attribute(style, 'w:type') === 'paragraph' && isOn(attribute(style, 'w:default') ?? '0');
}

/** `ST_OnOff` (ECMA-376 Part 1 §22.9.2.7): there without a value means on. */
export function isOn(value: string | undefined): boolean {
  return value === undefined || !/^(0|false|off)$/.test(value);
}

/** The first answer of a paragraph's own properties, then of its styles. */
export function resolve<T>(
  own: XmlElement | undefined,
  styles: readonly XmlElement[],
  properties: 'w:pPr' | 'w:rPr',
  ask: (properties: XmlElement) => T | undefined,
): T | undefined {
  const first = own === undefined ? undefined : ask(own);
  if (first !== undefined) return first;
  for (const style of styles) {
    const of = child(style, properties);
    const answer = of === undefined ? undefined : ask(of);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
