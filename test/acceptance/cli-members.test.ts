import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/access/api-keys/scopes.ts';
import { ADA, BEN } from '../services/openid-provider.ts';
import { type CliResult, json, redline } from '../support/cli.ts';
import type { Visitor } from '../support/visitor.ts';
import { file, word } from './kept.ts';
import { openSignIn, type SignInStage } from './sign-in-stage.ts';

// Sharing by command, with a key of the document's owner.

let stage: SignInStage;
let folder: string;
const keys = new Map<string, string>();

beforeAll(async () => {
  folder = mkdtempSync(`${tmpdir()}/redline-cli-members-`);
  stage = await openSignIn();
  for (const [name, account] of Object.entries({ ada: ADA, ben: BEN })) {
    keys.set(name, await keyOf(await stage.signedIn(account)));
  }
});
afterAll(async () => {
  await stage.stop();
  rmSync(folder, { recursive: true });
});

async function keyOf(one: Visitor): Promise<string> {
  const answer = await one.fetch('/v1/api-keys', {
    method: 'POST',
    json: { name: 'k', scopes: [...SCOPES], perMinute: 6000 },
  });
  return ((await answer.json()) as { key: string }).key;
}

async function keep(name: string): Promise<string> {
  const answer = await fetch(`${stage.service.url}/v1/documents`, {
    method: 'POST',
    body: file(word('x')),
    headers: { authorization: `Bearer ${keys.get(name)}` },
  });
  return ((await answer.json()) as { id: string }).id;
}

async function run(name: string, ...args: string[]): Promise<CliResult> {
  const env = {
    ...{ PATH: process.env.PATH, XDG_STATE_HOME: folder },
    ...{ REDLINE_SERVER: stage.service.url, REDLINE_API_KEY: keys.get(name) },
  };
  return await redline(['documents', ...args], { cwd: folder, env });
}

interface Listed {
  readonly members: readonly { role: string; email: string | null; expireTime: string | null }[];
}
const rolesIn = (result: CliResult) =>
  json<Listed>(result).members.map(({ role, email }) => `${email} ${role}`);

describe('redline documents', () => {
  test('shares, changes, tells, takes back and transfers', async () => {
    const id = await keep('ada');
    expect((await run('ben', 'show', id)).exitCode).not.toBe(0);
    const shared = await run('ada', 'share', id, 'ben@acme.test', '--as', 'viewer', '--until', '2999-12-31');
    expect(shared.stdout.toString()).toMatch(
      /viewer +Ben Ng +ben@acme\.test +(2999-12-31|3000-01-01) \S+ +person:/,
    );
    expect((await run('ben', 'show', id)).exitCode).toBe(0);
    const changed = await run('ada', 'share', id, 'ben@acme.test', '--as', 'editor', '--json');
    expect(json<Listed>(changed).members[1]).toMatchObject({ role: 'editor', expireTime: null });
    expect(rolesIn(await run('ben', 'members', id, '--json'))).toEqual([
      'ada@acme.test owner',
      'ben@acme.test editor',
    ]);
    const passed = await run('ada', 'transfer', id, 'ben@acme.test', '--keep', 'viewer', '--json');
    expect(rolesIn(passed)).toEqual(['ben@acme.test owner', 'ada@acme.test viewer']);
    const taken = await run('ben', 'unshare', id, 'ada@acme.test', '--json');
    expect(rolesIn(taken)).toEqual(['ben@acme.test owner']);
    expect((await run('ada', 'show', id)).exitCode).not.toBe(0);
  });

  test.each<[string, string[], RegExp]>([
    ['a role that is none', ['share', 'ID', 'ben@acme.test', '--as', 'boss'], /no role boss/],
    ['somebody who cannot be meant', ['share', 'ID', 'ben', '--as', 'viewer'], /no address, no domain/],
    [
      'a time that is none',
      ['share', 'ID', 'ben@acme.test', '--as', 'viewer', '--until', 'soon'],
      /--until takes/,
    ],
    ['a member that is none', ['unshare', 'ID', 'ben@acme.test'], /is no member/],
    ['keeping what is passed on', ['transfer', 'ID', 'ben@acme.test', '--keep', 'owner'], /--keep takes/],
  ])('refuses %s', async (_, args, message) => {
    const id = await keep('ada');
    const result = await run('ada', ...args.map((one) => (one === 'ID' ? id : one)));
    expect([result.exitCode, result.stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('tells that the last owner stays', async () => {
    const id = await keep('ada');
    const result = await run('ada', 'unshare', id, 'ada@acme.test');
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toMatch(/Nobody would own the document/);
  });
});
