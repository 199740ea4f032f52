import { join } from 'node:path';
import type { Platform } from '../platform.ts';
import { DirectoryBlobStore } from './directory-blob-store.ts';
import { openProgramPrinter, type PrinterOptions } from './program-printer.ts';

export { DirectoryBlobStore } from './directory-blob-store.ts';
export { KeyRing } from './key-ring.ts';
export { openProgramPrinter, type PrinterOptions } from './program-printer.ts';
export { SqliteCatalogue } from './sqlite-catalogue.ts';

/** Nothing that makes PDFs. */
const NO_PROGRAMS: PrinterOptions = { office: null, browser: null, deadlineMs: 0, memoryMb: 0 };

/**
 * Everything on one machine, for one person or a small office.
 *
 * @param directory absolute; made with access for its owner only when it is not there, used again when it is.
 */
export async function openEmbeddedPlatform(
  directory: string,
  printer: PrinterOptions = NO_PROGRAMS,
): Promise<Platform> {
  const blobs = await DirectoryBlobStore.open(join(directory, 'blobs'), false);
  return { blobs, printer: openProgramPrinter(printer), close: async () => {} };
}
