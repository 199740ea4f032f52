import { DocumentsError } from '../../errors.ts';
import { type Decrypt, withoutPassword } from './encryption.ts';
import type { PdfObjects } from './objects.ts';
import { isDict, type PdfDict, PdfSyntaxError } from './values.ts';

/**
 * What decrypts the containers of a file; `null` where nothing is encrypted.
 *
 * @param objects as they are stored: what says how a file is encrypted is not.
 * @throws {DocumentsError} `documents/protected` when it takes a password.
 */
export async function decryption(objects: PdfObjects, trailer: PdfDict): Promise<Decrypt | null> {
  const encryption = await objects.resolve(trailer.get('Encrypt'));
  if (encryption === null) return null;
  if (!isDict(encryption)) throw new PdfSyntaxError('An encryption is damaged.');
  const ids = await objects.resolve(trailer.get('ID'));
  const decrypt = withoutPassword(encryption, Array.isArray(ids) ? ids[0] : undefined);
  if (decrypt !== null) return decrypt;
  throw new DocumentsError(
    'documents/protected',
    'The PDF opens only with a password. Remove the password and send it again.',
  );
}
