import { type FileHandle, open } from 'node:fs/promises';
import { type InputRole, RedlineError } from '../redline/index.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';

/** The name that stands for standard input and standard output. */
export const STANDARD = '-';

/** Two of them cannot come from the same stream. */
export function checkInputs(names: readonly string[]): void {
  if (names.filter((name) => name === STANDARD).length > 1) {
    throw new CliError('usage', 'only one document can come from standard input');
  }
}

/**
 * The bytes of one input, of which no more than `maxBytes` are ever held.
 *
 * @throws {RedlineError} `limits/exceeded` when there are more.
 * @throws {CliError} when it cannot be read.
 */
export async function readInput(
  name: string,
  role: InputRole,
  maxBytes: number,
  io: Io,
): Promise<Uint8Array> {
  if (name === STANDARD && io.stdin.isTTY === true) {
    throw new CliError('usage', `the ${role} should come from standard input, which is a terminal`);
  }
  try {
    if (name === STANDARD) return await collect(io.stdin, role, maxBytes);
    const file = await open(name, 'r');
    try {
      return await readOpened(file, role, maxBytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readable(error, name, role);
  }
}

async function readOpened(file: FileHandle, role: InputRole, maxBytes: number): Promise<Uint8Array> {
  const stat = await file.stat();
  if (!stat.isFile()) return await collect(file.createReadStream({ autoClose: false }), role, maxBytes);
  if (stat.size > maxBytes) throw tooLarge(role, maxBytes, stat.size);
  const buffer = new Uint8Array(stat.size);
  let end = 0;
  while (end < buffer.length) {
    const { bytesRead } = await file.read(buffer, end, buffer.length - end, end);
    if (bytesRead === 0) break;
    end += bytesRead;
  }
  return end === buffer.length ? buffer : buffer.slice(0, end);
}

async function collect(
  stream: AsyncIterable<Buffer>,
  role: InputRole,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(role, maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(input: InputRole, allowed: number, found?: number): RedlineError {
  const limit = { name: 'compressedBytes', allowed, ...(found === undefined ? {} : { found }) };
  const message = `The ${input} is larger than ${Math.floor(allowed / 1024 / 1024)} MB.`;
  return new RedlineError('limits/exceeded', message, { input, limit });
}

export function readable(error: unknown, name: string, role: InputRole): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CliError('file/not-found', `there is no file ${name} (the ${role})`, error);
    case 'EACCES':
    case 'EPERM':
      return new CliError(
        'file/not-readable',
        `${name} (the ${role}) may not be read: permission denied`,
        error,
      );
    case 'EISDIR':
      return new CliError('file/not-readable', `${name} (the ${role}) is a folder`, error);
    case undefined:
      return error;
    default:
      return new CliError(
        'file/not-readable',
        `${name} (the ${role}) cannot be read: ${codeOf(error)}`,
        error,
      );
  }
}

/** The system's name of an error (`ENOENT`), or undefined where the system did not raise it. */
export function codeOf(error: unknown): string | undefined {
  const isSystem = error instanceof Error && 'code' in error && 'syscall' in error;
  return isSystem && typeof error.code === 'string' ? error.code : undefined;
}
