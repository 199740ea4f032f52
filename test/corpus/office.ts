// A second opinion on the redlines of the corpus, as one command:
//
//   node test/corpus/office.ts [SET…] [--only TEXT] [--every N] [--jobs N] [--timeout MS] [--verbose]
//
// LibreOffice opens every redline; of every Nth pair (1 unless told) it also accepts and rejects all, and the words must be
// those of the modified and of the original as LibreOffice itself reads them. Exit code 1 when a redline cannot be opened.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeCodec, textTable } from '../../src/kit/index.ts';
import { compare, DEFAULT_AUTHOR, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { differences } from '../office/differences.ts';
import { Office, type Settled, type Task } from '../office/settle.ts';
import { corpusDirectory, DEFAULT_SETS, findPairs, type Pair } from './pairs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    timeout: { type: 'string', default: '120000' },
    verbose: { type: 'boolean', default: false },
  },
});

/** What LibreOffice makes of one pair. */
interface Opinion {
  readonly pair: Pair;
  readonly opens: boolean;
  readonly sampled: boolean;
  /** A sentence each. */
  readonly remarks: readonly string[];
}

const options = { author: DEFAULT_AUTHOR, date: '2026-01-01T00:00:00Z', limits: DEFAULT_LIMITS };

async function opinion(pair: Pair, sampled: boolean, office: Office, folder: string): Promise<Opinion> {
  const redline = join(folder, `${pair.set}__${pair.name}.docx`);
  const bytes = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
  writeFileSync(redline, compare(bytes(pair.original), bytes(pair.modified), options, nodeCodec).redline);
  const tasks: Task[] = [{ file: redline, mode: 'keep' }];
  // Changes that the inputs hold are accepted before they are compared, so LibreOffice does the same.
  if (sampled)
    tasks.push(
      { file: pair.original, mode: 'accept' },
      { file: redline, mode: 'reject' },
      { file: pair.modified, mode: 'accept' },
      { file: redline, mode: 'accept' },
    );
  const [kept, ...settled] = await office.settle(tasks, Number(values.timeout));
  rmSync(redline);
  const opens = kept !== undefined && !('error' in kept);
  const remarks = kept !== undefined && 'error' in kept ? [`redline: ${kept.error}`] : [];
  const [original, rejected, modified, accepted] = settled;
  return {
    pair,
    opens,
    sampled,
    remarks: [...remarks, ...apart('reject', original, rejected), ...apart('accept', modified, accepted)],
  };
}

function apart(mode: string, input: Settled | undefined, redline: Settled | undefined): string[] {
  if (input === undefined || redline === undefined) return [];
  if ('error' in input) return [`${mode}: input: ${input.error}`];
  if ('error' in redline) return [`${mode}: ${redline.error}`];
  const left = redline.after > 0 ? [`${mode}: ${redline.after} of ${redline.before} changes stay`] : [];
  return [...left, ...differences(input.words, redline.words).map((one) => `${mode} ${one}`)];
}

async function opinions(pairs: readonly Pair[]): Promise<Opinion[]> {
  const office = new Office();
  const folder = mkdtempSync(join(tmpdir(), 'redline-opinion-'));
  const found: Opinion[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < pairs.length; at = next++) {
      const pair = pairs[at];
      if (pair === undefined) break;
      found[at] = await opinion(pair, at % Number(values.every) === 0, office, folder);
    }
  };
  try {
    await office.start();
    await Promise.all(Array.from({ length: Number(values.jobs) }, lane));
  } finally {
    office.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

function table(found: readonly Opinion[]): string {
  const sets = [...new Set(found.map((one) => one.pair.set))];
  const row = (set: string, of: readonly Opinion[]): (string | number)[] => {
    const sampled = of.filter((one) => one.sampled);
    const same = (mode: string): number =>
      sampled.filter((one) => one.opens && !one.remarks.some((remark) => remark.startsWith(mode))).length;
    return [
      set,
      of.length,
      of.filter((one) => one.opens).length,
      sampled.length,
      same('reject'),
      same('accept'),
    ];
  };
  const rows = sets.map((set) =>
    row(
      set,
      found.filter((one) => one.pair.set === set),
    ),
  );
  const header = ['set', 'pairs', 'opened', 'sampled', 'rejected alike', 'accepted alike'];
  return textTable(header, [...rows, row('all', found)]);
}

async function main(): Promise<number> {
  const corpus = corpusDirectory();
  if (corpus === null) {
    console.error('There is no corpus: set REDLINE_CORPUS to its directory.');
    return 2;
  }
  const found = await opinions(
    findPairs(corpus, positionals.length > 0 ? positionals : DEFAULT_SETS, values.only),
  );
  for (const one of found.filter(({ remarks }) => remarks.length > 0)) {
    console.log(`${one.pair.set}/${one.pair.name}`);
    for (const remark of values.verbose ? one.remarks : one.remarks.slice(0, 3)) console.log(`  ${remark}`);
  }
  console.log(`\n${table(found)}`);
  return found.every((one) => one.opens) ? 0 : 1;
}

process.exitCode = await main();
