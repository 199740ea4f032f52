import type { Element } from './element.ts';
import { PROPERTY_CHANGES, RANGE_MARKUP } from './names.ts';

/** The order in which a holder takes its children. */
interface Order {
  readonly ranks: ReadonlyMap<string, number>;
  /** Names that may come more than once. */
  readonly repeated: ReadonlySet<string>;
  /** Rank of children that are not listed; `undefined` where they are no concern, as in extensions. */
  readonly others?: number;
}

const OTHERS = '…';

/** `'a b* …'`: a before b, b as often as one likes, then everything else (any number, any order). */
function order(sequence: string): Order {
  const names = sequence.split(' ');
  const others = names.indexOf(OTHERS);
  const ranks = new Map(names.map((name, rank) => [`w:${name.replace('*', '')}`, rank]));
  // References to headers and footers come in any order among themselves.
  const reference = ranks.get('w:headerReference');
  if (reference !== undefined) ranks.set('w:footerReference', reference);
  return {
    ranks,
    repeated: new Set(names.filter((name) => name.endsWith('*')).map((name) => `w:${name.slice(0, -1)}`)),
    ...(others < 0 ? {} : { others }),
  };
}

/** ECMA-376 Part 4 (Transitional), Annex A.1: `CT_PPr`, `CT_ParaRPr`, `CT_TcPr`, `CT_TblPr`, `CT_SectPr`, … */
const ORDERS: ReadonlyMap<string, Order> = new Map([
  [
    'w:pPr',
    order(
      'pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs ' +
        'suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi ' +
        'adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection ' +
        'textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange',
    ),
  ],
  ['w:rPr', order('ins del moveFrom moveTo … rPrChange')],
  ['w:numPr', order('ilvl numId numberingChange ins')],
  [
    'w:tcPr',
    order(
      'cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark ' +
        'headers cellIns cellDel cellMerge tcPrChange',
    ),
  ],
  ['w:trPr', order('… ins del trPrChange')],
  [
    'w:tblPr',
    order(
      'tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing ' +
        'tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange',
    ),
  ],
  [
    'w:tblPrEx',
    order('tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblPrExChange'),
  ],
  ['w:tblGrid', order('gridCol* tblGridChange')],
  [
    'w:sectPr',
    order(
      'headerReference* footerReference* footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType ' +
        'pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings ' +
        'sectPrChange',
    ),
  ],
  ['w:p', order('pPr …')],
  ['w:r', order('rPr …')],
  ['w:tbl', order('tblPr tblGrid …')],
  ['w:tr', order('tblPrEx trPr …')],
  ['w:tc', order('tcPr …')],
  ['w:sdt', order('sdtPr sdtEndPr sdtContent')],
  ['w:body', order('… sectPr')],
]);

/** Do the children of an element stand in the order of the schema, each as often as it may? */
export function inOrder(el: Element): boolean {
  const known = ORDERS.get(el.name);
  if (known === undefined) return true;
  let last = -1;
  let lastName = '';
  for (const c of el.children) {
    const own = known.ranks.get(c.name);
    if (own === undefined && RANGE_MARKUP.has(c.name)) continue;
    const rank = own ?? known.others;
    if (rank === undefined) continue;
    if (rank < last) return false;
    if (own !== undefined && c.name === lastName && !known.repeated.has(c.name)) return false;
    last = rank;
    lastName = c.name;
  }
  return true;
}

/** What former properties cannot hold, because it is tracked on its own (`CT_PPrBase`, `CT_SectPrBase`, …). */
const NOT_FORMER: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['w:pPrChange', new Set(['w:rPr', 'w:sectPr'])],
  ['w:sectPrChange', new Set(['w:headerReference', 'w:footerReference'])],
  ['w:trPrChange', new Set(['w:ins', 'w:del'])],
]);

/** Does a change of properties stand in its holder and keep one former holder of the same name? */
export function isProperChange(change: Element, parent: Element): boolean {
  const holder = change.name.slice(0, -'Change'.length);
  const [former, second] = change.children;
  if (former === undefined) return change.name === 'w:sectPrChange' && parent.name === holder;
  if (former.name !== holder || second !== undefined) return false;
  const own = NOT_FORMER.get(change.name);
  return (
    parent.name === holder && !former.children.some((c) => own?.has(c.name) || PROPERTY_CHANGES.has(c.name))
  );
}
