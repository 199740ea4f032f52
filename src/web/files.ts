/** Of one document; the service's own limit. */
export const MAX_BYTES = 50 * 1024 * 1024;
export const ACCEPT =
  '.docx,.docm,.dotx,.dotm,application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const WORD = /\.(docx|docm|dotx|dotm)$/i;

/** Why a file cannot be sent, in words, or nothing. Only what its name and size show; the rest is for the service. */
export function refusal(file: File): string | undefined {
  if (/\.(doc|dot|rtf|odt)$/i.test(file.name)) return 'Save it as .docx in Word first.';
  if (/\.pdf$/i.test(file.name)) return 'This is a PDF. Choose the Word document (.docx) it was made from.';
  if (!WORD.test(file.name)) return 'This is not a Word document (.docx).';
  if (file.size === 0) return 'This file is empty.';
  return file.size > MAX_BYTES ? `This file has ${size(file.size)}; up to 50 MB can be compared.` : undefined;
}

/** Bytes in words. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
