export { canonical, canonicalAttributes, canonicalChildren, rawKey } from './canonical.ts';
export { PackageEditor, relationshipKind } from './editor.ts';
export { declarations, widenedStartTag, withCustomaryPrefixes } from './namespaces.ts';
export {
  bodyOf,
  openPackage,
  type Package,
  type Relationship,
  relatedPart,
  relationshipsPart,
  resolveTarget,
  revisePackage,
} from './package.ts';
export { type Rebase, rebaseOnto } from './rebase.ts';
export {
  attribute,
  attributes,
  child,
  childValue,
  decodeText,
  descendants,
  elements,
  encodeAttribute,
  encodeText,
  inner,
  isElement,
  outer,
  parseXml,
  rootStart,
  startTag,
  textOf,
  withInner,
  type XmlElement,
  type XmlNode,
  type XmlText,
} from './xml.ts';
export { deflateEntry, readZip, writeZip, type ZipEntry } from './zip.ts';
