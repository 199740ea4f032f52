import { Checkpointer, routedLog, routedSink, Trail, type TrailState } from '../audit/index.ts';
import { isServed, type Library } from '../documents/index.ts';
import {
  describeError,
  type Integrity,
  idleTimer,
  type Log,
  systemRandom,
  systemTimer,
} from '../kit/index.ts';
import { placeOf, tenantsHere } from './library.ts';
import { residencyOf } from './residencies.ts';
import type { RoleContext } from './role.ts';

/** How soon what happened is brought into the chain: all of that time goes into one segment. */
const RELAY_EVERY_MS = 500;
/** At every so many of these what other processes left is looked for: every five seconds. */
const CATCH_UP_EVERY = 10;
/** How much nobody has signed for, at most. */
const SIGN_EVERY_MS = 60_000;
/** After a failure. */
const RELAY_AGAIN_MS = 5000;

/** The audit trail of an installation. Where the sink does not answer it is filled later. */
export async function openTrail(
  { config, platform, clock, log }: Pick<RoleContext, 'config' | 'platform' | 'clock' | 'log'>,
  library: Library,
): Promise<Trail> {
  const at = residencyOf({ platform, config, clock });
  const isOurs = (tenant: string, region: string) => isServed(config.serves, region, tenant);
  const trail = new Trail({
    ...{ store: placeOf({ platform, config, clock }).heads, commits: library.commits },
    log: platform.outboxes === null ? null : routedLog(platform.outboxes, at, isOurs),
    sink: routedSink(platform.audit, at),
    ambient: { clock, random: systemRandom, pause: (ms) => new Promise((go) => void systemTimer(ms, go)) },
  });
  library.onCommit((commit) => trail.committed(commit));
  const tenants = await tenantsHere({ config, platform, clock });
  await trail.open(tenants).catch((error) => log.warn('audit sink behind', describeError(error)));
  return trail;
}

/** How far each region is behind. */
export function auditLag(
  { config, platform }: Pick<RoleContext, 'config' | 'platform'>,
  trail: Trail,
): () => Readonly<Record<string, TrailState>> {
  const [first] = platform.audit.keys();
  const regions = [...platform.audit.keys()];
  return () =>
    Object.fromEntries(
      regions.map((region) => [
        region,
        trail.stateOf((tenant) => (config.residencies.get(tenant) ?? first) === region),
      ]),
    );
}

/** Signs what is in the chains, once a minute. @returns what ends that, after a last time. */
export function checkpointRegularly(
  { config, platform, clock, log }: Pick<RoleContext, 'config' | 'platform' | 'clock' | 'log'>,
  { records }: Library,
  trail: Trail,
): { end(): Promise<void> } {
  const { checkpoints: place } = platform;
  if (place === null) return { end: async () => {} };
  const checkpointer = new Checkpointer({ trail, place, records, clock });
  const sign = async (): Promise<void> => {
    try {
      await checkpointer.run(await tenantsHere({ config, platform, clock }));
    } catch (error) {
      log.error('checkpoint failed', describeError(error));
    }
  };
  const timer = setInterval(() => void sign(), SIGN_EVERY_MS).unref();
  return {
    end: async () => {
      clearInterval(timer);
      await sign();
    },
  };
}

/** Brings what happens into the chains and to the sink. @returns what ends that, after a last time. */
export function relayRegularly(trail: Trail, log: Log, integrity: Integrity): { end(): Promise<void> } {
  let isEnded = false;
  let isBehind = false;
  let stop = (): void => {};
  let turn = 0;
  const relay = async (): Promise<void> => {
    try {
      const isTurn = !isEnded && turn % CATCH_UP_EVERY === 0;
      turn += 1;
      const count = isTurn ? await trail.catchUp() : 0;
      if (count > 0) log.info('swept', { chore: 'events left lately', count });
      await trail.advance();
      if (isBehind) log.info('audit sink caught up');
      isBehind = false;
    } catch (error) {
      integrity.note(error, { chore: 'events relayed' });
      if (!isBehind) log.warn('audit sink behind', { ...describeError(error), ...trail.state });
      isBehind = true;
    }
  };
  const again = (): void => {
    if (!isEnded)
      stop = idleTimer(isBehind ? RELAY_AGAIN_MS : RELAY_EVERY_MS, () => void relay().then(again));
  };
  again();
  return {
    end: async () => {
      isEnded = true;
      stop();
      // The first one may have been under way already, without what came last.
      await relay();
      await relay();
    },
  };
}
