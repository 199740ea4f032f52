import type { Codec } from '../../codec.ts';
import { openPackage, type Package, PackageEditor, relatedPart } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { withoutHiddenText } from './hidden.ts';
import { type Cleaned, Roles, withoutComments, withoutDates, withoutSessions } from './marks.ts';
import { checkScrub, type Scrubbed, type ScrubKind, type ScrubOptions } from './options.ts';
import { removeCustomXml, removeParts, removeProperties, type Scrub } from './parts.ts';

/** Parts of Word's own, whose XML is looked through. */
const WORD_PART = /^word\/(?:[^/]+|glossary\/[^/]+)\.xml$/;
const COMMENT_PARTS = ['comments', 'commentsExtended', 'commentsIds', 'commentsExtensible'];

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
  if (asked.has('properties')) removeProperties(work);
  if (asked.has('customXml')) removeCustomXml(work);
  if (asked.has('comments')) removeComments(work, pkg);
  for (const { name } of pkg.entries) if (isLookedThrough(pkg, name)) cleanPart(work, name, asked, roles);
  if (asked.has('authors') && !asked.has('properties')) renameOwners(work, roles);
  const report = { removed, roles: roles.given };
  return { document: work.editor.touched ? work.editor.bytes() : document, report };
}

function isLookedThrough(pkg: Package, name: string): boolean {
  return WORD_PART.test(name) && /xml$/.test(pkg.contentType(name));
}

function removeComments({ editor, count }: Scrub, pkg: Package): void {
  const part = relatedPart(pkg, pkg.main, 'comments');
  if (part !== undefined) count('comments', part, pkg.root(part).source.split('<w:comment ').length - 1);
  removeParts(editor, pkg.main, COMMENT_PARTS);
}

function cleanPart(
  { editor, count }: Scrub,
  part: string,
  asked: ReadonlySet<ScrubKind>,
  roles: Roles,
): void {
  if (editor.isRemoved(part)) return;
  const before = editor.source(part);
  let text = before;
  const clean = (kind: ScrubKind, work: (text: string) => Cleaned): void => {
    if (!asked.has(kind)) return;
    const cleaned = work(text);
    count(kind, part, cleaned.count);
    text = cleaned.text;
  };
  clean('hiddenText', (xml) => withoutHiddenText(xml, editor.base));
  clean('comments', withoutComments);
  clean('sessions', withoutSessions);
  clean('dates', withoutDates);
  clean('authors', (xml) => roles.rename(xml));
  if (text !== before) editor.replace(part, text);
}

/** The names in the properties that stay. */
function renameOwners({ editor, count }: Scrub, roles: Roles): void {
  const part = relatedPart(editor.base, '', 'core-properties');
  if (part === undefined) return;
  const { text, count: n } = roles.renameOwners(editor.source(part));
  count('authors', part, n);
  if (n > 0) editor.replace(part, text);
}
