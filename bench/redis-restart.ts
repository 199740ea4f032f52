// `npm run bench:redis-restart`: what those who ask notice when Redis is killed and started again. See README.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cell, textTable } from '../src/kit/index.ts';
import { ACCESS, oidcSettings } from '../test/acceptance/sign-in-stage.ts';
import { MortalServer } from '../test/chaos/server.ts';
import { startOpenIdProvider } from '../test/services/openid-provider.ts';
import { freePort } from '../test/services/processes.ts';
import { startRedis } from '../test/services/redis.ts';
import { Visitor } from '../test/support/visitor.ts';
import { quantile, short } from './figures.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100' },
    away: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
  },
});
/** What the table asks for: a p99 as before, so long after Redis is back. */
const WANTED_SECONDS = 5;
const WARM_MS = 5000;

interface Asked {
  readonly who: string;
  readonly status: number;
  /** When it was due, and how long after that the answer was there; milliseconds. */
  readonly at: number;
  readonly ms: number;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends requests when they are due, whether or not those before were answered. */
async function askSteadily(
  askers: readonly { who: string; url: string; authorization: string }[],
  perSecond: number,
  seen: Asked[],
  until: () => boolean,
): Promise<void> {
  const begun = performance.now();
  const under: Promise<void>[] = [];
  for (let n = 0; !until(); n += 1) {
    const due = begun + (n * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await pause(early);
    const { who, url, authorization } = askers[n % askers.length] ?? { who: '', url: '', authorization: '' };
    under.push(
      fetch(`${url}/v1/me`, { headers: { authorization } }).then(async (answer) => {
        await answer.arrayBuffer();
        seen.push({ who, status: answer.status, at: due, ms: performance.now() - due });
      }),
    );
  }
  await Promise.all(under);
}

/** Behind the name of each asker, whether they may be let through at all. */
const MAY = { key: true, session: true, revoked: false, left: false } as const;

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'redline-restart-'));
  const redis = await startRedis();
  const ports = [await freePort(), await freePort()];
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const [known = ''] = urls;
  const provider = await startOpenIdProvider([`${known}/auth/callback`]);
  const settings = {
    ...oidcSettings(provider),
    ...{ REDLINE_URL: known, REDLINE_REDIS: redis.addresses.join(','), REDLINE_ENTERPRISE: 'acme' },
  };
  const servers = ports.map((port) => MortalServer.start(folder, { ...settings, PORT: String(port) }));
  await Promise.all(servers.map((server) => server.url()));
  const close = async () => {
    for (const server of servers) await server.stop();
    await provider.stop();
    await redis.stop();
    await rm(folder, { recursive: true });
  };
  return { redis, urls, known, close };
}

/** Somebody for each row of `MAY`, at both processes. */
async function makeAskers(known: string, urls: readonly string[]) {
  const visitor = async (): Promise<Visitor> => {
    const one = new Visitor(known);
    await one.signIn();
    return one;
  };
  const bearer = (one: Visitor) => `Bearer ${one.cookies.get(ACCESS)}`;
  const maker = await visitor();
  const key = async () => {
    const json = { name: 'k', scopes: ['compare'], perMinute: 6000 };
    const made = await maker.fetch('/v1/api-keys', { method: 'POST', json });
    return (await made.json()) as { id: string; key: string };
  };
  const [good, revoked, leaver] = [await key(), await key(), await visitor()];
  const left = bearer(leaver);
  await maker.fetch(`/v1/api-keys/${revoked.id}`, { method: 'DELETE' });
  await leaver.fetch('/auth/sign-out', { method: 'POST' });
  // Signing out ends all sessions of a person: the one that goes on is opened afterwards.
  const tokens = { key: `Bearer ${good.key}`, revoked: `Bearer ${revoked.key}`, left };
  const all = { ...tokens, session: bearer(await visitor()) };
  await pause(6000);
  return Object.entries(all).flatMap(([who, authorization]) =>
    urls.map((url) => ({ who, url, authorization })),
  );
}

const { redis, urls, known, close } = await open();
const askers = await makeAskers(known, urls);
const seen: Asked[] = [];
let over = false;
const asking = askSteadily(askers, Number(values.rate), seen, () => over);
// What two fresh processes are slow at is not measured.
await pause(WARM_MS);
const begun = performance.now();
await pause(Number(values.seconds) * 1000);
const killed = performance.now();
await redis.kill();
await pause(Number(values.away) * 1000);
await redis.restart();
const back = performance.now();
await pause(Number(values.seconds) * 1000);
over = true;
await asking;
await close();

/** Of those who may: a session that Redis lost is answered too, with 401. */
const between = (from: number, to: number) =>
  seen.filter(({ at, who }) => MAY[who as keyof typeof MAY] && at >= from && at < to);
const p99 = (asked: readonly Asked[]) =>
  quantile(
    asked.map(({ ms }) => ms),
    0.99,
  );
const row = (name: string, from: number, to: number): Cell[] => {
  const asked = between(from, to);
  const times = asked.map(({ ms }) => ms);
  return [
    name,
    String(asked.length),
    short(quantile(times, 0.5)),
    short(p99(asked)),
    short(Math.max(...times)),
  ];
};
const rows = [row('before', begun, killed), row('away', killed, back)];
for (let second = 0; second < Number(values.seconds); second += 1)
  rows.push(row(`${second + 1}. second after`, back + second * 1000, back + (second + 1) * 1000));
console.log(textTable(['', 'requests', 'median ms', 'p99 ms', 'max ms'], rows));
const usual = p99(between(begun, killed));
const after = p99(between(back + WANTED_SECONDS * 1000, Number.POSITIVE_INFINITY));
const wrong = seen.filter(({ who, status }) => !MAY[who as keyof typeof MAY] && status === 200).length;
console.log(
  `Let through that should not be: ${wrong} of ${seen.length - between(0, Number.POSITIVE_INFINITY).length}.`,
);
console.log(`p99 before ${short(usual)} ms, from ${WANTED_SECONDS} s after ${short(after)} ms.`);
process.exitCode = wrong === 0 && after <= 2 * usual + 5 ? 0 : 1;
