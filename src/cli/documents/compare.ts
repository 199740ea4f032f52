import {
  createRedline,
  listRedlines,
  type Redline,
  type RedlineEntry,
  type Service,
} from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { STANDARD } from '../input.ts';
import { type Io, write } from '../io.ts';
import { openTarget } from '../output.ts';
import { connect, type ServiceFlags } from './connection.ts';
import { download, wholeNumber } from './read.ts';
import { sendAndMake } from './send.ts';
import { minute, shown } from './words.ts';

export interface CompareFlags extends ServiceFlags {
  readonly original?: string;
  readonly modified?: string;
  readonly author?: string;
  readonly output?: string;
  readonly patience: string;
}

/** `redline documents compare`: two versions, or one and a file; resolves with the exit code. */
export async function runCompare(
  id: string,
  file: string | undefined,
  flags: CompareFlags,
  io: Io,
): Promise<number> {
  const { output, json = false } = flags;
  if (json && output === STANDARD)
    throw new CliError('usage', '--json and the redline (-o -) cannot both go to standard output');
  if (file !== undefined && flags.modified !== undefined)
    throw new CliError('usage', 'FILE is the modified side: --modified stands without it');
  const target =
    output === undefined
      ? undefined
      : await openTarget(output, file === undefined ? [] : [file], { force: false, plain: false }, io);
  const { service, redline } = await compared(id, file, flags, io);
  if (target !== undefined) await target.write(await download(service, redline.current));
  const place = target === undefined ? [] : [`  ${shown(target.name)}`];
  const text = json ? JSON.stringify(redline, null, 2) : [summaryOf(redline), ...place].join('\n');
  await write(output === STANDARD ? io.stderr : io.stdout, `${text}\n`);
  return EXIT.done;
}

async function compared(
  id: string,
  file: string | undefined,
  flags: CompareFlags,
  io: Io,
): Promise<{ readonly service: Service; readonly redline: Redline }> {
  const original = flags.original === undefined ? undefined : wholeNumber('--original', flags.original);
  const modified = flags.modified === undefined ? undefined : wholeNumber('--modified', flags.modified);
  const connection = connect(flags);
  const { service } = connection;
  const author = flags.author === undefined ? {} : { author: flags.author };
  const earlier = original === undefined ? {} : { original: { version: original } };
  if (file === undefined) {
    const later = modified === undefined ? {} : { modified: { version: modified } };
    return { service, redline: await createRedline(service, id, { ...earlier, ...later }, author) };
  }
  const make = (upload: string): Promise<Redline> => {
    const how = { ...author, idempotencyKey: `upload-${upload}` };
    return createRedline(service, id, { ...earlier, modified: { upload } }, how);
  };
  const purpose = ['compare', id, flags.original ?? '', flags.author ?? ''];
  const { patience } = flags;
  const sending = { path: file, purpose, patience, make, isTaken: false };
  return { service, redline: await sendAndMake(connection, sending, io) };
}

interface ListFlags extends ServiceFlags {
  readonly limit: string;
}

/** `redline documents redlines`: those that are kept with a document, the latest first. */
export async function runRedlines(id: string, flags: ListFlags, io: Io): Promise<number> {
  const limit = wholeNumber('--limit', flags.limit);
  const { service } = connect(flags);
  const redlines: RedlineEntry[] = [];
  let pageToken: string | null | undefined;
  while (pageToken !== null && redlines.length < limit) {
    const page = await listRedlines(service, id, pageToken);
    redlines.push(...page.redlines);
    pageToken = page.nextPageToken;
  }
  const listed = redlines.slice(0, limit);
  const rows = listed.map((one) => [one.id, minute(one.createdAt), one.version, sidesOf(one)]);
  const table = rows.length === 0 ? 'No redlines.' : textTable(['id', 'made', 'version', 'compares'], rows);
  await write(io.stdout, `${flags.json ? JSON.stringify({ redlines: listed }, null, 2) : table}\n`);
  return EXIT.done;
}

function sidesOf({ document, original, modified }: RedlineEntry): string {
  const sides = [original, modified].filter((side) => side !== null);
  const said = sides.map((side) =>
    side.document === document && side.version !== null ? `version ${side.version}` : shown(side.name),
  );
  return said.join(' with ');
}

function summaryOf(redline: Redline): string {
  const { origin } = redline.current;
  const counts = 'counts' in origin ? Object.entries(origin.counts).filter(([, count]) => count > 0) : [];
  const said = counts.map(([kind, count]) => `${count} ${kind}`).join(', ');
  return `${redline.id}  ${sidesOf(redline)}: ${said === '' ? 'no differences' : said}`;
}
