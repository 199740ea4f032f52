import { nodeCodec } from '../kit/index.ts';
import { compare, DEFAULT_LIMITS } from '../redline/index.ts';
import { CliError, EXIT } from './errors.ts';
import { checkInputs, readInput, STANDARD } from './input.ts';
import { type Io, paint, write } from './io.ts';
import { openTarget } from './output.ts';
import { createProgress } from './progress.ts';
import { comparisonSummary } from './summary.ts';

export interface CompareFlags {
  readonly output: string;
  readonly json?: boolean;
  readonly author: string;
  /** As given: an ISO 8601 date, `none`, or undefined for now. */
  readonly date?: string;
  readonly force?: boolean;
}

/** `redline compare`: resolves with the exit code. */
export async function runCompare(
  original: string,
  modified: string,
  flags: CompareFlags,
  io: Io,
): Promise<number> {
  checkInputs([original, modified]);
  if (flags.json && flags.output === STANDARD) {
    throw new CliError(
      'usage',
      'the report (--json) and the redline (-o -) cannot both go to standard output',
    );
  }
  const options = {
    author: checkAuthor(flags.author),
    date: parseDate(flags.date, io.today()),
    limits: DEFAULT_LIMITS,
  };
  const target = await openTarget(flags.output, [original, modified], flags.force === true, io);
  const progress = createProgress(io.stderr, 3);
  try {
    progress.stage('Reading');
    const before = await readInput(original, 'original', options.limits.compressedBytes, io);
    const after = await readInput(modified, 'modified', options.limits.compressedBytes, io);
    progress.stage('Comparing');
    const { redline, report } = compare(before, after, options, nodeCodec);
    progress.stage('Writing');
    await target.write(redline);
    progress.end();
    if (flags.json) await write(io.stdout, `${JSON.stringify(report, null, 2)}\n`);
    else {
      const sink = flags.output === STANDARD ? io.stderr : io.stdout;
      const title = paint(sink, 'bold', target.name);
      await write(sink, `${title} (${redline.length} bytes)\n${comparisonSummary(report)}\n`);
    }
    return EXIT.done;
  } catch (error) {
    progress.end();
    throw error;
  }
}

function checkAuthor(author: string): string {
  if (author.trim() === '') throw new CliError('usage', '--author is empty');
  if (!/^[^\p{Cc}\p{Cs}\ufffe\uffff]+$/u.test(author)) {
    throw new CliError('usage', '--author holds a character that a Word document cannot hold');
  }
  return author;
}

// A date, or a date and a time with its zone: a local time would mean another moment on another machine.
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** The `w:date` to write: ISO 8601 in UTC to the second, or null for none. */
function parseDate(given: string | undefined, today: Date): string | null {
  if (given === 'none') return null;
  const date = given === undefined ? today : new Date(DATE.test(given) ? given : Number.NaN);
  if (Number.isNaN(date.getTime()) || !isOnCalendar(given, date)) {
    throw new CliError(
      'usage',
      `--date is not a date such as 2026-03-31 or 2026-03-31T12:00:00Z, nor "none"`,
    );
  }
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** `Date` turns the 31st of February into the 3rd of March. */
function isOnCalendar(given: string | undefined, date: Date): boolean {
  if (given === undefined) return true;
  const day = given.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return (
    !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day) && date.getUTCFullYear() > 0
  );
}
