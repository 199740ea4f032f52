import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CliResult, json, redline } from '../support/cli.ts';
import { asking, keep } from './kept.ts';
import { Receiver } from './receiver.ts';
import { type Service, startService } from './service.ts';

// `redline webhooks …` against a running service and a receiver that is written with the official library.

const WAIT = { timeout: 60_000, interval: 50 };
let service: Service;
let receiver: Receiver;
let folder: string;
const ask = asking(() => service);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redline-cli-webhooks-'));
  service = await startService({ settings: { REDLINE_WEBHOOK_NETWORKS: '127.0.0.0/8' } });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  receiver = await Receiver.listen();
});
afterEach(() => receiver.stop());

async function run(...args: string[]): Promise<CliResult> {
  const env = { PATH: process.env.PATH, REDLINE_SERVER: service.url };
  return await redline(['webhooks', ...args], { cwd: folder, env });
}
const said = ({ stdout }: CliResult): string => stdout.toString().trim();

/** @returns its id. */
async function add(...flags: string[]): Promise<string> {
  const made = await run('add', receiver.url, ...flags);
  expect(made.exitCode).toBe(0);
  // Nothing but the secret is there to be kept.
  expect(said(made)).toMatch(/^whsec_[\w+/=]+$/);
  receiver.secrets.push(said(made));
  return /^w_\w+/m.exec(made.stderr)?.[0] ?? '';
}

describe('redline webhooks', () => {
  test('adds one, tests it, lists what was tried, and has it delivered again', async () => {
    const id = await add('--event', 'document.*', '--event', 'version.added', '--description', 'Ours');
    const tested = await run('test', id);
    expect([tested.exitCode, said(tested)]).toEqual([
      0,
      expect.stringMatching(/^msg_test_\w+ {2}delivered, 204, /),
    ]);
    const { body } = await keep(ask);
    await expect.poll(() => receiver.types, WAIT).toEqual(['webhook.test', 'document.created']);
    const { attempts } = json<{ attempts: { delivery: string; type: string; document: string | null }[] }>(
      await run('deliveries', id, '--json'),
    );
    expect(attempts.map(({ type, document }) => [type, document])).toEqual([
      ['document.created', body.id],
      ['webhook.test', null],
    ]);
    const [{ delivery } = { delivery: '' }] = attempts;
    expect(said(await run('replay', id, '--delivery', delivery))).toBe('1 delivery is made again');
    await expect.poll(() => receiver.arrived.length, WAIT).toBe(3);
    expect(receiver.arrived[2]?.id).toBe(delivery);
    expect(said(await run('replay', id, '--since', '2026-01-01'))).toBe('0 deliveries are made again');
    const table = said(await run('deliveries', id, '--limit', '1'));
    expect(table.split('\n')).toHaveLength(2);
    expect(table).toMatch(/document\.created +1 +delivered, 204/);
    expect(said(await run('show', id))).toMatch(/^for +Ours$/m);
    expect(said(await run('list'))).toContain(`${id}  ${receiver.url}  enabled  document.* version.added`);
  });

  test('gives it a new secret, which signs beside the old one', async () => {
    const id = await add('--signature', 'v1', '--signature', 'v1a');
    const rotated = await run('rotate', id, '--overlap', '1');
    expect(rotated.stderr).toMatch(/Its public key of Ed25519: whpk_/);
    receiver.secrets.push(said(rotated));
    expect((await run('test', id)).exitCode).toBe(0);
    expect(receiver.arrived[0]?.by).toEqual(receiver.secrets);
    const last = json<{ secret: string }>(await run('rotate', id, '--overlap', '0', '--json'));
    receiver.secrets.push(last.secret);
    await run('test', id);
    // The one of the last hour is good for nothing any more; the one before it has its own end.
    expect(receiver.arrived[1]?.by).toEqual([receiver.secrets[0], last.secret]);
  });

  test('disables it, enables it and removes it', async () => {
    const id = await add();
    expect(said(await run('disable', id))).toBe(`${id}  disabled, 0 waiting`);
    expect(said(await run('list'))).toContain('disabled');
    await keep(ask);
    expect(said(await run('enable', id, '--skip'))).toBe(`${id}  enabled, 0 waiting`);
    receiver.answer = (_, response) => response.writeHead(302, { Location: '/' }).end();
    const refused = await run('test', id);
    expect([refused.exitCode, said(refused)]).toEqual([
      5,
      expect.stringContaining('given up, 302 (redirect)'),
    ]);
    expect(said(await run('remove', id))).toBe(`${id}  removed`);
    const gone = await run('show', id);
    expect([gone.exitCode, gone.stderr]).toEqual([2, expect.stringContaining('webhooks/not-found')]);
  });

  test('lists what it can tell of', async () => {
    const told = said(await run('events'));
    expect(told).toMatch(/^document\.created +A document was kept for the first time\.$/m);
  });

  test.each([
    [['replay', 'w_1'], /either which one/],
    [['replay', 'w_1', '--delivery', 'm', '--since', '2026-01-01'], /either which one/],
    [['replay', 'w_1', '--since', 'yesterday'], /--since is a time/],
    [['rotate', 'w_1', '--overlap', '169'], /--overlap is a number of hours/],
    [['rotate', 'w_1', '--overlap', '-1'], /--overlap is a number of hours/],
    [['deliveries', 'w_1', '--limit', '0'], /--limit is a number/],
    [['add', 'https://a.test', '--signature', 'v3'], /--signature is v1 or v1a/],
    [['add', 'nothing'], /webhooks\/invalid/],
  ])('refuses what makes no sense: %j', async (args, why) => {
    const { exitCode, stderr, stdout } = await run(...args);
    expect([exitCode, stdout.toString()]).toEqual([2, '']);
    expect(stderr).toMatch(why);
  });
});
