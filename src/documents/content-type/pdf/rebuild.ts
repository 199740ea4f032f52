import type { SourceReader } from '../source.ts';
import { decryption } from './decryption.ts';
import type { Decrypt } from './encryption.ts';
import { parseAt } from './file.ts';
import { PdfObjects, readContainer } from './objects.ts';
import type { PdfParser } from './parser.ts';
import { afterKeyword, type Place, type Table } from './tables.ts';
import { isDict, type PdfDict, PdfSyntaxError, type PdfValue } from './values.ts';

/** Objects that are found by looking; about 20 MB. */
const MOST_OBJECTS = 200_000;
const MOST_CONTAINERS = 5_000;
/** So much of an object is looked at to see what it is. */
const LOOK_BYTES = 1024;

/** At the start of a line, or behind the object before: strings may hold the same words. */
const OBJECT =
  /(?<=(?:^|[\r\n]|endobj)[ \t]{0,8})(?:(\d{1,10})[ \t\r\n]{1,8}\d{1,5}[ \t\r\n]{1,8}obj|trailer)(?![a-z])/g;

/** What was found by looking at every byte. */
interface Findings {
  readonly places: Map<number, Place>;
  readonly containers: { readonly number: number; readonly offset: number }[];
  root: PdfValue;
  encryption: PdfValue;
  id: PdfValue;
}

/**
 * The objects of a file whose tables are missing or wrong, found by their first words, the last one of a number wins.
 *
 * @throws {PdfSyntaxError} when no catalogue is found, or more objects than are held.
 */
export async function rebuildTables(
  reader: SourceReader,
): Promise<{ readonly tables: readonly Table[]; readonly trailer: PdfDict }> {
  const found: Findings = { places: new Map(), containers: [], root: null, encryption: null, id: null };
  for await (const { at, bytes } of reader.windows(LOOK_BYTES)) {
    await look(reader, found, at, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  const tables = [{ find: async (number: number) => found.places.get(number) }];
  const trailer = new Map([
    ['Encrypt', found.encryption],
    ['ID', found.id],
  ]);
  await openContainers(reader, found, await decryption(new PdfObjects(reader, tables), trailer));
  if (found.root === null) throw new PdfSyntaxError('There is no catalogue.');
  return { tables, trailer: trailer.set('Root', found.root) };
}

async function look(reader: SourceReader, found: Findings, at: number, bytes: Buffer): Promise<void> {
  const text = bytes.toString('latin1');
  const isLast = at + bytes.length === reader.size;
  const end = isLast ? text.length : text.length - LOOK_BYTES;
  for (const match of text.matchAll(OBJECT)) {
    if (match.index >= end) return;
    const offset = at + match.index;
    if (match[1] === undefined) await readTrailer(reader, found, offset, afterKeyword);
    else
      await note(
        reader,
        found,
        { number: Number(match[1]), offset },
        text.slice(match.index, match.index + LOOK_BYTES),
      );
  }
}

async function note(
  reader: SourceReader,
  found: Findings,
  { number, offset }: { readonly number: number; readonly offset: number },
  text: string,
): Promise<void> {
  found.places.set(number, { kind: 'at', offset });
  const own = text.slice(0, text.indexOf('endobj') + 1 || undefined);
  if (/\/Type\s*\/Catalog\b/.test(own)) found.root ??= { ref: number };
  if (/\/Type\s*\/ObjStm\b/.test(own)) found.containers.push({ number, offset });
  if (/\/Type\s*\/XRef\b/.test(own)) await readTrailer(reader, found, offset, behindNumber);
  if (found.places.size > MOST_OBJECTS || found.containers.length > MOST_CONTAINERS) {
    throw new PdfSyntaxError('There are too many objects.');
  }
}

/** The object behind `NUMBER GENERATION obj`. */
function behindNumber(parser: PdfParser): PdfValue {
  for (let n = 0; n < 3; n += 1) parser.token();
  return parser.value();
}

async function readTrailer(
  reader: SourceReader,
  found: Findings,
  at: number,
  parse: (parser: PdfParser) => PdfValue,
): Promise<void> {
  try {
    const trailer = await parseAt(reader, at, parse);
    if (!isDict(trailer)) return;
    found.root = trailer.get('Root') ?? found.root;
    found.encryption = trailer.get('Encrypt') ?? found.encryption;
    found.id = trailer.get('ID') ?? found.id;
  } catch (error) {
    if (!(error instanceof PdfSyntaxError)) throw error;
  }
}

/** Puts in what is in containers, unless it stands for itself too; the catalogue may be one of those. */
async function openContainers(reader: SourceReader, found: Findings, decrypt: Decrypt | null): Promise<void> {
  for (const { number, offset } of found.containers) {
    try {
      const { offsets } = await readContainer(reader, offset, async () => null, decrypt);
      for (const inside of offsets.keys()) {
        if (found.places.get(inside)?.kind !== 'at')
          found.places.set(inside, { kind: 'in', container: number });
      }
    } catch (error) {
      if (!(error instanceof PdfSyntaxError)) throw error;
    }
    if (found.places.size > MOST_OBJECTS) throw new PdfSyntaxError('There are too many objects.');
  }
}
