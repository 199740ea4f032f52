import { attribute, type XmlElement } from '../ooxml/index.ts';
import { outermost } from './content.ts';
import type { Context } from './context.ts';
import { htmlAttribute, htmlText } from './markup.ts';

/** A larger picture is shown as its name, so that a page of a long contract stays small. */
const MAX_PICTURE_BYTES = 1024 * 1024;
/** Of all pictures of a document. */
export const MAX_PICTURES_BYTES = 8 * 1024 * 1024;

const NAMES: ReadonlySet<string> = new Set(['wp:docPr', 'v:shape', 'v:rect', 'o:OLEObject']);
const PICTURES: ReadonlySet<string> = new Set(['a:blip', 'v:imagedata']);
const OTHERS: readonly (readonly [string, string])[] = [
  ['c:chart', 'Chart'],
  ['dgm:relIds', 'Diagram'],
  ['o:OLEObject', 'Embedded object'],
];
const BOXES: ReadonlySet<string> = new Set(['w:txbxContent', 'wne:txbxContent']);

/** The contents of the text boxes of a drawing. */
export function textBoxesOf(drawing: XmlElement): XmlElement[] {
  return outermost(drawing, BOXES);
}

/** The pictures and objects of a drawing (`w:drawing`, `w:pict`, `w:object`), text boxes left out. */
export function pictureHtml(drawing: XmlElement, context: Context): string {
  const pictures = outermost(drawing, PICTURES);
  const label = labelOf(drawing);
  if (pictures.length > 0) {
    const shape = shapeOf(drawing, pictures.length);
    return pictures.map((p) => onePicture(p, label, shape, context)).join('');
  }
  const other = OTHERS.find(([name]) => outermost(drawing, new Set([name])).length > 0);
  return other === undefined ? '' : placeholder(other[1], label);
}

function labelOf(drawing: XmlElement): string {
  const named = outermost(drawing, NAMES);
  for (const name of ['descr', 'alt', 'title', 'name']) {
    const found = named.map((e) => attribute(e, name)).find((text) => text !== undefined && text !== '');
    if (found !== undefined) return found;
  }
  return '';
}

const [ANCHOR, EXTENT] = [new Set(['wp:anchor']), new Set(['wp:extent'])];
/** English Metric Units in a pixel (ECMA-376 Part 1 §20.1.2.1, CSS Values §6.2). */
const EMU = 9525;
const MOST_PIXELS = 4000;

/** How large a single picture stands in the document, and that it stands beside the text. */
function shapeOf(drawing: XmlElement, pictures: number): string {
  const floating = drawing.name === 'w:drawing' && outermost(drawing, ANCHOR).length > 0;
  const [extent] = pictures === 1 ? outermost(drawing, EXTENT) : [];
  const [width, height] = ['cx', 'cy'].map((name) => Math.round(Number(attribute(extent, name)) / EMU));
  const fits = [width, height].every((n) => n !== undefined && n >= 1 && n <= MOST_PIXELS);
  return [
    htmlAttribute('class', floating ? 'floating' : undefined),
    htmlAttribute('width', fits ? String(width) : undefined),
    htmlAttribute('height', fits ? String(height) : undefined),
  ].join('');
}

function placeholder(kind: string, label: string): string {
  return `<span class="picture">${htmlText(label === '' ? kind : `${kind}: ${label}`)}</span>`;
}

function onePicture(picture: XmlElement, label: string, shape: string, context: Context): string {
  const id = attribute(picture, 'r:embed') ?? attribute(picture, 'r:id');
  const part = context.pkg.relationships(context.part).find((r) => r.id === id)?.part;
  const entry = context.pkg.entries.find((e) => e.name === part);
  if (
    part === undefined ||
    entry === undefined ||
    entry.size > Math.min(MAX_PICTURE_BYTES, context.pictures.left)
  )
    return placeholder('Picture', label);
  const data = context.pkg.bytes(part);
  const type = typeOf(data);
  if (type === undefined) return placeholder('Picture', label);
  context.pictures.left -= data.length;
  return `<img src="data:image/${type};base64,${base64(data)}"${htmlAttribute('alt', label === '' ? 'Picture' : label)}${shape}>`;
}

/** By the first bytes; what the package says about a picture does not count. */
function typeOf(data: Uint8Array): 'png' | 'jpeg' | 'gif' | undefined {
  const [a, b, c, d] = data;
  if (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47) return 'png';
  if (a === 0xff && b === 0xd8 && c === 0xff) return 'jpeg';
  return a === 0x47 && b === 0x49 && c === 0x46 ? 'gif' : undefined;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 §4. */
function base64(data: Uint8Array): string {
  const out: string[] = [];
  for (let at = 0; at < data.length; at += 3) {
    const left = data.length - at;
    const bits = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    const four = [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >> shift) & 63)).join('');
    out.push(left > 2 ? four : `${four.slice(0, left + 1)}${'='.repeat(3 - left)}`);
  }
  return out.join('');
}
