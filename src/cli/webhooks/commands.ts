import type { Command } from 'commander';
import { collected } from '../change-commands.ts';
import { withService } from '../documents/commands.ts';
import type { Io } from '../io.ts';

const HELP = `
Webhooks tell other programs what happens in a running service: docs/webhooks.md. Administrators look after them, and keys of programs
with the scope webhooks:manage. ID is what "list" and "add" tell. The service is --server, else REDLINE_SERVER, else the one of this
machine on PORT (8080); REDLINE_API_KEY holds a key.

A secret is shown once, when it is made: by "add" and "rotate", as the only line on standard output. What else they say is on standard
error, so that "redline webhooks add URL > secret.txt" keeps the secret and nothing else.

"test" ends with exit code 5 when the receiver did not take it.

Examples:
  redline webhooks add https://example.com/hooks --event document.* --event version.added
  redline webhooks test ID
  redline webhooks deliveries ID
  redline webhooks replay ID --since 2026-11-22T00:00:00Z
  redline webhooks rotate ID --overlap 48
`;

type Done = (exitCode: number) => void;

/** `redline webhooks …`: where a service tells of what happens. */
export function addWebhooks(program: Command, io: Io, done: Done): void {
  const webhooks = program
    .command('webhooks')
    .description('look after where a running service tells of what happens: add, test, deliveries, replay …')
    .addHelpText('after', HELP);
  addReading(webhooks, io, done);
  addChanging(webhooks, io, done);
}

function addReading(webhooks: Command, io: Io, done: Done): void {
  withService(webhooks.command('list'))
    .description('list webhooks')
    .action(async (flags) => done(await (await import('./read.ts')).runList(flags, io)));
  withService(webhooks.command('events'))
    .description('list what webhooks can tell of')
    .action(async (flags) => done(await (await import('./read.ts')).runEvents(flags, io)));
  withService(webhooks.command('show <id>'))
    .description('show a webhook, and how its deliveries are')
    .action(async (id, flags) => done(await (await import('./read.ts')).runShow(id, flags, io)));
  withService(webhooks.command('deliveries <id>'))
    .description('list what was tried, the latest first')
    .option('--limit <number>', 'the most to list', '50')
    .action(async (id, flags) => done(await (await import('./read.ts')).runDeliveries(id, flags, io)));
}

function addChanging(webhooks: Command, io: Io, done: Done): void {
  withService(webhooks.command('add <url>'))
    .description('have events sent to an address, from now on; prints its secret')
    .option(
      '--event <type>',
      'a type, document.* for all of a kind; may be repeated (default: all)',
      collected,
    )
    .option('--description <text>', 'what it is for')
    .option('--signature <kind>', 'v1 (HMAC) or v1a (Ed25519); may be repeated (default: v1)', collected)
    .action(async (url, flags) => done(await (await import('./change.ts')).runAdd(url, flags, io)));
  withService(webhooks.command('test <id>'))
    .description('send a test, once, and say what the receiver answered')
    .action(async (id, flags) => done(await (await import('./change.ts')).runTest(id, flags, io)));
  withService(webhooks.command('replay <id>'))
    .description('have deliveries made again: one, or all that were given up')
    .option('--delivery <id>', 'one message, by its webhook-id')
    .option('--since <time>', 'all that were given up since then, ISO 8601')
    .action(async (id, flags) => done(await (await import('./change.ts')).runReplay(id, flags, io)));
  withService(webhooks.command('rotate <id>'))
    .description('give a webhook a new secret, and print it')
    .option('--overlap <hours>', 'how long the old one signs beside it, at most 168', '24')
    .action(async (id, flags) => done(await (await import('./change.ts')).runRotate(id, flags, io)));
  withService(webhooks.command('enable <id>'))
    .description('go on with a webhook where it was disabled')
    .option('--skip', 'without what happened meanwhile')
    .action(async (id, flags) => done(await (await import('./change.ts')).runEnable(id, flags, io)));
  withService(webhooks.command('disable <id>'))
    .description('send nothing until it is enabled')
    .action(async (id, flags) => done(await (await import('./change.ts')).runDisable(id, flags, io)));
  withService(webhooks.command('remove <id>'))
    .description('remove a webhook, its secret and its log')
    .action(async (id, flags) => done(await (await import('./change.ts')).runRemove(id, flags, io)));
}
