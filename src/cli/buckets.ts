import type { Command } from 'commander';
import { textTable } from '../kit/index.ts';
import { EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { tended } from './with-service.ts';

interface Flags {
  readonly apply?: boolean;
  readonly json?: boolean;
}

const HELP = `
Contents go to Nearline after REDLINE_NEARLINE_DAYS and to Coldline after REDLINE_COLDLINE_DAYS; what was replaced goes as
docs/cloud-storage.md says. Rules of yours that do something else stay. Ends with 1 when a bucket differs and --apply is not given. --apply
needs the right storage.buckets.update, which the service itself does not.

Examples:
  redline admin buckets
  redline admin buckets --apply
  redline admin buckets --json
`;

/** `redline admin buckets`: what buckets of the cloud do with what is old. */
export function addBuckets(admin: Command, io: Io, done: (exitCode: number) => void): void {
  admin
    .command('buckets')
    .description('compare the lifecycle of the buckets with the settings, or set it')
    .option('--apply', 'set it where it differs')
    .option('--json', 'the answer as JSON, with the rules')
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => done(await runBuckets(flags, io)));
}

async function runBuckets({ apply = false, json = false }: Flags, io: Io): Promise<number> {
  const buckets = await tended(apply);
  const rows = buckets.map(({ bucket, use, state }) => [bucket, use, state]);
  const text = json ? JSON.stringify({ buckets }, null, 2) : textTable(['bucket', 'use', 'lifecycle'], rows);
  await write(io.stdout, `${text}\n`);
  return buckets.some(({ state }) => state === 'differs') ? EXIT.notExact : EXIT.done;
}
