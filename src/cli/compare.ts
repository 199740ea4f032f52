import { basename, extname } from 'node:path';
import { nodeCodec } from '../kit/index.ts';
import { type CompareOptions, type Comparison, compare, RESULT_LIMITS } from '../redline/index.ts';
import { CliError } from './errors.ts';
import { STANDARD } from './input.ts';
import type { Io } from './io.ts';
import { type OptionFlags, optionsOf } from './options.ts';
import type { Content } from './output.ts';
import { oneOf, type ProduceFlags, produce } from './produce.ts';
import { comparisonSummary } from './summary.ts';

/** The redline, it as a page or printed, its change report, or the report of the comparison. */
const COMPARE_FORMATS = ['docx', 'html', 'report', 'json', 'pdf'] as const;
type CompareFormat = (typeof COMPARE_FORMATS)[number];

export type CompareFlags = Omit<ProduceFlags, 'output'> &
  OptionFlags & {
    readonly output?: string;
    readonly format?: string;
  };

/** `redline compare`: resolves with the exit code. */
export async function runCompare(
  original: string,
  modified: string,
  flags: CompareFlags,
  io: Io,
): Promise<number> {
  const options = optionsOf(flags, io);
  const { format, output } = formOf(flags);
  const show = await writerOf(format, { original, modified, output, options });
  const inputs = [
    { name: original, role: 'original' },
    { name: modified, role: 'modified' },
  ] as const;
  const work = async ([before, after]: readonly [Uint8Array, Uint8Array]) => {
    const comparison = compare(before, after, options, nodeCodec);
    const { report } = comparison;
    return { content: await show(comparison), report, summary: comparisonSummary(report) };
  };
  return await produce(inputs, { ...flags, output, plain: format === 'json' }, 'Comparing', work, io);
}

/** As it was asked for, else as the name of the file says. Only JSON goes to standard output unasked. */
function formOf({ format: given, output }: CompareFlags): { format: CompareFormat; output: string } {
  const ending = extname(output ?? '')
    .slice(1)
    .toLowerCase();
  const byName = COMPARE_FORMATS.find((one) => one === ending && one !== 'report');
  const format = given === undefined ? (byName ?? 'docx') : oneOf('--format', given, COMPARE_FORMATS);
  if (output !== undefined) return { format, output };
  if (format === 'json') return { format, output: STANDARD };
  throw new CliError('usage', 'the result needs a place: --output OUT');
}

interface Asked {
  readonly original: string;
  readonly modified: string;
  readonly output: string;
  readonly options: CompareOptions;
}

/** What makes the file of a comparison. @throws {CliError} `pdf/not-available` before anything is compared. */
async function writerOf(
  format: CompareFormat,
  { original, modified, output, options }: Asked,
): Promise<(comparison: Comparison) => Content | Promise<Content>> {
  switch (format) {
    case 'docx':
      return ({ redline }) => redline;
    case 'json':
      return ({ report }) => [`${JSON.stringify(report, null, 2)}\n`];
    // What few comparisons need is loaded only then.
    case 'html': {
      const { renderPage } = await import('./page.ts');
      return ({ redline }) => renderPage(redline, { view: 'inline', limits: RESULT_LIMITS }, nodeCodec);
    }
    case 'pdf': {
      const { openPrinter } = await import('./pdf.ts');
      const { print } = await openPrinter('redline');
      return ({ redline }) => print(redline, RESULT_LIMITS);
    }
    case 'report': {
      const { formatByName } = await import('./report.ts');
      const { report } = await import('../jobs/index.ts');
      const names = { original: calledAs(original), modified: calledAs(modified) };
      const asked = { ...names, date: options.date, format: formatByName(output), limits: RESULT_LIMITS };
      return async ({ redline }) => (await report(redline, asked)).document;
    }
  }
}

/** What a report calls an input. */
function calledAs(name: string): string | null {
  return name === STANDARD ? null : basename(name);
}
