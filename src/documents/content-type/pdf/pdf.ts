import { CONTENT_TYPES, type ContentDescription, damagedFile } from '../formats.ts';
import { OutOfBytes, type SourceReader } from '../source.ts';
import { decryption } from './decryption.ts';
import { PdfObjects } from './objects.ts';
import { rebuildTables } from './rebuild.ts';
import { readTables, type Table } from './tables.ts';
import { isDict, isRef, isWhole, type PdfDict, PdfSyntaxError, type PdfValue } from './values.ts';

/** Nodes of the tree of pages that are looked at; of a larger one its root says how many pages there are. */
const MOST_NODES = 5000;

/**
 * A PDF (ISO 32000-1): its tables of objects, its catalogue and its tree of pages. Where the tables are wrong the
 * objects are looked for, as all viewers do. See decision 0072.
 */
export async function describePdf(reader: SourceReader): Promise<ContentDescription> {
  const start = Buffer.from(await reader.upTo(0, 1024)).indexOf('%PDF-');
  const pages =
    (await attempt(async () => await count(reader, await readTables(reader, start)))) ??
    (await attempt(async () => await count(reader, await rebuildTables(reader))));
  if (pages === undefined) throw damagedFile('PDF');
  return { type: CONTENT_TYPES.pdf, pages };
}

/** `undefined` when the file is not as it should be for this way of reading it. */
async function attempt(work: () => Promise<number>): Promise<number | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PdfSyntaxError || error instanceof OutOfBytes) return undefined;
    throw error;
  }
}

async function count(
  reader: SourceReader,
  { tables, trailer }: { readonly tables: readonly Table[]; readonly trailer: PdfDict },
): Promise<number> {
  const decrypt = await decryption(new PdfObjects(reader, tables), trailer);
  const objects = new PdfObjects(reader, tables, decrypt);
  const catalogue = await objects.resolve(trailer.get('Root'));
  const root = isDict(catalogue) ? await objects.resolve(catalogue.get('Pages')) : null;
  if (!isDict(root) || !root.has('Kids')) throw new PdfSyntaxError('There is no tree of pages.');
  const pages = (await countLeaves(objects, root)) ?? (await objects.resolve(root.get('Count')));
  if (!isWhole(pages) || pages === 0) throw new PdfSyntaxError('There is no page.');
  return pages;
}

/** `null` when the tree is too large. */
async function countLeaves(objects: PdfObjects, root: PdfDict): Promise<number | null> {
  const seen = new Set<number>();
  let pages = 0;
  let nodes = 0;
  for (const ahead: PdfValue[] = [root]; ahead.length > 0; ) {
    const next = ahead.pop() ?? null;
    if (isRef(next)) {
      if (seen.has(next.ref)) throw new PdfSyntaxError('The tree of pages is no tree.');
      seen.add(next.ref);
    }
    nodes += 1;
    if (nodes > MOST_NODES) return null;
    const node = await objects.resolve(next);
    if (!isDict(node)) continue;
    const kids = node.has('Kids') ? await objects.resolve(node.get('Kids')) : null;
    if (Array.isArray(kids)) ahead.push(...kids.slice(0, MOST_NODES + 1));
    else if (node.get('Type') !== '/Pages') pages += 1;
  }
  return pages;
}
