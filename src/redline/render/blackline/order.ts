/** The order in which the schema wants the children of properties (ECMA-376 Part 1 §17.3.1.26, §17.3.2.28, §17.4.70). */
const ORDERS = {
  rPr: 'rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath',
  pPr: 'pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr',
  tcPr: 'cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark',
} as const;

const ranksOf = (order: string): ReadonlyMap<string, number> =>
  new Map(order.split(' ').map((child, at) => [`w:${child}`, at]));
const RANKS = { rPr: ranksOf(ORDERS.rPr), pPr: ranksOf(ORDERS.pPr), tcPr: ranksOf(ORDERS.tcPr) };
/** Children in the schema's order; what it does not know stands last, in the order given. */
export function placed(
  properties: keyof typeof ORDERS,
  children: Iterable<readonly [name: string, xml: string]>,
): string {
  const ranks = RANKS[properties];
  const rank = (name: string): number => ranks.get(name) ?? ranks.size;
  return [...children]
    .sort((a, b) => rank(a[0]) - rank(b[0]))
    .map(([, xml]) => xml)
    .join('');
}
