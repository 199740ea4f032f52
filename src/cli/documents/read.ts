import { createHash } from 'node:crypto';
import {
  type DocumentEntry,
  type DocumentQuery,
  getDocument,
  listDocuments,
  listVersions,
  pathOf,
  type Service,
  type Version,
} from '../../client/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { STANDARD } from '../input.ts';
import { type Io, write } from '../io.ts';
import { openTarget } from '../output.ts';
import { oneOf } from '../produce.ts';
import { connect, type ServiceFlags } from './connection.ts';
import { documentSummary, historyTable, listTable, shown } from './words.ts';

export interface ListFlags extends ServiceFlags {
  readonly name?: string;
  readonly type?: string;
  readonly label?: string;
  readonly owner?: string;
  readonly deleted?: boolean;
  readonly sort: string;
  readonly order?: string;
  readonly limit: string;
  readonly pageToken?: string;
}

/** The most that one page of the service has. */
const PAGE_SIZE = 200;
const SORTS = ['name', 'createdAt', 'updatedAt'] as const;
const ORDERS = ['ascending', 'descending'] as const;

/** `redline documents list`: resolves with the exit code. */
export async function runList(flags: ListFlags, io: Io): Promise<number> {
  const limit = wholeNumber('--limit', flags.limit);
  const query = queryOf(flags);
  const { service } = connect(flags);
  const documents: DocumentEntry[] = [];
  let pageToken = flags.pageToken ?? null;
  do {
    const pageSize = Math.min(PAGE_SIZE, limit - documents.length);
    const place = pageToken === null ? {} : { pageToken };
    const page = await listDocuments(service, { ...query, ...place, pageSize });
    documents.push(...page.documents);
    pageToken = page.nextPageToken;
  } while (pageToken !== null && documents.length < limit);
  const answer = { documents, nextPageToken: pageToken };
  const more = pageToken === null ? '' : `\nThere are more: --limit, or --page-token ${pageToken}`;
  const table = documents.length === 0 ? 'No documents.' : `${listTable(documents)}${more}`;
  await write(io.stdout, `${flags.json ? JSON.stringify(answer, null, 2) : table}\n`);
  return EXIT.done;
}

function queryOf(flags: ListFlags): DocumentQuery {
  const { name, type, label, owner } = flags;
  const given = Object.entries({ name, type, label, owner }).filter(([, value]) => value !== undefined);
  const sort = oneOf('--sort', flags.sort, SORTS);
  const usual = sort === 'name' ? 'ascending' : 'descending';
  const order = flags.order === undefined ? usual : oneOf('--order', flags.order, ORDERS);
  return { ...Object.fromEntries(given), ...(flags.deleted && { state: 'deleted' }), sort, order };
}

/** `redline documents show`. */
export async function runShow(id: string, flags: ServiceFlags, io: Io): Promise<number> {
  const document = await getDocument(connect(flags).service, id);
  await write(io.stdout, `${flags.json ? JSON.stringify(document, null, 2) : documentSummary(document)}\n`);
  return EXIT.done;
}

/** `redline documents history`: every version, the latest first. */
export async function runHistory(id: string, flags: ServiceFlags, io: Io): Promise<number> {
  const { service } = connect(flags);
  const versions: Version[] = [];
  let pageToken: string | null = '';
  while (pageToken !== null) {
    const place: { pageToken?: string } = pageToken === '' ? {} : { pageToken };
    const page = await listVersions(service, id, { pageSize: PAGE_SIZE, ...place });
    versions.push(...page.versions);
    pageToken = page.nextPageToken;
  }
  await write(io.stdout, `${flags.json ? JSON.stringify({ versions }, null, 2) : historyTable(versions)}\n`);
  return EXIT.done;
}

export interface DownloadFlags extends ServiceFlags {
  readonly output: string;
  readonly version?: string;
}

/** `redline documents download`: the whole file, checked, or none of it. */
export async function runDownload(id: string, flags: DownloadFlags, io: Io): Promise<number> {
  if (flags.json && flags.output === STANDARD) {
    throw new CliError('usage', '--json and the document (-o -) cannot both go to standard output');
  }
  const { service } = connect(flags);
  const wanted = flags.version === undefined ? undefined : wholeNumber('--version', flags.version);
  const target = await openTarget(flags.output, [], { force: false, plain: false }, io);
  const version = await versionOf(service, id, wanted);
  const bytes = await download(service, version);
  const size = await target.write(bytes);
  const report = { id, version, file: target.name };
  const line = `${shown(target.name)} (${size} bytes, version ${version.number})`;
  const sink = flags.output === STANDARD ? io.stderr : io.stdout;
  await write(sink, `${flags.json ? JSON.stringify(report, null, 2) : line}\n`);
  return EXIT.done;
}

async function versionOf(service: Service, id: string, number: number | undefined): Promise<Version> {
  if (number === undefined) return (await getDocument(service, id)).current;
  return await service.read<Version>(`${pathOf(id)}/versions/${number}`);
}

/** The bytes of a version. @throws {CliError} `service/broken` when they are not those that it names */
export async function download(
  service: Service,
  { content, links }: Pick<Version, 'content' | 'links'>,
): Promise<Uint8Array> {
  const response = await service.ask(links.content);
  const bytes = await response
    .bytes()
    .catch((error: unknown) => Promise.reject(broken('the connection broke in the middle', error)));
  if (createHash('sha256').update(bytes).digest('hex') === content.sha256) return bytes;
  throw broken('what arrived is not what the service keeps');
}

function broken(why: string, cause?: unknown): CliError {
  return new CliError('service/broken', `${why}; nothing was written`, cause);
}

/** A number from 1. @throws {CliError} */
export function wholeNumber(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CliError('usage', `${flag} is not a whole number from 1: ${text}`);
}
