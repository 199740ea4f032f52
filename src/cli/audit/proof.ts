import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { checkpointsAfter, proveEvent } from '../../audit/index.ts';
import { getProof, type ProofFault, type ProofFile, verifyProof } from '../../client/index.ts';
import { LockedDirectory } from '../../platform/embedded/index.ts';
import { connect } from '../documents/connection.ts';
import { wholeNumber } from '../documents/read.ts';
import { shown } from '../documents/words.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { openTarget } from '../output.ts';
import { withServiceTrail } from '../with-service.ts';
import { isHere, note, type WhereFlags } from './list.ts';

export interface ProveFlags extends WhereFlags {
  readonly output: string;
  readonly checkpoints?: string;
}

/** `redline audit prove`: resolves with the exit code. */
export async function runProve(number: string, flags: ProveFlags, io: Io): Promise<number> {
  const sequence = wholeNumber('EVENT', number);
  const target = await openTarget(flags.output, [], { force: false, plain: true }, io);
  const proof = isHere(flags)
    ? await proveHere(sequence, flags)
    : await getProof(connect(flags).service, sequence);
  await target.write([`${JSON.stringify(proof, null, 2)}\n`]);
  return EXIT.done;
}

async function proveHere(sequence: number, { data, tenant, checkpoints }: ProveFlags): Promise<object> {
  if (checkpoints === undefined)
    throw new CliError(
      'usage',
      'give --server, or set REDLINE_SERVER; or --checkpoints, for the folder of a service',
    );
  const place = new LockedDirectory(resolve(checkpoints));
  const proof = await withServiceTrail(data, async (trail) => {
    await note(trail, tenant, 'audit.proved', {});
    return await proveEvent(trail, place, tenant, sequence);
  });
  if (proof === 'missing') throw new CliError('usage', `the trail has no event ${sequence}`);
  if (proof === 'unsigned') throw new CliError('usage', `no checkpoint holds event ${sequence} yet`);
  return proof;
}

export interface VerifyEventFlags {
  readonly trust?: string;
  readonly checkpoints?: string;
  readonly json?: boolean;
}

const WORDS: Readonly<Record<ProofFault | 'other checkpoint', string>> = {
  form: 'this is no proof of an event',
  event: 'the event is not what its own hash says',
  place: 'the checkpoint does not hold this event in this place',
  checkpoint: 'the checkpoint is not what was signed',
  keys: 'the keys do not vouch for one another',
  root: 'the first key is another one than the trusted one',
  'other checkpoint': 'the folder of checkpoints holds another one for this event',
};

/** `redline audit verify-event`: needs nothing but the file. Resolves with the exit code. */
export async function runVerifyEvent(path: string, flags: VerifyEventFlags, io: Io): Promise<number> {
  const given = await readJson(path);
  const verdict = await verifyProof(given, flags.trust);
  const isElsewhere =
    verdict.fault === null &&
    flags.checkpoints !== undefined &&
    !(await isIn(flags.checkpoints, given as ProofFile));
  const fault = isElsewhere ? 'other checkpoint' : verdict.fault;
  const { proven } = verdict;
  if (fault !== null || proven === null) {
    const said = flags.json ? JSON.stringify({ fault }, null, 2) : `not proven: ${WORDS[fault ?? 'form']}`;
    await write(io.stdout, `${said}\n`);
    return EXIT.notExact;
  }
  const { event, signedAt, root } = proven;
  const { tenant, sequence, type, outcome, actor, at } = event;
  const line = `event ${sequence} of ${tenant}: ${type} ${outcome} by ${actor} at ${at}`;
  const text = `proven: ${shown(line)}\nsigned at ${shown(signedAt)}; first key ${root}${flags.trust ? ', trusted' : ''}`;
  await write(io.stdout, `${flags.json ? JSON.stringify({ fault, ...proven }, null, 2) : text}\n`);
  return EXIT.done;
}

/** Whether a folder has the same checkpoint for the event. */
async function isIn(folder: string, { checkpoint }: ProofFile): Promise<boolean> {
  const place = new LockedDirectory(resolve(folder));
  const { checkpoints } = await checkpointsAfter(place, checkpoint.tenant, checkpoint.first - 1, 1);
  return checkpoints.some(({ leaves: _, ...head }) => isDeepStrictEqual(head, { ...checkpoint }));
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError('file/not-readable', `${path} cannot be read.`, error);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
