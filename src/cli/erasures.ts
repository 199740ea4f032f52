import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { localOperator } from '../access/index.ts';
import { isStatement, readProof } from '../audit/index.ts';
import type { Erasure } from '../documents/index.ts';
import { LockedDirectory } from '../platform/embedded/index.ts';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { withErasures } from './with-service.ts';

interface EraseFlags {
  readonly person?: string;
  readonly data?: string;
  readonly tenant: string;
  readonly reason: string;
}

interface VerifyFlags {
  readonly checkpoints: string;
  readonly events?: string;
  readonly trust?: string;
}

const HELP = `
It cannot be taken back. Of a person everything goes that says who they are: account, keys, sessions, their parts in documents;
what they alone own has to be given away before. The certificate goes to standard output. docs/erasure.md says what remains.

Examples:
  redline admin erase d_0123 --reason "request 42" > certificate.json
  redline admin erase --person p_0a1b2c3d --reason "request 43" > certificate.json
  redline audit certificate certificate.json --checkpoints .redline/checkpoints --events events.jsonl
`;

/** `redline admin erase`: a document, or who a person is, for good. */
export function addErase(admin: Command, io: Io, done: (exitCode: number) => void): void {
  admin
    .command('erase [document]')
    .description('erase a document for good, with all its versions and redlines; or a person')
    .option('--person <id>', 'who is to be forgotten, as "redline admin people list" names them')
    .requiredOption('--reason <words>', 'stands in the certificate: name no person')
    .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
    .option('--tenant <name>', 'whose document or person', 'local')
    .addHelpText('after', HELP)
    .action(async (document: string | undefined, { data, tenant, reason, person }: EraseFlags) => {
      if ((document === undefined) === (person === undefined))
        throw new CliError('usage', 'name a document, or a person with --person');
      const actor = { ...localOperator('command', null), tenant };
      const erasure = await withErasures<Pick<Erasure, 'certificate'>>(data, (all) =>
        person === undefined
          ? all.erasures.erase(actor, document ?? '', reason)
          : all.personErasures.erase(actor, person, reason),
      );
      await write(io.stdout, `${JSON.stringify(erasure.certificate ?? erasure, null, 2)}\n`);
      done(EXIT.done);
    });
}

/** `redline audit certificate`: whether a certificate of erasure is what was signed, and stands in the trail. */
export function addCertificate(audit: Command, io: Io, done: (exitCode: number) => void): void {
  audit
    .command('certificate <file>')
    .description('say whether a certificate of erasure is what was signed')
    .requiredOption('--checkpoints <folder>', 'where the checkpoints are, with their keys')
    .option('--events <file>', 'events of the tenant, as exported: the erasure must stand among them')
    .option('--trust <key>', 'the id of the first key, as it was noted')
    .action(async (file: string, flags: VerifyFlags) => done(await verifyCertificate(io, file, flags)));
}

async function verifyCertificate(
  io: Io,
  file: string,
  { checkpoints, events, trust }: VerifyFlags,
): Promise<number> {
  const given = jsonIn(await textOf(file), file);
  const { keys } = await readProof(new LockedDirectory(resolve(checkpoints)), String(given.tenant));
  const isSigned = isStatement(given, keys, trust);
  const isTold = events === undefined || isAmong(given, await textOf(events), events);
  const about = `${String(given.subject)}, erased at ${String(given.doneAt)}`;
  const told = isTold ? `signed; ${about}` : `signed, but the events do not tell of it; ${about}`;
  await write(io.stdout, `${isSigned ? told : 'not what was signed'}\n`);
  return isSigned && isTold ? EXIT.done : EXIT.notExact;
}

/** Whether the erasure, and the event before it, are rows with these hashes. */
function isAmong(given: Readonly<Record<string, unknown>>, text: string, path: string): boolean {
  const rows = text.split('\n').filter((line) => line.trim() !== '');
  const known = new Map(
    rows.map((line) => jsonIn(line, path)).map((row) => [Number(row.sequence), row] as const),
  );
  return [given.before, given.event].every((place, at) => {
    if (place === null) return at === 0;
    const { sequence, hash } = place as { readonly sequence: number; readonly hash: string };
    const row = known.get(sequence);
    const type = given.kind === 'person' ? 'person.erased' : 'document.erased';
    const isErasure = row?.type === type && row.object === given.subject;
    return row?.hash === hash && (at === 0 || isErasure);
  });
}

async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError('file/not-readable', `${path} cannot be read.`, error);
  });
}

function jsonIn(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {}
  throw new CliError('usage', `${path} does not hold what it should: JSON.`);
}
