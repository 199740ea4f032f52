import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { contract, type Desk, openDesk } from './desk.ts';
import { runHere } from './run-here.ts';
import { startService } from './service.ts';

// Holds and rules of retention by command, against a service that runs.

const DAY = 24 * 3_600_000;
const time = { ahead: 0 };
let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(await startService({ clock: () => Date.now() + time.ahead }));
  vi.stubEnv('REDLINE_SERVER', desk.service.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await desk.close();
});
beforeEach(() => {
  time.ahead = 0;
});

const keep = async (...labels: string[]): Promise<string> => {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(contract('x'))]), 'Lease.docx');
  form.set('options', JSON.stringify({ labels }));
  const answer = await fetch(`${desk.service.url}/v1/documents`, { method: 'POST', body: form });
  return ((await answer.json()) as { id: string }).id;
};

async function ask(...args: string[]) {
  const { code, text } = await runHere(...args, '--json');
  return { code, answer: JSON.parse(text) };
}

const BRIEF = { id: 'brief', label: 'brief', keepDays: 1, deleteAfterDays: 2 };
const RULES = { default: { keepDays: null, deleteAfterDays: null }, rules: [BRIEF] };

/** A sweep every one and a half days, counted from the start. */
async function sweepUntil(from: number, to: number): Promise<void> {
  for (let day = from; day <= to; day += 1.5) {
    time.ahead = day * DAY;
    const { code, answer } = await ask('retention', 'sweep', '--really');
    expect([code, answer.clockDoubtedSince]).toEqual([0, null]);
  }
}

describe('redline documents', () => {
  test('holds, tells of the hold, and releases', async () => {
    const id = await keep();
    const held = await runHere('documents', 'hold', id, '--reason', 'Case 7');
    expect(held).toEqual({
      code: 0,
      text: expect.stringMatching(/^d_\w+ {2}on hold since \S+ \S+: Case 7\n$/),
    });
    expect((await runHere('documents', 'show', id)).text).toContain('hold     on hold');
    const row = (text: string) => text.split('\n').find((one) => one.startsWith(id));
    expect(row((await runHere('documents', 'list')).text)).toContain('  on hold  ');
    expect(await ask('documents', 'delete', id)).toMatchObject({
      code: 2,
      answer: { code: 'documents/held' },
    });
    const other = await ask('documents', 'hold', id, '--reason', 'Case 8');
    expect(other.answer).toMatchObject({ hold: { reason: 'Case 8' }, retention: { held: true } });
    const stale = await ask('documents', 'release', id, '--if-match', '0');
    expect([stale.code, stale.answer.code]).toEqual([2, 'documents/stale']);
    expect((await runHere('documents', 'release', id)).text).toBe(`${id}  not on hold\n`);
    expect(row((await runHere('documents', 'list')).text)).not.toContain('on hold');
    expect((await ask('documents', 'release', id)).answer.code).toBe('documents/not-held');
    expect((await ask('documents', 'delete', id)).code).toBe(0);
  });

  test('asks for a reason', async () => {
    const id = await keep();
    expect((await runHere('documents', 'hold', id)).code).toBe(2);
    expect((await runHere('documents', 'hold', id, '--reason', ' ')).code).toBe(2);
  });
});

describe('redline retention', () => {
  test('shows and replaces the rules, of a file or as they were shown', async () => {
    const file = desk.at('rules.json');
    writeFileSync(file, JSON.stringify(RULES));
    const set = await ask('retention', 'set', file);
    expect([set.code, set.answer.rules]).toEqual([0, [{ ...BRIEF, type: null, since: 'created' }]]);
    const { text } = await runHere('retention', 'show');
    expect(text).toMatch(/^brief +any +brief +at least 1 day +after 2 days +created$/m);
    expect(text).toMatch(/^default +as long as wanted +never +created$/m);
    const shown = desk.at('shown.json');
    writeFileSync(shown, (await runHere('retention', 'show', '--json')).text);
    expect((await ask('retention', 'set', shown)).code).toBe(0);
    const stale = await ask('retention', 'set', shown);
    expect([stale.code, stale.answer.code], 'the file says what it was read as').toEqual([
      2,
      'retention/stale',
    ]);
    const now = JSON.parse(readFileSync(shown, 'utf8')).version + 1;
    expect((await ask('retention', 'show')).answer.version).toBe(now);
    const id = await keep('brief');
    expect((await runHere('documents', 'show', id)).text).toMatch(/^kept +until .* \(rule brief\)$/m);
    expect((await runHere('documents', 'show', id)).text).toMatch(/^goes +after .* \(rule brief\)$/m);
  });

  test.each([
    ['nothing', null],
    ['no JSON', 'x'],
    ['no object', '[]'],
    ['no rules', '{"rules": 1}'],
  ])('refuses %s', async (name, text) => {
    const file = desk.at(`${name}.json`);
    if (text !== null) writeFileSync(file, text);
    expect((await runHere('retention', 'set', file)).code).toBe(2);
  });

  test('tells what a sweep would do, and does it only when that is meant', async () => {
    const file = desk.at('rules.json');
    writeFileSync(file, JSON.stringify(RULES));
    await runHere('retention', 'set', file);
    const [free, held] = [await keep('brief'), await keep('brief')];
    await runHere('documents', 'hold', held, '--reason', 'Case 7');
    // A service that runs, over the notice of rules that are shorter than those before.
    await sweepUntil(0, 28.5);
    time.ahead = 30.4 * DAY;
    const { text } = await runHere('retention', 'sweep');
    expect(text).toMatch(
      new RegExp(
        `^${free} +would be marked, and deleted a week later +rule brief: over since \\S+ \\S+$`,
        'm',
      ),
    );
    expect(text).toMatch(new RegExp(`^${held} +left: under a legal hold `, 'm'));
    expect(text).toMatch(/Nothing was done; --really does it\.\n$/);
    expect((await ask('documents', 'show', free)).answer.retention.markedAt).toBeNull();
    expect((await runHere('retention', 'sweep', '--really')).text).toMatch(
      new RegExp(`^${free} +marked, to be deleted in a week `, 'm'),
    );
    await sweepUntil(31.9, 40.9);
    expect((await ask('documents', 'show', free)).answer.code).toBe('documents/not-found');
    expect((await ask('documents', 'show', held)).answer.id).toBe(held);
  });

  test('says that a clock that jumped is not believed', async () => {
    await ask('retention', 'sweep', '--really');
    time.ahead = 100 * DAY;
    expect((await runHere('retention', 'sweep')).text).toMatch(
      /^The clock is not believed since .*: nothing is marked or deleted for a week\.$/m,
    );
  });
});
