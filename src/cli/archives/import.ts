import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { type ImportReport, importArchive, ProblemError } from '../../client/index.ts';
import { createBar } from '../documents/bar.ts';
import { connect, type ServiceFlags } from '../documents/connection.ts';
import { shown } from '../documents/words.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { checkFile } from './local.ts';

export interface ImportFlags extends ServiceFlags {
  readonly map?: readonly string[];
}

/** `redline import`: an archive that is whole; nothing is sent of another one. Resolves with the exit code. */
export async function runImport(path: string, flags: ImportFlags, io: Io): Promise<number> {
  const subjects = subjectsIn(flags.map ?? []);
  const { service } = connect(flags);
  const bar = createBar(io.stderr, shown(basename(path)));
  try {
    await checkFile(path, bar);
    bar.show(1, 'being taken in');
    const archive = await openAsBlob(path, { type: 'application/x-tar' });
    const report = await importArchive(service, archive, subjects);
    bar.end();
    await write(io.stdout, `${flags.json ? JSON.stringify(report, null, 2) : linesOf(report).join('\n')}\n`);
    return EXIT.done;
  } catch (error) {
    bar.end();
    throw error instanceof ProblemError ? advised(error) : error;
  }
}

function subjectsIn(pairs: readonly string[]): Readonly<Record<string, string>> {
  const subjects: Record<string, string> = {};
  for (const pair of pairs) {
    const [, from, to] = /^([^=]+)=((?:person|group|service):[^=]+)$/.exec(pair) ?? [];
    if (from === undefined || to === undefined)
      throw new CliError('usage', `--map takes person:THERE=person:HERE, not ${shown(pair)}`);
    subjects[from] = to;
  }
  return subjects;
}

function linesOf({ tenant, archive, renamed, ...counts }: ImportReport): string[] {
  const { documents, redlines, versions, present, evidence, membersLeft } = counts;
  const lines = [
    `from ${shown(tenant)}: ${documents} documents, ${redlines} redlines, ${versions} versions; ${present} were there already`,
    ...renamed.map(({ from, to }) => `${shown(from)} is ${shown(to)} there`),
  ];
  if (membersLeft > 0) lines.push(`${membersLeft} members of documents are nobody there`);
  if (evidence > 0)
    lines.push(`its audit trail: ${evidence} files of evidence (/v1/imports/${shown(archive)}/evidence)`);
  return lines;
}

/** Whole documents that came before the end stay. */
function advised({ problem }: ProblemError): ProblemError {
  if (problem.code !== 'client/unreachable') return new ProblemError(problem);
  const again = 'Whatever came in stays: the same command brings the rest.';
  return new ProblemError({ ...problem, detail: `${problem.detail} ${again}`.trim() });
}
