import { basename } from 'node:path';
import { z } from 'zod';
import {
  type AuditEvent,
  type ChainFault,
  type Checkpoints,
  hashOf,
  type Verification,
  verifyChain,
  vouchedKeys,
} from '../../audit/index.ts';
import { type CheckedArchive, eventLines } from '../../documents/index.ts';
import { createBar } from '../documents/bar.ts';
import { shown } from '../documents/words.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { asDamaged, bytesOf, checkFile } from './local.ts';

export interface VerifyArchiveFlags {
  readonly trust?: string;
  readonly json?: boolean;
}

/** What an archive that is whole was found to be. */
interface Found {
  readonly archive: CheckedArchive['manifest'];
  /** Which key signed the manifest; `null` where none did. */
  readonly key: string | null;
  /** The first key, from which those in the archive vouch for that one; `null` where they do not. */
  readonly root: string | null;
  readonly trail: Verification;
}

/** `redline archive verify`: needs nothing but the file. Resolves with the exit code. */
export async function runVerifyArchive(path: string, flags: VerifyArchiveFlags, io: Io): Promise<number> {
  const bar = createBar(io.stderr, shown(basename(path)));
  try {
    const found = await examine(path, flags.trust, bar);
    bar.end();
    const fault = faultOf(found);
    const text = fault === null ? soundLines(found) : `not sound: ${fault}`;
    await write(io.stdout, `${flags.json ? JSON.stringify({ fault, ...found }, null, 2) : text}\n`);
    return fault === null ? EXIT.done : EXIT.notExact;
  } catch (error) {
    bar.end();
    if (!(error instanceof CliError) || error.code !== 'archive/damaged') throw error;
    const fault = error.message;
    await write(io.stdout, `${flags.json ? JSON.stringify({ fault }, null, 2) : `not sound: ${fault}`}\n`);
    return EXIT.notExact;
  }
}

async function examine(
  path: string,
  trust: string | undefined,
  bar: ReturnType<typeof createBar>,
): Promise<Found> {
  const keys: Checkpoints['keys'][number][] = [];
  const checkpoints: Checkpoints['checkpoints'][number][] = [];
  const { manifest, key } = await checkFile(path, bar, (name, text) => {
    if (name === 'audit/keys.jsonl') keys.push(...listOf(keySchema, text, path));
    else checkpoints.push(...listOf(checkpointSchema, text, path));
  });
  const proof: Checkpoints = { keys, checkpoints };
  const vouched = vouchedKeys(proof.keys, trust);
  const [first = null] = vouched.keys();
  const root = key !== null && vouched.has(key) ? first : null;
  const rows = eventsIn(path);
  const trail =
    manifest.scope.kind === 'tenant'
      ? await verifyChain(manifest.tenant, rows, proof, trust)
      : await verifyEach(manifest.tenant, rows);
  return { archive: manifest, key, root, trail };
}

function faultOf({ archive, key, root, trail }: Found): string | null {
  if (key === null) return 'nobody signed it';
  if (root === null) return 'the key that signed it is not vouched for from the first key';
  if (trail.fault !== null) return `event ${trail.fault.sequence} of its audit trail: ${trail.fault.kind}`;
  if (trail.events !== archive.counts.events) return 'its audit trail has not as many events as it says';
  return null;
}

function soundLines({ archive, root, trail }: Found): string {
  const { tenant, at, scope, counts } = archive;
  const of = scope.kind === 'tenant' ? `all of ${tenant}` : `what ${scope.actor} owns in ${tenant}`;
  const { documents, redlines, versions, events } = counts;
  const signed =
    trail.signedAt === null
      ? 'no checkpoint speaks of them'
      : `checkpoints up to event ${trail.signedTo} at ${trail.signedAt}`;
  return [
    `sound: ${shown(of)}, ${at}; first key ${root}`,
    `${documents} documents, ${redlines} redlines, ${versions} versions`,
    `${events} events, untouched; ${shown(signed)}`,
  ].join('\n');
}

/** Events of one person: no chain, as those of others are missing. Each is what its own hash says, in order. */
async function verifyEach(tenant: string, rows: AsyncIterable<AuditEvent>): Promise<Verification> {
  let events = 0;
  let last = 0;
  let fault: ChainFault | null = null;
  for await (const row of rows) {
    if (row.sequence <= last) fault ??= { kind: 'reordered', sequence: row.sequence };
    if (hashOf(row) !== row.hash || row.tenant !== tenant)
      fault ??= { kind: 'changed', sequence: row.sequence };
    last = row.sequence;
    events += 1;
  }
  return { fault, events, signedTo: 0, signedAt: null };
}

// As far as whoever checks them relies on it: what else they say is held by hashes and signatures.
const text = z.string();
const sequence = z.int().min(1);
const eventSchema = z.looseObject({ sequence, tenant: text, previous: text, hash: text });
const checkpointSchema = z.looseObject({
  ...{ format: z.literal(2), tenant: text, first: sequence, last: sequence, hash: text, root: text },
  ...{ previous: text.nullable(), at: text, key: text, signature: text, leaves: text },
});
const keySchema = z.looseObject({
  ...{ id: text, publicKey: text, at: text, by: z.object({ key: text, signature: text }).nullable() },
});

async function* eventsIn(path: string): AsyncIterable<AuditEvent> {
  try {
    for await (const line of eventLines(bytesOf(path)))
      yield parsed(eventSchema, line, path) as unknown as AuditEvent;
  } catch (error) {
    throw asDamaged(error, path);
  }
}

function listOf<Schema extends z.ZodType>(schema: Schema, lines: string, path: string): z.output<Schema>[] {
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [parsed(schema, line, path)]));
}

function parsed<Schema extends z.ZodType>(schema: Schema, line: string, path: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(line, canonical));
  } catch (error) {
    const message = `${shown(basename(path))}: What it says of the audit trail is not as this release knows it.`;
    throw new CliError('archive/damaged', message, error);
  }
}

/** Of what has no canonical form nothing was ever signed. */
function canonical(_: string, value: unknown): unknown {
  const isFit =
    typeof value === 'string'
      ? !/\p{Surrogate}/u.test(value)
      : typeof value !== 'number' || Number.isFinite(value);
  if (isFit) return value;
  throw new SyntaxError('No canonical JSON.');
}
