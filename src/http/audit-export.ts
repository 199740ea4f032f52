import { type AuditQuery, type ExportFormat, eventLine, headLine, type Trail } from '../audit/index.ts';

/** Events that an export reads at once, when whoever gets it has taken those before. */
const EXPORTED_AT_ONCE = 500;

export interface ExportStretch {
  readonly format: ExportFormat;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly through: number;
}

/** Page by page, each when the one before was taken. Ends where the view ended when it began. */
export async function* exportedEvents(
  trail: Pick<Trail, 'list'>,
  query: Omit<AuditQuery, 'descending' | 'size' | 'after'>,
  { format, after, through }: ExportStretch,
): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  const head = headLine(format);
  if (head !== '') yield encoder.encode(head);
  let next: number | null = after;
  while (next !== null && next < through) {
    const page = await trail.list({ ...query, descending: false, size: EXPORTED_AT_ONCE, after: next });
    const events = page.events.filter(({ sequence }) => sequence <= through);
    if (events.length > 0) yield encoder.encode(events.map((event) => eventLine(event, format)).join(''));
    ({ next } = page);
  }
}
