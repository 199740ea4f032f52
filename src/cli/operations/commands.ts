import { type Command, Option } from 'commander';
import {
  cancelOperation,
  getOperation,
  listOperations,
  type Operation,
  type OperationQuery,
  replayOperation,
  type Service,
  waitForOperation,
} from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';
import { connect, type ServiceFlags } from '../documents/connection.ts';
import { wholeNumber } from '../documents/read.ts';
import { minute, shown } from '../documents/words.ts';
import { EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { oneOf } from '../produce.ts';

interface ListFlags extends ServiceFlags {
  readonly state?: string;
  readonly kind?: string;
  readonly parent?: string;
  readonly everybody?: boolean;
  readonly by?: string;
  readonly limit: string;
}

/** The most that one page of the service has. */
const PAGE_SIZE = 200;
const STATES = ['open', 'ended', 'queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

const HELP = `
What takes longer than a request, of whoever REDLINE_API_KEY says. "wait" ends with 1 where it failed or was cancelled.

Examples:
  redline operations list --server https://redline.example --state open
  redline operations wait o_0123
  redline operations cancel o_0123
`;

/** `redline operations`: what a service is at, and did. */
export function addOperations(program: Command, io: Io, done: (exitCode: number) => void): void {
  const operations = program
    .command('operations')
    .description('look at, wait for and end what takes longer than a request')
    .addHelpText('after', HELP);
  const verb = (name: string, description: string): Command =>
    operations
      .command(name)
      .description(description)
      .addOption(new Option('--server <url>', 'the service').env('REDLINE_SERVER'))
      .option('--json', 'the answer as JSON');
  verb('list', 'list your own, the latest first')
    .option('--state <state>', STATES.join(', '))
    .option('--kind <kind>', 'such as comparison or batch')
    .option('--parent <id>', 'parts of that one, such as the pairs of a batch')
    .option('--everybody', 'those of everybody; for administrators')
    .option('--by <id>', 'what this person, service account or key asked for; for administrators')
    .option('--limit <n>', 'how many at most', '50')
    .action(async (flags: ListFlags) => done(await runList(flags, io)));
  const one = (name: string, description: string, ask: Ask): void => {
    verb(`${name} <id>`, description).action(async (id: string, flags: ServiceFlags) => {
      const operation = await ask(connect(flags).service, id);
      await write(io.stdout, `${flags.json ? JSON.stringify(operation, null, 2) : summaryOf(operation)}\n`);
      const isBad = name === 'wait' && operation.state !== 'succeeded';
      done(isBad ? EXIT.notExact : EXIT.done);
    });
  };
  one('show', 'how far one is', (service, id) => getOperation(service, id));
  one('wait', 'wait until one has ended', (service, id) => waitForOperation(service, id));
  one('cancel', 'end one, wherever it is', (service, id) => cancelOperation(service, id));
  one('replay', 'begin one again that was given up', (service, id) => replayOperation(service, id));
}

type Ask = (service: Service, id: string) => Promise<Operation>;

async function runList(flags: ListFlags, io: Io): Promise<number> {
  const limit = wholeNumber('--limit', flags.limit);
  const { kind, parent, everybody, by } = flags;
  const query: OperationQuery = {
    ...(flags.state === undefined ? {} : { state: oneOf('--state', flags.state, STATES) }),
    ...(kind === undefined ? {} : { kind }),
    ...(parent === undefined ? {} : { parent }),
    ...((everybody || by !== undefined) && { scope: 'tenant' }),
    ...(by === undefined ? {} : { createdBy: by }),
  };
  const { service } = connect(flags);
  const operations: Operation[] = [];
  let pageToken: string | null = null;
  do {
    const place: { pageToken?: string } = pageToken === null ? {} : { pageToken };
    const pageSize = Math.min(PAGE_SIZE, limit - operations.length);
    const page = await listOperations(service, { ...query, ...place, pageSize });
    operations.push(...page.operations);
    pageToken = page.nextPageToken;
  } while (pageToken !== null && operations.length < limit);
  const answer = { operations, nextPageToken: pageToken };
  const more = pageToken === null ? '' : '\nThere are more: --limit';
  const table = operations.length === 0 ? 'No operations.' : `${tableOf(operations)}${more}`;
  await write(io.stdout, `${flags.json ? JSON.stringify(answer, null, 2) : table}\n`);
  return EXIT.done;
}

function tableOf(operations: readonly Operation[]): string {
  const isAllOwn = operations.every(({ own }) => own);
  const rows = operations.map(({ id, kind, state, percent, createdAt, createdBy, error, name }) => [
    ...[id, kind, state, `${percent} %`, minute(createdAt), ...(isAllOwn ? [] : [createdBy])],
    ...[error?.code ?? '', shown(name ?? '')],
  ]);
  const by = isAllOwn ? [] : ['by'];
  return textTable(['id', 'kind', 'state', 'done', 'asked', ...by, 'error', 'name'], rows);
}

function summaryOf({
  id,
  kind,
  name,
  state,
  stage,
  percent,
  ahead,
  error,
  result,
  ...times
}: Operation): string {
  const { createdAt, createdBy, own, startedAt, endedAt, expectedEndAt } = times;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['id', id],
    ['kind', kind],
    ['name', name === null ? null : shown(name)],
    ['state', state],
    ['stage', stage],
    ['before', ahead === null ? null : `about ${ahead}`],
    ['done', `${percent} %`],
    ['asked', createdAt],
    ['by', own ? null : createdBy],
    ['begun', startedAt],
    ['expected', expectedEndAt],
    ['ended', endedAt],
    ['error', error === null ? null : `${error.code}: ${shown(error.detail)}`],
    ['result', result?.link],
  ];
  const said = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return said.map(([label, value]) => `${label.padEnd(10)}${value}`).join('\n');
}
