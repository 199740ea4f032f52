import { nodeCodec } from '../kit/index.ts';
import {
  applyEdits,
  type Comment,
  DEFAULT_LIMITS,
  type EditReport,
  listComments,
  readEdits,
  SCRUB_KINDS,
  type ScrubKind,
  type ScrubReport,
  scrub,
} from '../redline/index.ts';
import { CliError, EXIT } from './errors.ts';
import { readInput } from './input.ts';
import { type Io, write } from './io.ts';
import { type ProduceFlags, produce } from './produce.ts';
import { checkAuthor, parseDate } from './stamp.ts';

/** Bytes of a list of edits. */
const MOST_EDITS_BYTES = 16 * 1024 * 1024;

interface StampFlags {
  readonly author: string;
  readonly initials?: string;
  readonly date?: string;
}

export interface EditFlags extends ProduceFlags, StampFlags {
  readonly edits: string;
}

/** `redline edit`: resolves with the exit code. */
export async function runEdit(document: string, flags: EditFlags, io: Io): Promise<number> {
  if (document === '-' && flags.edits === '-')
    throw new CliError('usage', 'the document and the edits cannot both come from standard input');
  const bytes = await readInput(flags.edits, 'edits', MOST_EDITS_BYTES, io);
  return await edited(document, parseJson(bytes), flags, io);
}

export interface CommentFlags extends ProduceFlags, StampFlags {
  readonly quote?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly paragraph?: string;
  readonly clause?: string;
  readonly change?: string;
  readonly story?: string;
  readonly fuzzy?: boolean;
  readonly until?: string;
  readonly text?: string;
  readonly reply?: string;
  readonly resolve?: string;
  readonly reopen?: string;
  readonly delete?: string;
}

/** `redline comment`: resolves with the exit code. */
export async function runComment(document: string, flags: CommentFlags, io: Io): Promise<number> {
  return await edited(document, [commentEdit(flags)], flags, io);
}

function commentEdit(flags: CommentFlags): object {
  const { quote, prefix, suffix, paragraph, clause, change, story, fuzzy, text, until } = flags;
  const given = Object.entries({ quote, prefix, suffix, paragraph, clause, change, story, fuzzy });
  const at = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  const about = (['reply', 'resolve', 'reopen', 'delete'] as const).filter((op) => flags[op] !== undefined);
  const [op] = about;
  if (about.length + (Object.keys(at).length > 0 ? 1 : 0) !== 1)
    throw new CliError('usage', 'name the words, or one comment to reply to, resolve, reopen or delete');
  if (text === undefined && (op === undefined || op === 'reply'))
    throw new CliError('usage', '--text is missing');
  const end = { quote: until, ...(story === undefined ? {} : { story }), ...(fuzzy && { fuzzy }) };
  if (op === undefined) return { op: 'comment', at, text, ...(until === undefined ? {} : { until: end }) };
  const comment = flags[op];
  if (op === 'reply') return { op, comment, text };
  return { op: op === 'delete' ? 'deleteComment' : op, comment };
}

async function edited(
  document: string,
  json: unknown,
  flags: ProduceFlags & StampFlags,
  io: Io,
): Promise<number> {
  const options = {
    author: checkAuthor(flags.author),
    date: parseDate(flags.date, io.today()),
    limits: DEFAULT_LIMITS,
    ...(flags.initials === undefined ? {} : { initials: flags.initials }),
  };
  const edits = readEdits(json);
  const work = ([bytes]: readonly [Uint8Array]) => {
    const result = applyEdits(bytes, edits, options, nodeCodec);
    return { content: result.document, report: result.report, summary: editSummary(result.report) };
  };
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Editing', work, io);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(nodeCodec.decodeUtf8(bytes));
  } catch (error) {
    throw new CliError('usage', 'the edits are not JSON in UTF-8', error);
  }
}

function editSummary({ edits, revisions }: EditReport): string {
  const notes = new Set(edits.flatMap((e) => e.notes ?? []));
  const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  const lines = [`  ${counted(edits.length, 'edit')}, ${counted(revisions, 'revision')}`];
  if (edits.some((e) => e.fuzzy !== undefined)) lines.push('  some quotes matched fuzzily');
  for (const note of notes) lines.push(`  note: ${note}`);
  return lines.join('\n');
}

/** `redline comments`: resolves with the exit code. */
export async function runComments(
  document: string,
  flags: { readonly json?: boolean },
  io: Io,
): Promise<number> {
  const bytes = await readInput(document, 'document', DEFAULT_LIMITS.compressedBytes, io);
  const found = listComments(bytes, DEFAULT_LIMITS, nodeCodec);
  await write(io.stdout, flags.json ? `${JSON.stringify(found, null, 2)}\n` : commentTable(found));
  return EXIT.done;
}

function commentTable(comments: readonly Comment[]): string {
  if (comments.length === 0) return 'no comments\n';
  return comments
    .map(({ id, author, date, parent, resolved, quote, text }) => {
      const state = [parent === null ? '' : `answers ${parent}`, resolved ? 'resolved' : '']
        .filter(Boolean)
        .join(', ');
      const head = [`#${id}`, plain(author), date ?? '', state].filter(Boolean).join('  ');
      return `${head}\n  on: ${plain(quote)}\n  ${plain(text)}\n`;
    })
    .join('\n');
}

/** One line without control characters: a document must not drive a terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

export interface ScrubFlags extends ProduceFlags {
  readonly kinds?: string;
  readonly role?: readonly string[];
}

/** `redline scrub`: resolves with the exit code. */
export async function runScrub(document: string, flags: ScrubFlags, io: Io): Promise<number> {
  const kinds = flags.kinds === undefined ? SCRUB_KINDS : flags.kinds.split(',').map(kindOf);
  const roles = Object.fromEntries((flags.role ?? []).map(roleOf));
  const work = ([bytes]: readonly [Uint8Array]) => {
    const result = scrub(bytes, { kinds, roles, limits: DEFAULT_LIMITS }, nodeCodec);
    return { content: result.document, report: result.report, summary: scrubSummary(result.report) };
  };
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Cleaning', work, io);
}

const dashed = (kind: string): string => kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function kindOf(given: string): ScrubKind {
  const found = SCRUB_KINDS.find((kind) => dashed(kind) === given.trim());
  if (found === undefined)
    throw new CliError('usage', `--kinds is a list of ${SCRUB_KINDS.map(dashed).join(', ')}`);
  return found;
}

function roleOf(given: string): [string, string] {
  const at = given.lastIndexOf('=');
  if (at <= 0) throw new CliError('usage', '--role is an author and a role, such as "Ann Lee=Supplier"');
  return [given.slice(0, at), given.slice(at + 1)];
}

function scrubSummary({ removed, left }: ScrubReport): string {
  const sums = SCRUB_KINDS.map((kind) => {
    const of = removed.filter((r) => r.kind === kind);
    return { kind, count: of.reduce((sum, r) => sum + r.count, 0) };
  }).filter(({ count }) => count > 0);
  const lines = sums.map(({ kind, count }) => `  ${dashed(kind).padEnd(12)} ${count}`);
  if (lines.length === 0) lines.push('  nothing to take out');
  if (left.length > 0)
    lines.push('  left, to be looked at by hand', ...left.map((l) => `    ${l.what.padEnd(16)} ${l.part}`));
  return lines.join('\n');
}
