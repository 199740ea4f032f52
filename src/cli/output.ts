import type { Stats } from 'node:fs';
import { access, constants, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError } from './errors.ts';
import { codeOf, STANDARD } from './input.ts';
import { type Io, write } from './io.ts';

/** What a command writes: bytes, or text made piece by piece while it is written. */
export type Content = Uint8Array | Iterable<string>;

/** Where a result will go, checked before the work begins. */
export interface Target {
  readonly name: string;
  /** @returns how many bytes that were. */
  readonly write: (content: Content) => Promise<number>;
}

/** Takes pieces until there are no more. */
type Put = (pieces: Iterable<Uint8Array>) => Promise<void>;

/** Bytes of text that are gathered before they are handed on. */
const PIECE_BYTES = 64 * 1024;

/**
 * Checks that a result can be written under a name.
 *
 * @param inputs names of files that must not be replaced unless `force` is given.
 * @param how whether it may take the place of an input, and whether it is plain text, which a terminal can show.
 * @throws {CliError} when it cannot, or should not.
 */
export async function openTarget(
  name: string,
  inputs: readonly string[],
  how: { readonly force: boolean; readonly plain: boolean },
  io: Io,
): Promise<Target> {
  if (name === STANDARD) return standardOutput(how.plain, io);
  try {
    const there = await statOrNull(name);
    if (there?.isDirectory()) throw new CliError('usage', `${name} is a folder; name the file to write`);
    // A device or a pipe is written to; a rename would put a plain file in its place.
    if (there !== null && !there.isFile()) return target(name, (pieces) => writeFile(name, pieces));
    if (there !== null && !how.force) await refuseInputs(name, there, inputs);
    const path = there === null ? name : await realpath(name);
    await access(dirname(path), constants.W_OK);
    return target(name, (pieces) => replaceFile(path, pieces, there?.mode));
  } catch (error) {
    throw writable(error, name);
  }
}

function standardOutput(plain: boolean, io: Io): Target {
  if (io.stdout.isTTY === true && !plain) {
    throw new CliError('usage', 'a document is not written to a terminal; name a file or a pipe');
  }
  return target('standard output', async (pieces) => {
    for (const piece of pieces) await write(io.stdout, piece);
  });
}

function target(name: string, put: Put): Target {
  return {
    name,
    write: async (content) => {
      let size = 0;
      const counted = function* () {
        for (const piece of content instanceof Uint8Array ? [content] : encoded(content)) {
          size += piece.length;
          yield piece;
        }
      };
      try {
        await put(counted());
      } catch (error) {
        throw writable(error, name);
      }
      return size;
    },
  };
}

/** The first piece by itself, so that whoever reads can begin; the others gathered. */
function* encoded(texts: Iterable<string>): Generator<Uint8Array> {
  let gathered = '';
  let most = 0;
  for (const text of texts) {
    gathered += text;
    if (gathered.length < most) continue;
    yield Buffer.from(gathered);
    gathered = '';
    most = PIECE_BYTES;
  }
  if (gathered !== '') yield Buffer.from(gathered);
}

/** The same file under any of its names: links and spellings do not help. */
async function refuseInputs(name: string, there: Stats, inputs: readonly string[]): Promise<void> {
  for (const input of inputs.filter((one) => one !== STANDARD)) {
    const other = await statOrNull(input);
    if (other?.dev === there.dev && other.ino === there.ino) {
      throw new CliError('usage', `${name} is one of the inputs; --force replaces it all the same`);
    }
  }
}

/** The whole file or none of it: written beside its place, on disk before it takes the name. */
async function replaceFile(path: string, pieces: Iterable<Uint8Array>, mode?: number): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      if (mode !== undefined) await file.chmod(mode & 0o777);
      await file.writeFile(pieces);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function statOrNull(name: string): Promise<Stats | null> {
  try {
    return await stat(name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The same error, said so that whoever named the file can act on it. */
export function writable(error: unknown, name: string): unknown {
  const cannot = (why: string): CliError =>
    new CliError('file/not-writable', `${name} cannot be written: ${why}`, error);
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return cannot('there is no such folder');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return cannot('permission denied');
    case 'ENOSPC':
    case 'EDQUOT':
      return cannot('no space left');
    case 'EPIPE':
      return cannot('nobody reads it any more');
    case undefined:
      return error;
    default:
      return cannot(String(codeOf(error)));
  }
}
