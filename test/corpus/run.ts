// The engine over the corpus, judged by the independent checker, as one command:
//
//   node test/corpus/run.ts [SET…] [--only TEXT] [--jobs N] [--keep DIR] [--timeout MS] [--json] [--noisy N] [--moves]
//     [--update]
//
// SET is a folder of the corpus (all but `large` when none is named); TEXT is looked for in the names of the pairs;
// --noisy lists the N noisiest redlines; --moves the logged moves that they do not show as moves; --update writes the figures as the new floor. Exit code 1 when a redline is wrong.
import { parseArgs } from 'node:util';
import { failuresText, figuresBySet, figuresTable, missedMovesText } from './figures.ts';
import { updateFloor } from './floor.ts';
import { type Line, measure } from './measure.ts';
import { corpusDirectory, DEFAULT_SETS, findPairs, toolsDirectory } from './pairs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'string' },
    timeout: { type: 'string', default: '60000' },
    json: { type: 'boolean', default: false },
    noisy: { type: 'string', default: '0' },
    moves: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
  },
});

function noisiest(lines: readonly Line[], count: number): string {
  const noise = (line: Line): number => line.checker?.quality?.noise ?? Number.POSITIVE_INFINITY;
  return lines
    .filter((line) => line.checker?.quality !== undefined)
    .sort((a, b) => noise(b) - noise(a))
    .slice(0, count)
    .map((line) => {
      const quality = line.checker?.quality;
      const replaced = quality?.whole_paragraphs_replaced ?? 0;
      return `NOISY   ${line.pair.set}/${line.pair.name} noise ${quality?.noise} words ${quality?.noise_words} replaced ${replaced}`;
    })
    .join('\n');
}

async function main(): Promise<number> {
  const corpus = corpusDirectory();
  if (corpus === null) {
    console.error('There is no corpus: set REDLINE_CORPUS to its directory.');
    return 2;
  }
  const pairs = findPairs(corpus, positionals.length > 0 ? positionals : DEFAULT_SETS, values.only);
  const lines = await measure(pairs, {
    tools: toolsDirectory(corpus),
    jobs: Number(values.jobs),
    timeoutMs: Number(values.timeout),
    keep: values.keep ?? null,
    onLine: (line, done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done}/${pairs.length} ${line.pair.name}`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const rows = figuresBySet(lines);
  console.log(values.json ? JSON.stringify(lines, null, 1) : failuresText(lines));
  if (Number(values.noisy) > 0) console.log(noisiest(lines, Number(values.noisy)));
  if (values.moves) console.log(missedMovesText(lines));
  if (!values.json) console.log(`\n${figuresTable(rows)}`);
  if (values.update) updateFloor(rows);
  return rows.some((row) => row.wrong > 0) ? 1 : 0;
}

process.exitCode = await main();
