import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metricsText } from '../../src/http/index.ts';
import { type QueueState, QueueWatch } from '../../src/jobs/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { freePort } from '../services/processes.ts';
import { startService } from './service.ts';

const POOL = { threads: 2, running: 1, waiting: 0, places: 0, capacity: 8 };
const TRAIL = { waiting: 0, undelivered: 0, lagMs: 0, committedAt: null, deliveredAt: null, lost: 2 };
const AUDIT = { us: TRAIL, eu: { ...TRAIL, waiting: 3, undelivered: 40, lagMs: 61_500 } };
const none = { count: 0, oldestMs: null };
const STATE: QueueState = {
  waiting: { express: none, normal: { count: 3, oldestMs: 1500 }, batch: { count: 5000, oldestMs: 60_000 } },
  ...{ delayed: 2, active: 6, dead: 1, workers: 2, slots: 8 },
};

/** By name and labels. @throws where a line is not of the format, or a metric is told of twice or not at all. */
function read(text: string): Map<string, number> {
  const values = new Map<string, number>();
  const described = new Set<string>();
  for (const line of text.trimEnd().split('\n')) {
    const about = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (about !== null) {
      const [, what, name, said] = about;
      if (what === 'TYPE') expect(said).toBe('gauge');
      expect(described.has(`${what} ${name}`)).toBe(false);
      described.add(`${what} ${name}`);
      continue;
    }
    const [, name = '', labels = '', value] =
      /^([a-z_]+)((?:\{[a-z]+="[a-z]+"\})?) (\d+(?:\.\d+)?)$/.exec(line) ?? [];
    expect(value, line).toBeDefined();
    expect(described.has(`TYPE ${name}`) && described.has(`HELP ${name}`)).toBe(true);
    values.set(name + labels, Number(value));
  }
  return values;
}

test('the figures say what the queue says, and how busy all workers are', () => {
  const values = read(metricsText({ queue: STATE, pool: POOL, audit: AUDIT }));
  expect(Object.fromEntries(values)).toMatchObject({
    redline_queue_up: 1,
    'redline_queue_waiting_jobs{priority="batch"}': 5000,
    'redline_queue_oldest_waiting_seconds{priority="normal"}': 1.5,
    'redline_queue_oldest_waiting_seconds{priority="express"}': 0,
    redline_queue_active_jobs: 6,
    redline_worker_saturation_ratio: 0.75,
    redline_engine_threads: 2,
  });
});

test('the figures say by region for how long events are on their way to auditors', () => {
  const values = read(metricsText({ queue: STATE, pool: POOL, audit: AUDIT }));
  expect(Object.fromEntries(values)).toMatchObject({
    'redline_audit_lag_seconds{region="us"}': 0,
    'redline_audit_lag_seconds{region="eu"}': 61.5,
    'redline_audit_undelivered_events{region="eu"}': 40,
    'redline_audit_waiting_events{region="eu"}': 3,
    redline_audit_lost_events: 2,
  });
});

test.each<[string, Partial<QueueState>, number]>([
  ['work waits and no worker is there', { active: 0, workers: 0, slots: 0 }, 1],
  [
    'nothing waits and no worker is there',
    { waiting: { express: none, normal: none, batch: none }, active: 0, workers: 0, slots: 0 },
    0,
  ],
])('where %s the saturation is', (_, facts, ratio) => {
  const values = read(metricsText({ queue: { ...STATE, ...facts }, pool: POOL, audit: AUDIT }));
  expect(values.get('redline_worker_saturation_ratio')).toBe(ratio);
});

test('while the queue does not answer its figures are missing, not zero', () => {
  const values = read(metricsText({ queue: null, pool: POOL, audit: AUDIT }));
  expect(values.get('redline_queue_up')).toBe(0);
  expect([...values.keys()].filter((name) => /^redline_(queue_[^u]|worker)/.test(name))).toEqual([]);
});

test('docs/scaling.md has every metric, and no other', () => {
  const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `(redline_[a-z_]+)/gm)].map(([, name]) => name);
  const text = metricsText({ queue: STATE, pool: POOL, audit: AUDIT });
  const made = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(told).toEqual(made);
});

test('the queue is asked once a second, however often it is read', async () => {
  const time = { now: 1000 };
  const answers: (QueueState | null)[] = [STATE, null, STATE];
  let asked = 0;
  const state = async () => {
    const answer = answers[asked];
    asked += 1;
    if (!answer) throw new OutsideError('JobQueue', 'unavailable', 'away');
    return answer;
  };
  const watch = new QueueWatch({ state }, () => time.now);
  expect([await watch.read(), await watch.read(), asked]).toEqual([STATE, STATE, 1]);
  time.now += 1000;
  expect([await watch.read(), asked]).toEqual([null, 2]);
  time.now -= 5000;
  expect([await watch.read(), asked]).toEqual([STATE, 3]);
});

test('the service answers them at the address that is set, and nothing else there', async () => {
  const port = await freePort();
  const service = await startService({ settings: { REDLINE_METRICS: `127.0.0.1:${port}` } });
  try {
    const at = (path: string, init = {}) => fetch(`http://127.0.0.1:${port}${path}`, init);
    const answer = await at('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(read(await answer.text()).get('redline_queue_up')).toBe(1);
    await expect.poll(async () => read(await (await at('/metrics')).text()).get('redline_workers')).toBe(1);
    const lag = 'redline_audit_lag_seconds{region="local"}';
    await expect
      .poll(async () => read(await (await at('/metrics')).text()).get(lag), { timeout: 30_000 })
      .toBe(0);
    expect((await at('/health')).status).toBe(404);
    expect((await at('/metrics', { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
    expect(await service.health()).toMatchObject({ queue: { dead: 0, workers: 1 } });
  } finally {
    await service.stop();
  }
});
