import { textTable } from '../../kit/index.ts';
import { paint, type Sink } from '../io.ts';
import type { Done } from './pair.ts';

/** Pairs that are named for people; `--json` and `--summary` have all. */
const MOST_LISTED = 50;

/** Pairs for people: those that failed first. */
export function batchTable(done: readonly Done[], folder: string, sink: Sink): string {
  const failed = done.filter(({ entry }) => entry.outcome === 'failed');
  const rest = done.filter(({ entry }) => entry.outcome !== 'failed');
  const shown = [...failed, ...rest].slice(0, MOST_LISTED);
  const rows = shown.map(({ entry: { name, outcome, problem, changes, inserted, deleted }, kept }) => [
    name,
    kept ? `${outcome} before` : outcome,
    ...(problem === null
      ? [changes, inserted, deleted, '']
      : ['', '', '', `${problem.detail} (${problem.code})`]),
  ]);
  const more = done.length - shown.length;
  const kept = done.filter((one) => one.kept).length;
  const lines = [
    paint(sink, 'bold', `${folder}: ${rest.length} of ${done.length} pairs proven exact`),
    ...(kept > 0 ? [`  ${kept} of them by an earlier run`] : []),
    ...(failed.length > 0 ? [`  ${failed.length} failed: run it again for those alone`] : []),
    '',
    textTable(['pair', 'outcome', 'changes', 'words +', 'words −', 'problem'], rows),
    ...(more > 0 ? [`… and ${more} more (--json or --summary has all)`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
