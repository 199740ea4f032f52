import {
  copyDocument,
  deleteDocument,
  describeDocument,
  getDocument,
  type KeptDocument,
  type Known,
  restoreDocument,
  restoreVersion,
  type Service,
} from '../../client/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { connect, type ServiceFlags } from './connection.ts';
import { wholeNumber } from './read.ts';
import { oneLine } from './words.ts';

export interface ChangeFlags extends ServiceFlags {
  /** The state in which the document has to be; whatever state it is in without. */
  readonly ifMatch?: string;
}

/** `redline documents rename`: resolves with the exit code. */
export function runRename(id: string, name: string, flags: ChangeFlags, io: Io): Promise<number> {
  return change(id, flags, io, (service, known) => describeDocument(service, known, { name }));
}

export interface LabelFlags extends ChangeFlags {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** `redline documents label`. */
export async function runLabel(id: string, flags: LabelFlags, io: Io): Promise<number> {
  const { add = [], remove = [] } = flags;
  if (add.length + remove.length === 0) throw new CliError('usage', 'give --add LABEL or --remove LABEL');
  return await change(id, flags, io, (service, known, { labels }) => {
    const kept = labels.filter((label) => !remove.includes(label));
    return describeDocument(service, known, { labels: [...new Set([...kept, ...add])] });
  });
}

/** `redline documents delete`. */
export function runDelete(id: string, flags: ChangeFlags, io: Io): Promise<number> {
  return change(id, flags, io, deleteDocument);
}

export interface RestoreFlags extends ChangeFlags {
  readonly version?: string;
}

/** `redline documents restore`: takes a deletion back, or makes an earlier version the current one. */
export function runRestore(id: string, flags: RestoreFlags, io: Io): Promise<number> {
  if (flags.version === undefined) return change(id, flags, io, restoreDocument);
  const number = wholeNumber('--version', flags.version);
  return change(id, flags, io, (service, known) => restoreVersion(service, known, number));
}

export interface CopyFlags extends ServiceFlags {
  readonly name?: string;
  readonly version?: string;
}

/** `redline documents copy`. */
export async function runCopy(id: string, flags: CopyFlags, io: Io): Promise<number> {
  const { name, version } = flags;
  const copy = {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version: wholeNumber('--version', version) }),
  };
  return await tell(await copyDocument(connect(flags).service, id, copy), flags, io);
}

async function change(
  id: string,
  flags: ChangeFlags,
  io: Io,
  work: (service: Service, known: Known, document: KeptDocument) => Promise<KeptDocument>,
): Promise<number> {
  const { service } = connect(flags);
  const document = await getDocument(service, id);
  const known = { id, etag: flags.ifMatch === undefined ? document.etag : quoted(flags.ifMatch) };
  return await tell(await work(service, known, document), flags, io);
}

/** The ETag as the service writes it; shells eat its quotes. */
export function quoted(etag: string): string {
  return `"${etag.replaceAll('"', '')}"`;
}

async function tell(document: KeptDocument, { json }: ServiceFlags, io: Io): Promise<number> {
  await write(io.stdout, `${json ? JSON.stringify(document, null, 2) : oneLine(document)}\n`);
  return EXIT.done;
}
