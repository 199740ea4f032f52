import { quantile } from '../../bench/figures.ts';
import { textTable } from '../../src/kit/index.ts';
import { RUNGS } from '../../src/redline/report.ts';
import type { Line } from './measure.ts';

/** One row of the table: what the engine did with the pairs of a set. */
export interface Figures {
  readonly set: string;
  readonly pairs: number;
  readonly returned: number;
  /** Returned, and every hard check of the independent checker holds. */
  readonly passed: number;
  /** Returned, and some hard check does not hold. */
  readonly wrong: number;
  /** `redline/not-exact`. */
  readonly refused: number;
  /** Every other end: another error, a crash, no answer in time. */
  readonly failed: number;
  readonly opens: number;
  readonly schema: number;
  /** Changed characters against the smallest word-level change; `Infinity` where nothing had to change. */
  readonly noiseMedian: number;
  readonly noiseP95: number;
  /** The same, counting letters and digits only. */
  readonly wordNoiseMedian: number;
  readonly wordNoiseP95: number;
  readonly replaced: number;
  /** Moves that the pairs say were made, and those of them that the redline shows as moves. */
  readonly movesLogged: number;
  readonly movesFound: number;
  /** Formatting revisions whose former and present properties are the same; each is a fault, too. */
  readonly emptyFormatting: number;
  /** Stories by rung, finest first. */
  readonly rungs: readonly number[];
  readonly msMedian: number;
  readonly msMax: number;
}

/** The figures of every set, in the order in which the sets first appear, and of all together. */
export function figuresBySet(lines: readonly Line[]): Figures[] {
  const sets = [...new Set(lines.map((line) => line.pair.set))];
  const rows = sets.map((set) =>
    figures(
      set,
      lines.filter((line) => line.pair.set === set),
    ),
  );
  return rows.length > 1 ? [...rows, figures('all', lines)] : rows;
}

function figures(set: string, lines: readonly Line[]): Figures {
  const count = (test: (line: Line) => boolean): number => lines.filter(test).length;
  const quality = lines.flatMap((line) => (line.checker?.quality ? [line.checker.quality] : []));
  const noise = quality.map((one) => one.noise ?? Number.POSITIVE_INFINITY);
  const wordNoise = quality.map((one) => one.noise_words ?? Number.POSITIVE_INFINITY);
  const marks = lines.flatMap((line) => (line.checker?.marks ? [line.checker.marks] : []));
  const logged = marks.reduce((sum, one) => sum + one.moves_logged, 0);
  const times = lines.map((line) => line.engine.ms);
  return {
    set,
    pairs: lines.length,
    returned: count((line) => line.engine.kind === 'returned'),
    passed: count((line) => line.engine.kind === 'returned' && line.faults.length === 0),
    wrong: count((line) => line.faults.length > 0),
    refused: count((line) => line.engine.kind === 'refused'),
    failed: count((line) => line.engine.kind === 'failed'),
    opens: count((line) => line.checker?.opens?.ok === true),
    schema: count((line) => line.checker?.schema?.new.length === 0),
    noiseMedian: quantile(noise, 0.5),
    noiseP95: quantile(noise, 0.95),
    wordNoiseMedian: quantile(wordNoise, 0.5),
    wordNoiseP95: quantile(wordNoise, 0.95),
    replaced: quality.reduce((sum, one) => sum + one.whole_paragraphs_replaced, 0),
    movesLogged: logged,
    movesFound: logged - marks.reduce((sum, one) => sum + one.moves_missed.length, 0),
    emptyFormatting: marks.reduce((sum, one) => sum + one.empty_formatting.length, 0),
    rungs: countRungs(lines),
    msMedian: quantile(times, 0.5),
    msMax: Math.max(...times),
  };
}

function countRungs(lines: readonly Line[]): number[] {
  const used = lines.flatMap((line) =>
    line.engine.kind === 'returned' ? line.engine.report.stories.map((story) => story.rung) : [],
  );
  return RUNGS.map((rung) => used.filter((one) => one === rung).length);
}

const HEADER = [
  'set',
  'pairs',
  'returned',
  'passed',
  'wrong',
  'refused',
  'failed',
  'opens',
  'schema',
  'noise p50',
  'p95',
  'words p50',
  'p95',
  'replaced',
  'moves',
  'empty',
  'rungs w/c/p/b/s',
  'ms p50',
  'max',
];

/** The figures as aligned text. */
export function figuresTable(rows: readonly Figures[]): string {
  return textTable(
    HEADER,
    rows.map((row) => [
      row.set,
      row.pairs,
      row.returned,
      row.passed,
      row.wrong,
      row.refused,
      row.failed,
      row.opens,
      row.schema,
      round(row.noiseMedian, 2),
      round(row.noiseP95, 2),
      round(row.wordNoiseMedian, 2),
      round(row.wordNoiseP95, 2),
      row.replaced,
      `${row.movesFound}/${row.movesLogged}`,
      row.emptyFormatting,
      row.rungs.join('/'),
      round(row.msMedian, 1),
      round(row.msMax, 0),
    ]),
  );
}

/** The names of the pairs that did not pass, each with what to look at; wrong ones first. */
export function failuresText(lines: readonly Line[]): string {
  const wrong = lines.filter((line) => line.faults.length > 0);
  const failed = lines.filter((line) => line.engine.kind === 'failed');
  const refused = lines.filter((line) => line.engine.kind === 'refused');
  const name = (line: Line): string => `${line.pair.set}/${line.pair.name}`;
  const why = (line: Line): string => (line.engine.kind === 'returned' ? '' : line.engine.why);
  return [
    ...wrong.map((line) =>
      [`WRONG   ${name(line)}`, ...line.faults.map((one) => `          ${one}`)].join('\n'),
    ),
    ...failed.map((line) => `FAILED  ${name(line)}\n          ${why(line)}`),
    ...refused.map((line) => `REFUSED ${name(line)}\n          ${why(line)}`),
  ].join('\n');
}

/** The logged moves that the redlines do not show as moves, pair by pair. */
export function missedMovesText(lines: readonly Line[]): string {
  return lines
    .filter((line) => (line.checker?.marks?.moves_logged ?? 0) > 0)
    .map((line) => {
      const { moves_logged: logged = 0, moves_missed: missed = [] } = line.checker?.marks ?? {};
      const head = `MOVES   ${line.pair.set}/${line.pair.name} ${logged - missed.length}/${logged}`;
      return [head, ...missed.map((text) => `          ${text.slice(0, 100)}`)].join('\n');
    })
    .join('\n');
}

export function round(value: number, digits: number): number {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : value;
}
