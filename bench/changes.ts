// `npm run bench:changes`: listing, editing and showing the redline of a long document. See README.md.
import { parseArgs } from 'node:util';
import { nodeCodec, textTable } from '../src/kit/index.ts';
import {
  applyEdits,
  type Change,
  compare,
  DEFAULT_LIMITS,
  type Edit,
  listChanges,
  RedlineError,
  renderBlocks,
  VIEWS,
  type View,
} from '../src/redline/index.ts';
import { quantile, short, timed } from './figures.ts';
import { pairOfWords } from './generated.ts';

/** Words of a contract of 300 pages. */
const WORDS = 150_000;
const BUDGET_MS = 60_000;
const LIMITS = { limits: DEFAULT_LIMITS };

type Work = readonly [name: string, mostMs: number, work: () => unknown];

function edit(document: Uint8Array, at: Extract<Edit, { op: 'insert' }>['at']): void {
  const edits: Edit[] = [{ op: 'insert', at, side: 'after', text: ' more' }];
  applyEdits(document, edits, { author: 'Bench', date: null, ...LIMITS }, nodeCodec);
}

/** The first of some that an edit can name alone, from the middle of the document. */
function usable(
  document: Uint8Array,
  all: readonly string[],
  member: 'change' | 'clause' | 'quote',
): readonly string[] {
  const found = [...all.slice(all.length >> 1), ...all].find((value) => {
    try {
      edit(document, { [member]: value });
      return true;
    } catch (error) {
      if (error instanceof RedlineError) return false;
      throw error;
    }
  });
  return found === undefined ? [] : [found];
}

function edits(redline: Uint8Array, changes: readonly Change[]): Work[] {
  const told = changes.filter((c) => c.kind === 'insertion' || c.kind === 'replacement');
  const anchors = [
    ['quote', told.map((c) => c.after.trim()).filter((text) => text !== '')],
    ['clause', [...new Set(changes.map((c) => c.clause).filter((label) => label !== ''))]],
    ['change', told.map((c) => c.id).filter((id) => !id.includes('-'))],
    ['change', told.map((c) => c.id).filter((id) => id.includes('-'))],
  ] as const;
  return anchors.flatMap(([member, all]) =>
    usable(redline, all, member).map((value): Work => {
      const place = member === 'change' && value.includes('-') ? ' told by its place' : '';
      return [`one edit by ${member}${place}`, 150, () => edit(redline, { [member]: value })];
    }),
  );
}

function firstBlock(redline: Uint8Array, view: View, isChanged: boolean): void {
  for (const { html } of renderBlocks(redline, { view, ...LIMITS }, nodeCodec).blocks)
    if (!isChanged || html.includes('data-change=')) break;
}

function shown(redline: Uint8Array): Work[] {
  return VIEWS.flatMap((view): Work[] => [
    [`HTML ${view}, first block`, 100, () => firstBlock(redline, view, false)],
    [`HTML ${view}, first change`, 100, () => firstBlock(redline, view, true)],
  ]);
}

/** Milliseconds of processor time, all threads: what other programs do adds little to it. */
function cpuTime(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });
const pair = pairOfWords(WORDS);
const { redline } = compare(pair.original, pair.modified, { author: 'Bench', date: null }, nodeCodec);
const { changes } = listChanges(redline, LIMITS, nodeCodec);
const all: readonly Work[] = [
  ['list', 300, () => listChanges(redline, LIMITS, nodeCodec)],
  ...edits(redline, changes),
  ...shown(redline),
];
console.log(`${short(pair.size / 1e6)} MB of XML, ${changes.length} changes`);
const rows = all.map(([name, most, work]) => {
  const cpu: number[] = [];
  const times = timed(() => cpu.push(cpuTime(work)), Number(values.runs), BUDGET_MS);
  return [name, ...[Math.min(...times), quantile(times, 0.5), Math.min(...cpu)].map(short), most];
});
console.log(textTable(['', 'least ms', 'median', 'processor', 'wanted'], rows));
