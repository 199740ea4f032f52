import { readFile } from 'node:fs/promises';
import {
  getRetention,
  type RetentionPeriods,
  replaceRetention,
  type StoredRetention,
} from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';
import { quoted } from '../documents/change.ts';
import { connect, type ServiceFlags } from '../documents/connection.ts';
import { minute, shown } from '../documents/words.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';

/** How long what replaced rules promised holds. */
const NOTICE_MS = 30 * 24 * 3_600_000;

/** `redline retention show`: resolves with the exit code. */
export async function runShowRules(flags: ServiceFlags, io: Io): Promise<number> {
  return await tell(await getRetention(connect(flags).service), flags, io);
}

export interface SetFlags extends ServiceFlags {
  /** The state in which the rules have to be; without, that of the file, or whatever it is. */
  readonly ifMatch?: string;
}

/** `redline retention set`. */
export async function runSetRules(file: string, flags: SetFlags, io: Io): Promise<number> {
  const { etag: read, rules } = await rulesIn(file);
  const { service } = connect(flags);
  const given = flags.ifMatch ?? read;
  const etag = given === undefined ? (await getRetention(service)).etag : quoted(given);
  return await tell(await replaceRetention(service, etag, rules), flags, io);
}

/** Rules of a file, without what "show --json" says besides. The service checks the rest. */
async function rulesIn(file: string): Promise<{ readonly etag: string | undefined; readonly rules: object }> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError('file/not-readable', `${file} cannot be read.`, error);
  });
  const given = objectIn(text, file);
  const { etag, version: _, former: __, ...rules } = given;
  return { etag: typeof etag === 'string' ? etag : undefined, rules };
}

function objectIn(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {}
  throw new CliError('usage', `${file} does not hold rules: JSON with "default" and "rules"`);
}

async function tell(stored: StoredRetention, { json }: ServiceFlags, io: Io): Promise<number> {
  await write(io.stdout, `${json ? JSON.stringify(stored, null, 2) : rulesText(stored, io.today())}\n`);
  return EXIT.done;
}

function rulesText({ rules, default: fallback, version, former }: StoredRetention, now: Date): string {
  const rows = rules.map((rule) => [rule.id, rule.type ?? 'any', shown(rule.label ?? 'any'), ...cells(rule)]);
  const all = [...rows, ['default', '', '', ...cells(fallback)]];
  const table = textTable(['rule', 'type', 'label', 'kept', 'deleted', 'since it was'], all);
  const ends = former.map(({ replacedAt }) => Date.parse(replacedAt) + NOTICE_MS);
  const end = Math.max(...ends, 0);
  const notice =
    end <= now.getTime()
      ? ''
      : `\nWhat earlier rules promised holds until ${minute(new Date(end).toISOString())}.`;
  return `${table}\nVersion ${version} of the rules.${notice}`;
}

function cells({ keepDays, deleteAfterDays, since }: RetentionPeriods): string[] {
  const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);
  const kept = keepDays === null ? 'as long as wanted' : `at least ${days(keepDays)}`;
  return [kept, deleteAfterDays === null ? 'never' : `after ${days(deleteAfterDays)}`, since];
}
