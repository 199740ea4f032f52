// A second opinion on the redlines of the corpus, as one command (docs/libreoffice.md):
//
//   node test/corpus/office.ts [SET…] [--only TEXT] [--every N] [--jobs N] [--timeout MS] [--verbose]
//
// LibreOffice opens every redline; of every Nth pair (1 unless told) it also accepts and rejects all, and reads what we
// accepted and rejected, and the words must be those of the modified and of the original as LibreOffice itself reads them.
// Exit code 1 for a redline that does not open though the inputs do, and for a difference that is not known.
import { parseArgs } from 'node:util';
import { textTable } from '../../src/kit/index.ts';
import { REASONS, reasonsOf, unknownOf } from './known.ts';
import { type Opinion, opinions, QUESTIONS, type Question } from './opinion.ts';
import { corpusDirectory, DEFAULT_SETS, findPairs } from './pairs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    timeout: { type: 'string', default: '30000' },
    verbose: { type: 'boolean', default: false },
  },
});

function table(found: readonly Opinion[]): string {
  const alike = (of: readonly Opinion[], question: Question): number =>
    of.filter(({ remarks }) => remarks !== null && remarks[question].length === 0).length;
  const row = (set: string, of: readonly Opinion[]): (string | number)[] => [
    set,
    of.length,
    of.filter(({ opensInputs }) => opensInputs).length,
    of.filter(({ fault }) => fault === null).length,
    of.filter(({ remarks }) => remarks !== null).length,
    ...QUESTIONS.map((question) => alike(of, question)),
  ];
  const sets = [...new Set(found.map((one) => one.pair.set))];
  const rows = sets.map((set) =>
    row(
      set,
      found.filter((one) => one.pair.set === set),
    ),
  );
  const header = ['set', 'pairs', 'inputs open', 'redline opens', 'sampled', ...QUESTIONS];
  return textTable(header, [...rows, row('all', found)]);
}

function lines({ pair, fault, remarks }: Opinion): string[] {
  const shown = values.verbose ? Number.POSITIVE_INFINITY : 3;
  const differing = QUESTIONS.flatMap((question) =>
    (remarks?.[question] ?? []).slice(0, shown).map((remark) => `  ${question}: ${remark}`),
  );
  if (fault === null && differing.length === 0) return [];
  return [`${pair.set}/${pair.name}`, ...(fault === null ? [] : [`  redline: ${fault}`]), ...differing];
}

async function main(): Promise<number> {
  const corpus = corpusDirectory();
  if (corpus === null) {
    console.error('There is no corpus: set REDLINE_CORPUS to its directory.');
    return 2;
  }
  const pairs = findPairs(corpus, positionals.length > 0 ? positionals : DEFAULT_SETS, values.only);
  const found = await opinions(pairs, {
    timeoutMs: Number(values.timeout),
    jobs: Number(values.jobs),
    isSampled: (index) => index % Number(values.every) === 0,
    onOpinion: (one) => {
      for (const line of lines(one)) console.log(line);
    },
  });
  const unknown = found.flatMap(unknownOf);
  console.log(`\n${table(found)}\n`);
  for (const [reason, times] of reasonsOf(found))
    if (times > 0) console.log(`${String(times).padStart(3)} × ${reason}: ${REASONS[reason]}`);
  for (const one of unknown) console.log(`not known: ${one}`);
  return unknown.length === 0 ? 0 : 1;
}

process.exitCode = await main();
