import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CheckedArchive, checkArchive, DocumentsError } from '../../documents/index.ts';
import type { Bar } from '../documents/bar.ts';
import { shown } from '../documents/words.ts';
import { CliError } from '../errors.ts';
import { codeOf } from '../input.ts';

/** A file on this machine as it is read; its errors name it. @param end the last byte that is wanted. */
export async function* bytesOf(path: string, end = Number.POSITIVE_INFINITY): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, { end }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw readable(error, path);
  }
}

/**
 * Checks an archive from its first byte to its last.
 *
 * @param see is told of files that prove the audit trail.
 * @throws {CliError} `archive/damaged`, or that it cannot be read.
 */
export async function checkFile(
  path: string,
  bar: Bar,
  see?: (name: string, text: string) => void,
): Promise<CheckedArchive> {
  const { size } = await stat(path).catch((error: unknown) => Promise.reject(readable(error, path)));
  let read = 0;
  const counted = async function* (): AsyncIterable<Uint8Array> {
    for await (const piece of bytesOf(path)) {
      read += piece.length;
      bar.show(read / size, 'being checked');
      yield piece;
    }
  };
  try {
    return await checkArchive(counted(), see);
  } catch (error) {
    throw asDamaged(error, path);
  }
}

/** What is wrong with an archive, said of the file. */
export function asDamaged(error: unknown, path: string): unknown {
  if (!(error instanceof DocumentsError)) return error;
  return new CliError('archive/damaged', `${shown(basename(path))}: ${error.message}`, error);
}

function readable(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new CliError('file/not-found', `there is no file ${path} (the archive)`, error);
  return new CliError('file/not-readable', `${path} (the archive) cannot be read: ${code}`, error);
}
