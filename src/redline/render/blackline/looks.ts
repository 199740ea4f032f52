import { RedlineError } from '../../errors.ts';
import { outer, type XmlElement } from '../../ooxml/index.ts';
import type { Kind } from '../kinds.ts';
import { placed } from './order.ts';

/** How a line marks text; every kind of change has one, so that none is told by colour alone. */
export const DECORATIONS = [
  'underline',
  'double-underline',
  'dotted-underline',
  'dashed-underline',
  'wavy-underline',
  'strike',
  'double-strike',
] as const;
export type Decoration = (typeof DECORATIONS)[number];

export interface Look {
  readonly decoration: Decoration;
  /** `RRGGBB`; `null` leaves the colour that the text has. */
  readonly color: string | null;
}

export interface BlacklineOptions {
  readonly insertion: Look;
  readonly deletion: Look;
  readonly moveFrom: Look;
  readonly moveTo: Look;
  /** Of text and paragraph marks whose formatting changed; `null` shows them as they are now, and no more. */
  readonly formatting: Look | null;
}

/** Blue double underline, red strike, green for both ends of a move, and dots under what looks different now. */
export const DEFAULT_BLACKLINE: BlacklineOptions = {
  insertion: { decoration: 'double-underline', color: '0000C8' },
  deletion: { decoration: 'strike', color: 'C00000' },
  moveFrom: { decoration: 'double-strike', color: '00703C' },
  moveTo: { decoration: 'dashed-underline', color: '00703C' },
  formatting: { decoration: 'dotted-underline', color: null },
};

/** `ST_Underline` (ECMA-376 Part 1 §17.18.99) or the name of a strike. */
const LINES: Readonly<Record<Decoration, readonly [name: string, xml: string]>> = {
  underline: ['w:u', '<w:u w:val="single"/>'],
  'double-underline': ['w:u', '<w:u w:val="double"/>'],
  'dotted-underline': ['w:u', '<w:u w:val="dotted"/>'],
  'dashed-underline': ['w:u', '<w:u w:val="dash"/>'],
  'wavy-underline': ['w:u', '<w:u w:val="wave"/>'],
  strike: ['w:strike', '<w:strike/>'],
  'double-strike': ['w:dstrike', '<w:dstrike/>'],
};

/**
 * Options that anybody may have written, checked.
 *
 * @throws {RedlineError} `options/invalid`
 */
export function checkedLooks(options: BlacklineOptions): BlacklineOptions {
  for (const kind of ['insertion', 'deletion', 'moveFrom', 'moveTo', 'formatting'] as const) {
    const look = options[kind];
    if (look === null) continue;
    const { color, decoration } = look;
    if (color !== null && !/^[0-9a-f]{6}$/i.test(color))
      throw new RedlineError('options/invalid', `The colour of ${kind} is not six hexadecimal digits.`);
    if (!DECORATIONS.includes(decoration))
      throw new RedlineError('options/invalid', `The decoration of ${kind} is not known.`);
  }
  return options;
}

const REPLACED: ReadonlySet<string> = new Set(['w:strike', 'w:dstrike']);

/** Run properties that look like the kinds, outermost first: the innermost gives the colour, each gives its line. */
export function lookedLike(
  own: readonly XmlElement[],
  kinds: readonly (Kind | 'formatting')[],
  options: BlacklineOptions,
): string {
  const looks = new Map<string, string>();
  for (const kind of kinds) {
    const look = options[kind];
    if (look === null) continue;
    const { color, decoration } = look;
    const [name, xml] = LINES[decoration];
    if (REPLACED.has(name)) for (const other of REPLACED) looks.delete(other);
    looks.set(name, xml);
    if (color !== null) looks.set('w:color', `<w:color w:val="${color.toUpperCase()}"/>`);
  }
  const struck = [...looks.keys()].some((name) => REPLACED.has(name));
  const kept = own.filter((e) => !looks.has(e.name) && !(struck && REPLACED.has(e.name)));
  return placed('rPr', [...kept.map((e) => [e.name, outer(e)] as const), ...looks]);
}
