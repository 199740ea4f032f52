import { nodeCodec, textTable } from '../kit/index.ts';
import {
  CHANGE_KINDS,
  type Change,
  type ChangeFilter,
  type ChangeList,
  changesCsv,
  DEFAULT_LIMITS,
  type DecisionReport,
  decideChanges,
  listChanges,
  type Verdict,
} from '../redline/index.ts';
import { CliError, EXIT } from './errors.ts';
import { checkInputs, readInput } from './input.ts';
import { type Io, write } from './io.ts';
import { oneOf, type ProduceFlags, produce } from './produce.ts';

export interface FilterFlags {
  readonly id?: readonly string[];
  readonly author?: readonly string[];
  readonly kind?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly clause?: string;
  readonly story?: string;
}

export interface ChangesFlags extends FilterFlags {
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `redline changes`: resolves with the exit code. */
export async function runChanges(document: string, flags: ChangesFlags, io: Io): Promise<number> {
  const filter = filterOf(flags);
  checkInputs([document]);
  const bytes = await readInput(document, 'document', DEFAULT_LIMITS.compressedBytes, io);
  const list = listChanges(bytes, { limits: DEFAULT_LIMITS, filter }, nodeCodec);
  const csv = (): string => changesCsv(list.changes);
  await write(
    io.stdout,
    flags.json ? `${JSON.stringify(list, null, 2)}\n` : flags.csv ? csv() : tableOf(list),
  );
  return EXIT.done;
}

export interface DecideFlags extends FilterFlags, ProduceFlags {
  readonly all?: boolean;
}

/** `redline accept` and `redline reject`: resolve with the exit code. */
export async function runDecide(
  document: string,
  verdict: Verdict,
  flags: DecideFlags,
  io: Io,
): Promise<number> {
  const changes = chosenBy(flags, verdict);
  const work = ([bytes]: readonly [Uint8Array]) => {
    const decided = decideChanges(bytes, [{ verdict, changes }], { limits: DEFAULT_LIMITS }, nodeCodec);
    return { content: decided.document, report: decided.report, summary: summaryOf(decided.report) };
  };
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Deciding', work, io);
}

function summaryOf({ accepted, rejected, gone, left }: DecisionReport): string {
  const rows: [string, number][] = [
    ['accepted', accepted.length],
    ['rejected', rejected.length],
    ['gone with them', gone.length],
    ['left', left],
  ];
  return textTable(['changes', 'count'], rows)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

/** What a decision is about. @throws {CliError} `usage` unless changes are chosen, or all of them with `--all`. */
export function chosenBy(flags: FilterFlags & { readonly all?: boolean }, verdict: string): ChangeFilter {
  const changes = filterOf(flags);
  const isChosen = Object.keys(changes).length > 0;
  if (isChosen === (flags.all === true)) {
    const problem = isChosen
      ? '--all goes with no other choice'
      : `say which changes to ${verdict}, or --all`;
    throw new CliError('usage', problem);
  }
  return changes;
}

/** What the flags choose. @throws {CliError} */
export function filterOf(flags: FilterFlags): ChangeFilter {
  return {
    ...(flags.id && { ids: flags.id }),
    ...(flags.author && { authors: flags.author }),
    ...(flags.kind && { kinds: flags.kind.map((kind) => oneOf('--kind', kind, CHANGE_KINDS)) }),
    ...(flags.from !== undefined && { from: momentOf('--from', flags.from) }),
    ...(flags.to !== undefined && { to: momentOf('--to', flags.to) }),
    ...(flags.text !== undefined && { text: flags.text }),
    ...(flags.clause !== undefined && { clause: flags.clause }),
    ...(flags.story !== undefined && { story: flags.story }),
  };
}

function momentOf(flag: string, given: string): string {
  if (!/^\d{4}-\d\d-\d\d(T\S+)?$/.test(given) || Number.isNaN(Date.parse(given)))
    throw new CliError('usage', `${flag} is not a date such as 2026-03-31 or 2026-03-31T12:00:00Z`);
  return given;
}

/** Longer texts are cut for people; `--json` and `--csv` have them whole. */
const MOST_SHOWN = 40;

/** A list of changes for people. */
export function tableOf({ changes, total }: ChangeList): string {
  const rows = changes.map((c) => [
    c.id,
    cut(c.clause || c.story),
    c.kind,
    cut(c.author),
    cut(c.date ?? '').slice(0, 10),
    sayOf(c),
  ]);
  const table =
    rows.length > 0 ? `${textTable(['id', 'where', 'kind', 'author', 'date', 'change'], rows)}\n\n` : '';
  return `${table}${changes.length} of ${total} changes\n`;
}

function sayOf({ before, after, format }: Change): string {
  if (format) return `${cut(after)}: ${cut(format.before)} → ${cut(format.after)}`;
  if (before === after) return cut(after);
  return [before && `−${cut(before)}`, after && `+${cut(after)}`].filter(Boolean).join(' ');
}

/** Nothing of the document acts on the terminal that shows it. */
function cut(text: string): string {
  const plain = text
    .replaceAll('\n', '¶')
    .replaceAll('\ufffc', '[object]')
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  return plain.length > MOST_SHOWN ? `${plain.slice(0, MOST_SHOWN - 1)}…` : plain;
}
