import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { type AuditEvent, readProof, verifyChain } from '../audit/index.ts';
import { LockedDirectory } from '../platform/embedded/index.ts';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { withServiceTrail } from './with-service.ts';

interface Flags {
  readonly data?: string;
  readonly tenant: string;
  readonly checkpoints?: string;
  readonly trust?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  redline audit export > events.jsonl
  redline audit verify events.jsonl --checkpoints .redline/checkpoints
`;

const PAGE = 1000;

/** `redline audit`: what happened, and the proof that nobody changed it. */
export function addAudit(program: Command, io: Io, done: (exitCode: number) => void): void {
  const audit = program
    .command('audit')
    .description('export and verify the audit trail')
    .addHelpText('after', HELP);
  audit
    .command('export')
    .description('write every event of a tenant as a line of JSON, in order')
    .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
    .option('--tenant <name>', 'whose events', 'local')
    .action(async (flags: Flags) => done(await exportEvents(io, flags)));
  audit
    .command('verify <events>')
    .description('say whether events are what was signed, and name the first one that is not')
    .requiredOption('--checkpoints <folder>', 'where the checkpoints are')
    .option('--tenant <name>', 'whose events', 'local')
    .option('--trust <key>', 'the id of the first key, as it was noted')
    .option('--json', 'the answer as JSON')
    .action(async (events: string, flags: Flags) => done(await verifyEvents(io, events, flags)));
}

async function exportEvents(io: Io, { data, tenant }: Flags): Promise<number> {
  await withServiceTrail(data, async (trail) => {
    for (let after: number | null = 0; after !== null; ) {
      const { events, next } = await trail.list({ tenant, descending: false, size: PAGE, after });
      for (const event of events) await write(io.stdout, `${JSON.stringify(event)}\n`);
      after = next;
    }
  });
  return EXIT.done;
}

async function verifyEvents(io: Io, path: string, flags: Flags): Promise<number> {
  const { tenant, checkpoints = '', trust, json = false } = flags;
  const proof = await readProof(new LockedDirectory(resolve(checkpoints)), tenant);
  const verified = await verifyChain(tenant, rowsOf(path), proof, trust);
  const { fault, events, signedTo, signedAt } = verified;
  const found = fault === null ? 'untouched' : `event ${fault.sequence}: ${fault.kind}`;
  const scope = signedAt === null ? 'nothing was signed' : `signed up to event ${signedTo} at ${signedAt}`;
  await write(
    io.stdout,
    json ? `${JSON.stringify(verified, null, 2)}\n` : `${found}; ${events} events, ${scope}\n`,
  );
  return fault === null && signedAt !== null ? EXIT.done : EXIT.notExact;
}

async function* rowsOf(path: string): AsyncIterable<AuditEvent> {
  const input = createReadStream(path);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() !== '') yield JSON.parse(line) as AuditEvent;
    }
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new CliError('usage', `${path} does not hold a line of JSON for each event.`);
    throw new CliError('file/not-readable', `${path} cannot be read.`, error);
  }
}
