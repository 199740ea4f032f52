import { type SweepOutcome, type SweepReport, sweepRetention } from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';
import { connect, type ServiceFlags } from '../documents/connection.ts';
import { minute } from '../documents/words.ts';
import { EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';

export interface SweepFlags extends ServiceFlags {
  /** Does it; tells what would be done without. */
  readonly really?: boolean;
}

/** `redline retention sweep`: resolves with the exit code. */
export async function runSweep(flags: SweepFlags, io: Io): Promise<number> {
  const report = await sweepRetention(connect(flags).service, flags.really !== true);
  await write(io.stdout, `${flags.json ? JSON.stringify(report, null, 2) : sweepText(report)}\n`);
  return EXIT.done;
}

/** What is done, or would be, and why what is over is left. */
const WORDS: Readonly<Record<SweepOutcome, readonly [done: string, wouldBe: string]>> = {
  deleted: ['deleted', 'would be deleted'],
  marked: ['marked, to be deleted in a week', 'would be marked, and deleted a week later'],
  waiting: twice('left: the week since its mark is not over'),
  held: twice('left: under a legal hold'),
  'clock doubted': twice('left: the clock is not believed'),
  'changed meanwhile': twice('left: changed at that moment'),
};

function twice(words: string): readonly [string, string] {
  return [words, words];
}

function sweepText(report: SweepReport): string {
  const { dryRun, documents, looked, kept, counts, clockDoubtedSince } = report;
  const rows = documents.map(({ document, outcome, rule, deleteAfter }) => [
    ...[document, WORDS[outcome][dryRun ? 1 : 0], `rule ${rule}: over since ${minute(deleteAfter)}`],
  ]);
  const over = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const lines = [
    rows.length === 0 ? 'No document is past its time.' : textTable(['document', 'what', 'why'], rows),
    over > rows.length ? `${over - rows.length} more are past their time; they are not named.` : '',
    `${looked} looked at, ${kept} kept because nothing is over.`,
    clockDoubtedSince === null
      ? ''
      : `The clock is not believed since ${minute(clockDoubtedSince)}: nothing is marked or deleted for a week.`,
    dryRun ? 'Nothing was done; --really does it.' : '',
  ];
  return lines.filter((line) => line !== '').join('\n');
}
