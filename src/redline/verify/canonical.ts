import type { Context } from './context.ts';
import { type Attribute, child, type Element } from './element.ts';
import { mathRuns } from './math.ts';
import { isForeign, localName, PROPERTY_CHANGES, RANGE_MARKUP, transitional } from './names.ts';

const words = (names: string): ReadonlySet<string> => new Set(names.split(' ').map((name) => `w:${name}`));

/** On/off properties (§17.17.4): absent value, `1`, `true` and `on` say the same. */
const TOGGLES = words(
  'b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden ' +
    'rtl cs specVanish oMath keepNext keepLines pageBreakBefore widowControl suppressLineNumbers bidi kinsoku ' +
    'suppressAutoHyphens wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN adjustRightInd ' +
    'contextualSpacing mirrorIndents suppressOverlap cantSplit tblHeader hidden noWrap tcFitText hideMark ' +
    'bidiVisual titlePg noEndnote formProt rtlGutter',
);
const STYLES = words('pStyle rStyle tblStyle');
const SILENT: ReadonlySet<string> = new Set([
  ...RANGE_MARKUP,
  ...PROPERTY_CHANGES,
  'w:numberingChange',
  'w:lastRenderedPageBreak',
]);
/** Identities that every save may write anew, and previews of what stands beside them. */
const SILENT_ATTRIBUTES =
  /^w:rsid|^w14:(?:paraId|textId)$|^w:tplc$|^xml:space$|^mc:|(?:anchorId|editId|durableId|gfxdata|spid)$/;

/** The content of an `mc:AlternateContent` that counts: the first choice, else the fallback (Part 3 §7.6). */
export function alternate(el: Element): readonly Element[] {
  return (child(el, 'mc:Choice') ?? child(el, 'mc:Fallback'))?.children ?? [];
}

/**
 * An element's children that say something: no marks, no data of unknown extensions, and runs of mathematics in
 * the same format as one, however they were split.
 */
function speaking(el: Element): readonly Element[] {
  return el.children.filter(
    (c) => !SILENT.has(c.name) && !isForeign(c.name) && !(c.name === 'w:id' && el.name === 'w:sdtPr'),
  );
}

/**
 * What a holder of properties says, as text that is equal where Word cannot tell the difference: order of
 * properties, spelling of on and off, ids of styles and relationships do not count. '' says nothing.
 */
export function properties(el: Element | undefined, context: Context): string {
  if (el === undefined) return '';
  return context.remember(context.memory.properties, el, () => {
    const text = canonical(el, context);
    return text === `(${el.name})` ? '' : text;
  });
}

/** An element as text. With `ordered`, the order of its children counts. */
export function canonical(el: Element, context: Context, ordered = false): string {
  if (el.name === 'mc:AlternateContent') {
    return alternate(el)
      .map((c) => canonical(c, context, ordered))
      .join(' ');
  }
  // The text of a box is read as blocks of its story.
  if (el.name === 'w:txbxContent') return '(txbxContent)';
  let out = `(${el.name}${attributes(el, context)}`;
  if (el.children.length === 0) {
    const text = el.text.trim();
    return text === '' ? `${out})` : `${out} ${text})`;
  }
  const children = mathRuns(speaking(el), (c) => canonical(c, context, ordered)).filter(
    (text) => text !== '',
  );
  if (!ordered && el.name.startsWith('w:')) children.sort();
  for (const text of children) out += ` ${text}`;
  return `${out})`;
}

/** The attributes as text, each after a blank, in the order of their names. */
export function attributes(el: Element, context: Context): string {
  const found: string[] = [];
  for (const a of el.attributes) {
    if (SILENT_ATTRIBUTES.test(a.name) || isForeign(a.name) || isIdentity(el, a)) continue;
    const value = attributeValue(el, a, context);
    if (value !== undefined) found.push(` ${a.name}=${value}`);
  }
  return found.length > 1 ? found.sort().join('') : (found[0] ?? '');
}

function isIdentity(el: Element, a: Attribute): boolean {
  if (a.name !== 'id') return false;
  const local = localName(el.name);
  return local === 'docPr' || local === 'cNvPr' || el.name.startsWith('v:');
}

function attributeValue(el: Element, a: Attribute, context: Context): string | undefined {
  if (a.name.startsWith('r:')) return context.lookUp('target', a.value);
  if (a.name === 'w:val' && TOGGLES.has(el.name)) {
    return a.value === '1' || a.value === 'true' || a.value === 'on' ? undefined : '0';
  }
  if (a.name === 'w:val' && STYLES.has(el.name)) return context.lookUp('style', a.value);
  if (HEX_COLOUR.test(a.value) && COLOURED.test(el.name)) return a.value.toUpperCase();
  return transitional(a.value);
}

const HEX_COLOUR = /^[0-9a-fA-F]{6}$/;
const COLOURED = /[:}](?:color|shd)$/;
