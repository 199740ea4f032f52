/** UTF-16 units of a pair's name in that of a file. */
const MOST_STEM = 120;
/** What no common file system takes in a name, and what a terminal would act on. */
const UNFIT = /[\\/:*?"<>|\p{Cc}\p{Cf}\p{Cs}\ufffd]+/gu;

/**
 * What the redline of a pair is called in the archive of its batch: its number makes it unique, and no name leads out of the
 * folder.
 *
 * @param index from 0.
 * @param count of all pairs.
 */
export function redlineFileName(name: string, index: number, count: number): string {
  const number = String(index + 1).padStart(String(count).length, '0');
  const stem = name
    .replace(/\.do[ct][xm]$/i, '')
    .replace(UNFIT, '_')
    .slice(0, MOST_STEM)
    // Half of a sign that the cut left.
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  return `${number}${stem === '' ? '' : ` ${stem}`}.docx`;
}
