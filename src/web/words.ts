/** How many changes, in words. */
export function changesInWords(count: number): string {
  if (count === 0) return 'No differences';
  return count === 1 ? '1 change' : `${count.toLocaleString('en')} changes`;
}

export function wordsInWords(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'word' : 'words'}`;
}
