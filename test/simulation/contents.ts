/** So that contents can be compared. */
export const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** The bytes that an operation writes: they tell which one it was. */
export function contentOf(operation: string): Buffer {
  return Buffer.from(`content of ${operation}\0\0\0`.repeat(4));
}

/** The operation that wrote a content. */
export function nameIn(content: Uint8Array): string {
  return /^content of (\S+?)\0/.exec(Buffer.from(content).toString())?.[1] ?? '';
}
