import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Command, Option } from 'commander';
import { type AuditEvent, readProof, verifyChain, vouchedKeys } from '../../audit/index.ts';
import { LockedDirectory } from '../../platform/embedded/index.ts';
import { addCertificate } from '../erasures.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { type ExportFlags, runExport } from './export.ts';
import { withFilters } from './filters.ts';
import { type ListFlags, runList } from './list.ts';
import { type ProveFlags, runProve, runVerifyEvent, type VerifyEventFlags } from './proof.ts';

interface VerifyFlags {
  readonly tenant: string;
  readonly checkpoints?: string;
  readonly trust?: string;
  readonly json?: boolean;
}

const HELP = `
With --server, or REDLINE_SERVER and no --data, the trail of a running service is read, by whoever REDLINE_API_KEY says: an administrator’s key with the scope
audit:read. Without, it is read in the folder of a service on this machine.

Examples:
  redline audit list --document d_0123456789abcdef0123456789abcdef --type content.downloaded,link.opened
  redline audit list --server https://redline.example --outcome refused --from 2026-11-01 --csv
  redline audit export > events.jsonl
  redline audit verify events.jsonl --checkpoints .redline/checkpoints
  redline audit prove 812 --server https://redline.example -o event-812.proof.json
  redline audit verify-event event-812.proof.json --trust KEY
`;

/** `redline audit`: what happened, and the proof that nobody changed it. */
export function addAudit(program: Command, io: Io, done: (exitCode: number) => void): void {
  const audit = program
    .command('audit')
    .description('list, export, prove and verify the audit trail')
    .addHelpText('after', HELP);
  withFilters(audit.command('list'))
    .description('list events, the latest first')
    .option('--order <order>', 'ascending or descending', 'descending')
    .option('--limit <n>', 'how many at most', '50')
    .option('--json', 'as JSON')
    .option('--csv', 'as CSV, in which no field is a formula')
    .addOption(server())
    .addOption(data())
    .addOption(tenant())
    .action(async (flags: ListFlags) => done(await runList(flags, io)));
  withFilters(audit.command('export'))
    .description('write every event as a line, in order')
    .option('--format <format>', 'jsonl or csv', 'jsonl')
    .option('--after <number>', 'only events behind this one', '0')
    .addOption(server())
    .addOption(data())
    .addOption(tenant())
    .action(async (flags: ExportFlags) => done(await runExport(flags, io)));
  addProofs(audit, io, done);
  addCertificate(audit, io, done);
}

function addProofs(audit: Command, io: Io, done: (exitCode: number) => void): void {
  audit
    .command('verify <events>')
    .description('say whether events are what was signed, and name the first one that is not')
    .requiredOption('--checkpoints <folder>', 'where the checkpoints are')
    .option('--tenant <name>', 'whose events', 'local')
    .option('--trust <key>', 'the id of the first key, as it was noted')
    .option('--json', 'the answer as JSON')
    .action(async (events: string, flags: VerifyFlags) => done(await verifyEvents(io, events, flags)));
  audit
    .command('prove <event>')
    .description('write the proof of one event, by its number')
    .option('-o, --output <file>', 'where to; - for standard output', '-')
    .option('--checkpoints <folder>', 'where the checkpoints are, without --server')
    .addOption(server())
    .addOption(data())
    .addOption(tenant())
    .action(async (event: string, flags: ProveFlags) => done(await runProve(event, flags, io)));
  audit
    .command('verify-event <proof>')
    .description('say whether a proof of one event is good, with nothing but the file')
    .option('--trust <key>', 'the id of the first key, as it was noted')
    .option('--checkpoints <folder>', 'a copy of the checkpoints, to be compared with')
    .option('--json', 'the answer as JSON')
    .action(async (proof: string, flags: VerifyEventFlags) => done(await runVerifyEvent(proof, flags, io)));
}

const server = () => new Option('--server <url>', 'the service whose trail it is (default: REDLINE_SERVER)');
const data = () =>
  new Option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)');
const tenant = () => new Option('--tenant <name>', 'whose events, without --server').default('local');

async function verifyEvents(io: Io, path: string, flags: VerifyFlags): Promise<number> {
  const { tenant, checkpoints = '', trust, json = false } = flags;
  const proof = await readProof(new LockedDirectory(resolve(checkpoints)), tenant);
  const verified = await verifyChain(tenant, rowsOf(path), proof, trust);
  const { fault, events, signedTo, signedAt } = verified;
  const [first = null] = vouchedKeys(proof.keys, trust).keys();
  const whole = signedAt === null ? 'not proven' : 'untouched';
  const found = fault === null ? whole : `event ${fault.sequence}: ${fault.kind}`;
  const scope = signedAt === null ? 'nothing was signed' : `signed up to event ${signedTo} at ${signedAt}`;
  const by = first === null ? 'no first key that is trusted' : `first key ${first}`;
  await write(
    io.stdout,
    json
      ? `${JSON.stringify({ ...verified, firstKey: first }, null, 2)}\n`
      : `${found}; ${events} events, ${scope}; ${by}\n`,
  );
  return fault === null && signedAt !== null ? EXIT.done : EXIT.notExact;
}

async function* rowsOf(path: string): AsyncIterable<AuditEvent> {
  const input = createReadStream(path);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() !== '') yield (JSON.parse(line) ?? {}) as AuditEvent;
    }
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new CliError('usage', `${path} does not hold a line of JSON for each event.`);
    throw new CliError('file/not-readable', `${path} cannot be read.`, error);
  }
}
