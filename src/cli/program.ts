import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CliError, EXIT, type Problem, toProblem } from './errors.ts';
import { type Io, paint, write } from './io.ts';
import { withOptions } from './options.ts';

const EXAMPLES = `
Examples:
  redline compare draft-1.docx draft-2.docx -o redline.docx
  redline compare draft-1.docx draft-2.docx -o redline.docx --author "Ada Lovelace" --date none --json
  cat draft-2.docx | redline compare draft-1.docx - -o - > redline.docx
  redline verify draft-1.docx draft-2.docx redline.docx
  redline batch contracts/ -o redlines/ --summary summary.csv
  redline changes redline.docx --author "Ada Lovelace"
  redline accept redline.docx -o clean.docx --all
  redline html redline.docx -o redline.html --view side-by-side
  redline blackline redline.docx -o blackline.docx
  redline edit draft.docx --edits edits.json -o edited.docx
  redline scrub draft.docx -o clean.docx
  redline documents upload draft.docx
  redline export -o archive.tar
  redline webhooks add https://example.com/hooks
  redline serve --port 8080

Exit codes:
  0  done                                  3  an input is not a Word document, or archive, that can be read
  1  no exact redline, or not exact        4  an input passes a limit
  2  wrong use, or a file that cannot be   5  the service, or a program that prints, is not there
     read or written
`;

const COMPARE_HELP = `
Rejecting every change gives ORIGINAL, accepting every change gives MODIFIED: proven before OUT is written.
ORIGINAL or MODIFIED may be "-", standard input. An existing OUT is replaced only when the comparison succeeded.

Examples:
  redline compare draft-1.docx draft-2.docx -o redline.docx
  redline compare draft-1.docx draft-2.docx -o redline.docx --json > report.json
  redline compare draft-1.docx draft-2.docx -o redline.html
  redline compare draft-1.docx draft-2.docx -o changes.docx --format report
  redline compare draft-1.docx draft-2.docx -o redline.docx --ignore case,formatting --least-move 10

What is ignored keeps the form of ORIGINAL: rejecting still gives ORIGINAL in everything.
`;

const VERIFY_HELP = `
Checks that rejecting every change of REDLINE gives ORIGINAL and accepting every change gives MODIFIED.
The exit code is 1 when it does not. One of the three may be "-", standard input.

Examples:
  redline verify draft-1.docx draft-2.docx redline.docx
  redline verify draft-1.docx draft-2.docx redline.docx --certificate report.json
`;

/**
 * Runs one command line.
 *
 * @param args without the names of node and the script.
 * @returns the exit code; every error has been said by then.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done;
  try {
    const program = await createProgram(args[0], io, (code) => {
      exitCode = code;
    });
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    // No command at all: the help that was printed says it better than a line.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    return await say(error instanceof CommanderError ? usageError(error) : error, args, io);
  }
}

/** What is asked for most, and must start soonest: the modules of all the other verbs are not loaded for it. */
const OWN_VERBS: ReadonlySet<string> = new Set(['compare', 'verify']);

async function createProgram(
  verb: string | undefined,
  io: Io,
  done: (exitCode: number) => void,
): Promise<Command> {
  const ignore = (): void => {};
  const program = new Command('redline')
    .description('Two versions of a contract in, one Word document with proven tracked changes out.')
    .version(version())
    .helpCommand(false)
    // `--version` behind a verb is the verb's.
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text, ignore),
      writeErr: (text) => io.stderr.write(text, ignore),
      outputError: ignore,
    });
  addCompare(program, io, done);
  addVerify(program, io, done);
  if (OWN_VERBS.has(verb ?? '')) return program;
  const { addOtherVerbs } = await import('./other-verbs.ts');
  addOtherVerbs(program, io, done);
  return program;
}

function addCompare(program: Command, io: Io, done: (exitCode: number) => void): void {
  const command = program
    .command('compare <original> <modified>')
    .description('write one Word document with the changes as tracked changes')
    .usage('ORIGINAL MODIFIED -o OUT [options]')
    .option('-o, --output <out>', 'the file to write; "-" is standard output')
    .option(
      '--format <format>',
      'docx (the redline), html (as a page), pdf, report (what was changed; OUT ends in docx, html, csv or json), ' +
        'json (of the comparison); default: as OUT ends, else docx',
    )
    .option('--json', 'print the whole report as JSON on standard output')
    .option('--force', 'let OUT replace one of the inputs');
  withOptions(command)
    .addHelpText('after', COMPARE_HELP)
    .action(async (original, modified, flags) => {
      const { runCompare } = await import('./compare.ts');
      done(await runCompare(original, modified, flags, io));
    });
}

function addVerify(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command('verify <original> <modified> <redline>')
    .description('prove that a redline is exact')
    .usage('ORIGINAL MODIFIED REDLINE [options]')
    .addHelpText('after', VERIFY_HELP)
    .option('--certificate <file>', 'check the three against a certificate, or a report that holds one')
    .option('--ignore <aspects>', 'what accepting need not give back, separated by commas')
    .option('--tracked <fate>', 'what became of changes that the inputs held: accept, reject, preserve')
    .option('--json', 'print what was found as JSON on standard output')
    .action(async (original, modified, redline, flags) => {
      const { runVerify } = await import('./verify.ts');
      done(await runVerify({ original, modified, redline }, flags, io));
    });
}

/** One line on standard error, or one JSON problem on standard output. */
async function say(error: unknown, args: readonly string[], io: Io): Promise<number> {
  const problem = toProblem(error);
  const ignore = (): void => {};
  if (args.includes('--json')) await write(io.stdout, `${JSON.stringify(problem, null, 2)}\n`).catch(ignore);
  else {
    const name = paint(io.stderr, 'red', 'redline:');
    const { edit } = problem.details ?? {};
    const where = edit === undefined || args[0] !== 'edit' ? '' : `edit ${edit + 1} of the list: `;
    const line = `${name} ${where}${problem.detail} (${problem.code})`;
    await write(io.stderr, `${line}\n${hintsOf(problem)}`).catch(ignore);
  }
  if (problem.code === 'internal') await write(io.stderr, frames(error)).catch(ignore);
  return problem.exitCode;
}

/** Ids that are listed for people; `--json` has all. */
const MOST_IDS = 10;

/** Places of the document that an anchor may mean, ids and conflicts; nothing of them acts on the terminal. */
function hintsOf({ details }: Problem): string {
  const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
  const lines = (details?.candidates ?? []).map(
    ({ story, paragraph, before, match, after }) =>
      `  ${story}, paragraph ${paragraph}: …${plain(before)}[${plain(match)}]${plain(after)}…\n`,
  );
  for (const id of details?.ids?.slice(0, MOST_IDS) ?? []) lines.push(`  ${plain(id)}\n`);
  for (const { part, kind, authors } of details?.conflicts ?? [])
    lines.push(`  ${part}: ${kind} of ${plain(authors.join(' and '))}\n`);
  return lines.join('');
}

/** Where an unforeseen error happened, without what it said. */
function frames(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

function usageError(error: CommanderError): CliError {
  const text = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new CliError('usage', `${text}; see redline --help`, error);
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
