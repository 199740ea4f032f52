// `npm run bench:cliffs`: what is hard to compare, beside an ordinary pair of the same size in turns in the same run.
import { nodeCodec, textTable } from '../src/kit/index.ts';
import { type Comparison, compare, DEFAULT_LIMITS } from '../src/redline/index.ts';
import { quantile, short } from './figures.ts';
import { type GeneratedPair, pairOfBodies, pairOfSize } from './generated.ts';

/** Times the cost of an ordinary pair of its size that a hard one may take. */
const MOST = 5;
const RUNS = 5;

const run = (text: string, rPr = ''): string => `<w:r>${rPr}<w:t xml:space="preserve">${text}</w:t></w:r>`;
const paragraph = (content: string): string => `<w:p>${content}</w:p>`;
const repeat = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join('');

/** Words in an order that looks like chance and is the same each time. */
function words(count: number, seed: number, vocabulary: number): string[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return `w${(state >>> 8) % vocabulary}`;
  });
}

function text(count: number, seed: number, vocabulary = 5000): string {
  return words(count, seed, vocabulary).join(' ');
}

const row = (cells: readonly string[]): string =>
  `<w:tr>${cells.map((c) => `<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>${paragraph(run(c))}</w:tc>`).join('')}</w:tr>`;
const table = (rows: string): string =>
  `<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>${rows}</w:tbl>${paragraph('')}`;

const revised = (kind: 'ins' | 'del', id: number, word: string): string => {
  const content = kind === 'ins' ? run(word) : `<w:r><w:delText>${word}</w:delText></w:r>`;
  return `<w:${kind} w:id="${id}" w:author="A" w:date="2026-01-01T00:00:00Z">${content}</w:${kind}>`;
};

const note = (i: number): string => `<w:r><w:footnoteReference w:id="${(i % 4) + 1}"/></w:r>`;

/** Every other word replaced. */
function alternating(count: number, seed: number): [string, string] {
  const before = words(count, seed, 5000);
  return [before.join(' '), before.map((w, i) => (i % 2 === 0 ? w : `${w}x`)).join(' ')];
}

const HARD: Readonly<Record<string, () => GeneratedPair>> = {
  'unrelated documents': () =>
    pairOfBodies(
      repeat(2000, (i) => paragraph(run(text(50, i + 1)))),
      repeat(2000, (i) => paragraph(run(text(50, i + 70_001)))),
    ),
  '100,000 equal paragraphs': () =>
    pairOfBodies(
      repeat(100_000, () => paragraph(run('The same again.'))),
      repeat(100_002, (i) => paragraph(run(i % 999 === 5 ? 'Not the same.' : 'The same again.'))),
    ),
  'a paragraph of a million characters': () =>
    pairOfBodies(paragraph(run(text(170_000, 1))), paragraph(run(text(170_000, 9)))),
  '10,000 rows, each edited': () =>
    pairOfBodies(
      table(repeat(10_000, (i) => row([`Item ${i}`, text(8, i + 1)]))),
      table(repeat(10_001, (i) => row([`Item ${i}`, `${text(8, i + 1)} more`]))),
    ),
  '5,000 revisions in both': () =>
    pairOfBodies(
      repeat(2500, (i) =>
        paragraph(run(text(20, i + 1)) + revised('ins', 2 * i, 'new') + revised('del', 2 * i + 1, 'old')),
      ),
      repeat(2500, (i) =>
        paragraph(
          run(text(20, i + 1)) + revised('ins', 2 * i, 'new') + run('x') + revised('del', 2 * i + 1, 'old'),
        ),
      ),
    ),
  '1,000 references to notes': () =>
    pairOfBodies(
      repeat(1000, (i) => paragraph(run(text(30, i + 1)) + note(i))),
      repeat(1000, (i) => paragraph(run(text(30, i + (i % 3 === 0 ? 5000 : 1))) + note(i))),
    ),
  'every other word replaced': () => {
    const pairs = Array.from({ length: 1000 }, (_, i) => alternating(100, i + 1));
    return pairOfBodies(
      pairs.map(([a]) => paragraph(run(a))).join(''),
      pairs.map(([, b]) => paragraph(run(b))).join(''),
    );
  },
};

interface Measured {
  /** Processor time of each run, in all threads of the process, in milliseconds. */
  readonly times: number[];
  report: Comparison['report'];
}

// Paragraphs that are all equal pack better than the limit on what looks like a bomb.
const OPTIONS = { date: '2026-01-01T00:00:00Z', limits: { ...DEFAULT_LIMITS, ratio: 10_000 } };

function once({ original, modified }: GeneratedPair): [ms: number, report: Comparison['report']] {
  const before = process.cpuUsage();
  const { report } = compare(original, modified, OPTIONS, nodeCodec);
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, report];
}

/** Both pairs in turns, so that what else the machine does weighs on both; one run each does not count. */
function measure(pairs: readonly [GeneratedPair, GeneratedPair]): [hard: Measured, easy: Measured] {
  const of = (pair: GeneratedPair): Measured => ({ times: [], report: once(pair)[1] });
  const found: [Measured, Measured] = [of(pairs[0]), of(pairs[1])];
  for (let run = 0; run < RUNS; run++)
    for (const [i, pair] of pairs.entries()) {
      const [ms, report] = once(pair);
      const measured = found[i];
      measured?.times.push(ms);
      if (measured) measured.report = report;
    }
  return found;
}

function main(): number {
  let worst = 0;
  const only = process.argv.slice(2);
  const rows = Object.entries(HARD)
    .filter(([name]) => only.length === 0 || only.some((part) => name.includes(part)))
    .map(([name, make]) => {
      console.error(`measuring ${name}`);
      const pair = make();
      const [hard, easy] = measure([pair, pairOfSize(pair.size)]);
      const [ms, ordinary] = [quantile(hard.times, 0.5), quantile(easy.times, 0.5)];
      worst = Math.max(worst, ms / ordinary);
      const rungs = [...new Set(hard.report.stories.map((s) => s.rung))].join(', ');
      const budgets = hard.report.budgets.map((b) => `${b.story}: ${b.budget} (${b.times} ×)`).join(', ');
      return [
        name,
        short(pair.size / 1e6),
        short(ms),
        short(ordinary),
        `${short(ms / ordinary)} ×`,
        rungs,
        budgets,
      ];
    });
  console.log(textTable(['pair', 'MB', 'CPU ms', 'ordinary', 'ratio', 'rungs', 'budgets reached'], rows));
  console.log(
    `\nthe hardest takes ${short(worst)} × an ordinary pair of its size; at most ${MOST} × is wanted`,
  );
  return worst <= MOST ? 0 : 1;
}

process.exitCode = main();
