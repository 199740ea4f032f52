export { canonical, canonicalAttributes, canonicalChildren, rawKey } from './canonical.ts';
export { decodeText, encodeAttribute, encodeText } from './character-data.ts';
export { Contents } from './contents.ts';
export { OFFICE_RELATIONSHIPS, PackageEditor } from './editor.ts';
export { Counters, type ListPlace, type Numbering, placeOf, readNumbering } from './labels.ts';
export { widenedStartTag } from './namespaces.ts';
export { formatNumber } from './number-format.ts';
export {
  bodyOf,
  openPackage,
  type Package,
  type Relationship,
  relatedPart,
  reopenPackage,
  revisePackage,
} from './package.ts';
export { asDocument } from './plain.ts';
export { type Rebase, rebaseOnto } from './rebase.ts';
export { repack } from './repack.ts';
export { checkDefinitions, samePart } from './same-parts.ts';
export { tagEnd } from './span.ts';
export { StretchedText } from './stretched-text.ts';
export { isOn, readStyles, resolve, type Styles } from './style-sheet.ts';
export {
  attribute,
  attributes,
  child,
  childValue,
  descendants,
  elements,
  inner,
  isElement,
  openTag,
  outer,
  parseXml,
  startTag,
  textOf,
  withInner,
  type XmlElement,
  type XmlNode,
  type XmlText,
} from './xml.ts';
export { deflateEntry, readZip, writeZip, type ZipEntry } from './zip.ts';
