interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  /** 0 to 1. */
  readonly quality: number;
}

/**
 * The offered media type that `accept` likes best (RFC 9110 § 12.5.1); between equals the first one offered.
 *
 * @param accept the header's value; absent or empty accepts everything.
 * @returns `null` when none of the offers is acceptable.
 */
export function negotiate<Offer extends string>(
  accept: string | undefined,
  offers: readonly Offer[],
): Offer | null {
  const ranges = parseAccept(accept?.trim() || '*/*');
  let best: { offer: Offer; quality: number } | null = null;
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges);
    if (quality > (best?.quality ?? 0)) best = { offer, quality };
  }
  return best?.offer ?? null;
}

function parseAccept(accept: string): MediaRange[] {
  return accept.split(',').flatMap((part) => {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const [type, subtype] = range.split('/');
    if (!type || !subtype) return [];
    return [{ type, subtype, quality: qualityFrom(parameters) }];
  });
}

function qualityFrom(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return quality >= 0 && quality <= 1 ? quality : 0;
}

/** The quality of the most specific range that covers the offer. */
function qualityOf(offer: string, ranges: readonly MediaRange[]): number {
  const [type, subtype] = offer.split('/');
  const exact = ranges.find((range) => range.type === type && range.subtype === subtype);
  const kind = ranges.find((range) => range.type === type && range.subtype === '*');
  const any = ranges.find((range) => range.type === '*' && range.subtype === '*');
  return (exact ?? kind ?? any)?.quality ?? 0;
}
