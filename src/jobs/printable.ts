import { nodeCodec } from '../kit/index.ts';
import { blackline, DEFAULT_BLACKLINE, forPrinting, type Limits, renderHtml } from '../redline/index.ts';
import type { PdfSubject, PrintableKind } from './pdf.ts';
import { report } from './report.ts';

/** What a program that makes PDFs is given. */
export async function printable(
  document: Uint8Array,
  subject: PdfSubject,
  kind: PrintableKind,
  limits: Limits,
): Promise<Uint8Array> {
  if (subject === 'report') {
    const asked = { original: null, modified: null, date: null, limits, format: kind };
    return (await report(document, asked)).document;
  }
  if (kind === 'html') return nodeCodec.encodeUtf8(renderHtml(document, nodeCodec, limits));
  const shown =
    subject === 'blackline' ? blackline(document, nodeCodec, limits, DEFAULT_BLACKLINE) : document;
  return forPrinting(shown, nodeCodec, limits);
}
