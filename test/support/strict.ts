import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { readZip } from '../../src/redline/ooxml/index.ts';
import { buildZip } from './package.ts';

/** The bytes of a document in the strict conformance class, where its namespaces are others. */
export function strict(data: Uint8Array): Uint8Array {
  const renamed = (xml: string): string =>
    xml
      .replaceAll(
        'http://schemas.openxmlformats.org/wordprocessingml/2006/',
        'http://purl.oclc.org/ooxml/wordprocessingml/',
      )
      .replaceAll(
        'http://schemas.openxmlformats.org/officeDocument/2006/',
        'http://purl.oclc.org/ooxml/officeDocument/',
      )
      .replaceAll(
        'http://schemas.openxmlformats.org/drawingml/2006/',
        'http://purl.oclc.org/ooxml/drawingml/',
      )
      .replace('<w:document ', '<w:document w:conformance="strict" ');
  const entries = readZip(data, nodeCodec, DEFAULT_LIMITS);
  return buildZip(Object.fromEntries(entries.map((e) => [e.name, renamed(nodeCodec.decodeUtf8(e.stored))])));
}
