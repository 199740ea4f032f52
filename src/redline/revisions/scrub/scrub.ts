import type { Codec } from '../../codec.ts';
import { openPackage, type Package, PackageEditor } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { withoutHiddenText } from './hidden.ts';
import { leftovers } from './leftovers.ts';
import {
  type Cleaned,
  Roles,
  withoutComments,
  withoutDates,
  withoutDays,
  withoutSessions,
  withoutTimes,
} from './marks.ts';
import { checkScrub, type Scrubbed, type ScrubKind, type ScrubOptions } from './options.ts';
import {
  propertyParts,
  removeComments,
  removeCustomXml,
  removeExtensions,
  removeProperties,
  removeSignatures,
  type Scrub,
} from './parts.ts';

/** Parts of Word's own, whose XML is looked through: by what they are, or by where Word keeps them. */
const WORD_TYPE = /(?:wordprocessingml|ms-word)\..*\+xml$/;
const WORD_PART = /^word\/(?:[^/]+|glossary\/[^/]+)\.xml$/;

/**
 * Takes out of a document what says who wrote it, when and how, as far as it is asked for.  Tracked changes stay, and
 * parts that hold nothing of it keep their bytes; a document that holds nothing of it at all is returned as it is.
 *
 * @throws {RedlineError} `options/invalid`, `document/*`, `limits/exceeded`
 */
export function scrub(
  document: Uint8Array,
  options: ScrubOptions & { readonly limits: Limits },
  codec: Codec,
): Scrubbed {
  checkScrub(options);
  const pkg = openPackage(document, codec, options.limits);
  const removed: { kind: ScrubKind; part: string; count: number }[] = [];
  const count: Scrub['count'] = (kind, part, n) => {
    if (n > 0) removed.push({ kind, part, count: n });
  };
  const work: Scrub = { editor: new PackageEditor(pkg, codec), count };
  const asked = new Set(options.kinds);
  const roles = new Roles(options.roles ?? {});
  const parts = pkg.entries.map((e) => e.name).filter((name) => isLookedThrough(pkg, name));
  if (asked.has('properties')) removeProperties(work, parts);
  if (asked.has('customXml')) removeCustomXml(work, parts);
  if (asked.has('extensions')) removeExtensions(work);
  if (asked.has('comments')) removeComments(work);
  if (asked.has('authors')) removeSignatures(work);
  for (const name of parts) cleanPart(work, name, asked, roles);
  for (const part of propertyParts(pkg)) cleanProperties(work, part, asked, roles);
  const speaks = (['authors', 'dates', 'properties'] as const).some((kind) => asked.has(kind));
  const left = speaks ? leftovers(pkg, parts) : [];
  const report = { removed, left, roles: roles.given };
  return { document: work.editor.touched ? work.editor.bytes() : document, report };
}

function isLookedThrough(pkg: Package, name: string): boolean {
  const type = pkg.contentType(name);
  return WORD_TYPE.test(type) || (WORD_PART.test(name) && /xml$/.test(type));
}

type Cleaning = readonly [kind: ScrubKind, work: (text: string) => Cleaned];

function cleanPart(work: Scrub, part: string, asked: ReadonlySet<ScrubKind>, roles: Roles): void {
  clean(work, part, asked, [
    ['hiddenText', (xml) => withoutHiddenText(xml, work.editor.base)],
    ['comments', withoutComments],
    ['sessions', withoutSessions],
    ['dates', withoutDates],
    ['authors', (xml) => roles.rename(xml)],
  ]);
}

/** What the properties that stay say. */
function cleanProperties(work: Scrub, part: string, asked: ReadonlySet<ScrubKind>, roles: Roles): void {
  clean(work, part, asked, [
    ['sessions', withoutTimes],
    ['dates', withoutDays],
    ['authors', (xml) => roles.renameOwners(xml)],
  ]);
}

function clean(
  { editor, count }: Scrub,
  part: string,
  asked: ReadonlySet<ScrubKind>,
  cleanings: readonly Cleaning[],
): void {
  if (editor.isRemoved(part)) return;
  const before = editor.source(part);
  let text = before;
  for (const [kind, work] of cleanings) {
    if (!asked.has(kind)) continue;
    const cleaned = work(text);
    count(kind, part, cleaned.count);
    text = cleaned.text;
  }
  if (text !== before) editor.replace(part, text);
}
