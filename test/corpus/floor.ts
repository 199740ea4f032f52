import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figures, round } from './figures.ts';

const path = join(import.meta.dirname, 'floor.json');

/**
 * What a set must keep: at least so many pairs pass, at most so noisy, at most so many paragraphs replaced
 * whole, and at least so many of the logged moves shown as moves.
 */
export interface Floor {
  readonly passed: number;
  readonly noiseMedian: number | null;
  readonly noiseP95: number | null;
  readonly replaced: number;
  readonly movesFound: number;
}

function readFloor(): Readonly<Record<string, Floor>> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Floor>;
}

/** What got worse, a sentence each. */
export function belowFloor(rows: readonly Figures[]): string[] {
  const floors = readFloor();
  return rows.filter((row) => row.set !== 'all').flatMap((row) => worse(row, floors[row.set]));
}

/** What got worse in one set. A wrong redline and a crash are, whatever the floor says. */
export function worse(row: Figures, floor: Floor | undefined): string[] {
  const out: string[] = [];
  const above = (name: string, value: number, most: number | null): void => {
    if (most !== null && value > most) out.push(`${row.set}: ${name} is ${value}, was ${most}`);
  };
  if (row.wrong > 0) out.push(`${row.set}: ${row.wrong} redlines are wrong`);
  if (row.failed > 0) out.push(`${row.set}: ${row.failed} pairs ended in an error or without an answer`);
  if (floor === undefined) return out;
  if (row.passed < floor.passed) out.push(`${row.set}: ${row.passed} pairs pass, were ${floor.passed}`);
  above('median noise', round(row.noiseMedian, 2), floor.noiseMedian);
  above('noise at p95', round(row.noiseP95, 2), floor.noiseP95);
  above('paragraphs replaced whole', row.replaced, floor.replaced);
  if (row.movesFound < floor.movesFound)
    out.push(`${row.set}: ${row.movesFound} moves found, were ${floor.movesFound}`);
  return out;
}

/**
 * Writes the figures as the new floor of their sets; other sets keep theirs.
 *
 * @throws where fewer pairs pass than before or a redline is wrong: that floor is lowered by hand, with a reason.
 */
export function updateFloor(rows: readonly Figures[]): void {
  const floors = { ...readFloor() };
  for (const row of rows.filter((one) => one.set !== 'all')) {
    const before = floors[row.set]?.passed ?? 0;
    if (row.wrong > 0 || row.passed < before) {
      throw new Error(`${row.set}: ${row.wrong} wrong, ${row.passed} pass, were ${before}: not written`);
    }
    floors[row.set] = {
      passed: row.passed,
      noiseMedian: finite(row.noiseMedian),
      noiseP95: finite(row.noiseP95),
      replaced: row.replaced,
      movesFound: row.movesFound,
    };
  }
  writeFileSync(path, `${JSON.stringify(floors, null, 2)}\n`);
}

/** JSON knows no infinity; none means no ceiling yet. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? round(value, 2) : null;
}
