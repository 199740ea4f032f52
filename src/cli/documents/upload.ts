import {
  getDocument,
  type KeptDocument,
  keepUpload,
  type Service,
  type UploadTarget,
} from '../../client/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { quoted } from './change.ts';
import { connect, type ServiceFlags } from './connection.ts';
import { sendAndMake } from './send.ts';
import { oneLine } from './words.ts';

export interface UploadFlags extends ServiceFlags {
  /** Id of the document that gets a version. */
  readonly to?: string;
  readonly name?: string;
  readonly label?: readonly string[];
  readonly ifMatch?: string;
  /** Seconds. */
  readonly patience: string;
}

/** `redline documents upload`: resolves with the exit code. */
export async function runUpload(files: readonly string[], flags: UploadFlags, io: Io): Promise<number> {
  checkFlags(files, flags);
  const connection = connect(flags);
  const { service } = connection;
  const target = await targetOf(service, flags);
  const purpose = [flags.to ?? '', flags.name ?? '', ...(flags.label ?? [])];
  const { patience } = flags;
  const make = (upload: string): Promise<KeptDocument> => keepUpload(service, upload, target);
  const documents: KeptDocument[] = [];
  for (const path of files) {
    const document = await sendAndMake(connection, { path, purpose, patience, make, isTaken: true }, io);
    documents.push(document);
    if (!flags.json) await write(io.stdout, `${oneLine(document)}\n`);
  }
  if (flags.json) await write(io.stdout, `${JSON.stringify({ documents }, null, 2)}\n`);
  return EXIT.done;
}

function checkFlags(files: readonly string[], { to, name, label, ifMatch }: UploadFlags): void {
  if (files.length > 1 && (to !== undefined || name !== undefined))
    throw new CliError('usage', 'with --to or --name goes one file');
  if (to !== undefined && (name !== undefined || label !== undefined))
    throw new CliError('usage', 'a version has no name and labels of its own: --to stands without them');
  if (to === undefined && ifMatch !== undefined) throw new CliError('usage', '--if-match needs --to');
}

async function targetOf(service: Service, flags: UploadFlags): Promise<UploadTarget> {
  const { to, name, label, ifMatch } = flags;
  if (to !== undefined) {
    const { id, etag } = await getDocument(service, to);
    return { id, etag: ifMatch === undefined ? etag : quoted(ifMatch) };
  }
  return { ...(name === undefined ? {} : { name }), ...(label === undefined ? {} : { labels: label }) };
}
