import { attribute, child, childValue, isOn, resolve, type Styles, type XmlElement } from '../ooxml/index.ts';
import { classes, type Wrap } from './markup.ts';

/**
 * Formatting of a run as elements and class names.
 *
 * Colours become one of a few named hues and never a value of the document: so they keep their contrast in a light
 * and in a dark page, and a page can forbid inline styles.
 */
export function runWraps(
  rPr: XmlElement | undefined,
  paragraphStyles: readonly XmlElement[],
  styles: Styles,
): Wrap[] {
  const chain = [...styles.chain(childValue(rPr, 'w:rStyle')), ...paragraphStyles];
  const ask = <T>(question: (p: XmlElement) => T | undefined): T | undefined =>
    resolve(rPr, chain, 'w:rPr', question);
  const on = (name: string): boolean => ask((p) => onOff(p, name)) === true;
  const value = (name: string): string | undefined => ask((p) => childValue(p, name));
  const wraps: Wrap[] = [];
  const add = (tag: string, name?: string): void => {
    wraps.push({ key: `${tag}.${name ?? ''}`, open: `<${tag}${classes(name)}>`, close: `</${tag}>` });
  };
  const highlight = highlightOf(
    value('w:highlight'),
    ask((p) => attribute(child(p, 'w:shd'), 'w:fill')),
  );
  if (highlight) add('mark', `hl-${highlight}`);
  const hue = hueOf(value('w:color'));
  if (hue) add('span', `hue-${hue}`);
  if (on('w:b')) add('b');
  if (on('w:i')) add('i');
  const underline = value('w:u');
  if (underline !== undefined && underline !== 'none') add('u');
  if (on('w:strike') || on('w:dstrike')) add('s');
  const size = sizeOf(value('w:sz'), styles.defaultSize);
  if (size) add('span', `size-${size}`);
  if (on('w:caps')) add('span', 'caps');
  else if (on('w:smallCaps')) add('span', 'small-caps');
  if (on('w:vanish')) add('span', 'hidden-text');
  const position = value('w:vertAlign');
  if (position === 'superscript') add('sup');
  if (position === 'subscript') add('sub');
  return wraps;
}

function onOff(properties: XmlElement, name: string): boolean | undefined {
  const found = child(properties, name);
  return found === undefined ? undefined : isOn(attribute(found, 'w:val'));
}

/** How large a run is beside the document's ordinary text, in three coarse steps: a page is not a sheet of paper. */
function sizeOf(halfPoints: string | undefined, ordinary: number): 'small' | 'large' | 'huge' | undefined {
  const ratio = Number(halfPoints ?? ordinary) / ordinary;
  if (ratio >= 1.6) return 'huge';
  if (ratio >= 1.2) return 'large';
  return ratio > 0 && ratio <= 0.85 ? 'small' : undefined;
}

const HIGHLIGHTS: Readonly<Record<string, string>> = {
  yellow: 'yellow',
  darkYellow: 'yellow',
  green: 'green',
  darkGreen: 'green',
  cyan: 'blue',
  blue: 'blue',
  darkBlue: 'blue',
  darkCyan: 'blue',
  magenta: 'pink',
  darkMagenta: 'pink',
  red: 'pink',
  darkRed: 'pink',
  lightGray: 'gray',
  darkGray: 'gray',
};

function highlightOf(name: string | undefined, fill: string | undefined): string | undefined {
  const known = HIGHLIGHTS[name ?? ''];
  if (known !== undefined || name !== undefined) return known;
  return fill !== undefined && /^[0-9a-f]{6}$/i.test(fill) && !/^f{6}$/i.test(fill) ? 'gray' : undefined;
}

/** Upper end of each hue in degrees. */
const HUES: readonly (readonly [number, string])[] = [
  [18, 'red'],
  [65, 'amber'],
  [165, 'green'],
  [200, 'teal'],
  [255, 'blue'],
  [320, 'purple'],
  [361, 'red'],
];

/** The named hue of an `RRGGBB` colour; nothing for black, white and what is close to them. */
function hueOf(colour: string | undefined): string | undefined {
  if (colour === undefined || !/^[0-9a-f]{6}$/i.test(colour)) return undefined;
  const [r, g, b] = [0, 2, 4].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  const spread = high - low;
  if (spread < 40) return high > 90 && high < 200 ? 'gray' : undefined;
  const turn =
    high === r ? ((g - b) / spread + 6) % 6 : high === g ? (b - r) / spread + 2 : (r - g) / spread + 4;
  return HUES.find(([end]) => turn * 60 < end)?.[1];
}
