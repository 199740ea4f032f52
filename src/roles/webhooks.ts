import { randomBytes } from 'node:crypto';
import { localOperator } from '../access/index.ts';
import type { Trail } from '../audit/index.ts';
import type { Library } from '../documents/index.ts';
import { Deliverer, DeliveryLog, Endpoints, Sender, Webhooks } from '../jobs/index.ts';
import { describeError, type Integrity, idleTimer, systemRandom } from '../kit/index.ts';
import { tenantsOf } from './library.ts';
import type { RoleContext } from './role.ts';

/** How soon what happened is sent, behind the trail. */
const DELIVER_EVERY_MS = 500;
/** The same failure is told of once in so long. */
const TOLD_EVERY_MS = 60_000;

/** What sends the events of tenants to where they want them, and what they ask for of it. */
export interface OpenWebhooks {
  readonly webhooks: Webhooks;
  readonly deliverer: Deliverer;
}

export function openWebhooks(
  { config, platform, clock, log }: Pick<RoleContext, 'config' | 'platform' | 'clock' | 'log'>,
  { records }: Library,
  trail: Trail,
  integrity: Integrity,
): OpenWebhooks {
  const { webhooks: rules } = config;
  const random = systemRandom;
  const endpoints = new Endpoints({ records, rules, clock, random });
  const parts = {
    ...{ records, endpoints, trail, clock },
    log: new DeliveryLog(records),
    sender: new Sender({ web: platform.web, rules, clock }),
  };
  let toldAt = 0;
  const deliverer = new Deliverer({
    ...parts,
    tenants: () => tenantsOf(config),
    disabled: async (tenant, { id }, reason) => {
      const actor = { ...localOperator('webhooks', null), kind: 'service', id: 'webhooks', tenant } as const;
      await trail.record({
        ...{ type: 'webhook.disabled', outcome: 'done', reason: null, actor, object: id },
        details: { reason },
      });
    },
    failed: (error) => {
      integrity.note(error, { chore: 'webhooks delivered' });
      if (clock() - toldAt >= TOLD_EVERY_MS) log.warn('webhooks behind', describeError(error));
      toldAt = clock();
    },
    random: Math.random,
    name: randomBytes(8).toString('hex'),
  });
  const changed = (tenant: string): void => deliverer.changed(tenant);
  return {
    webhooks: new Webhooks({ ...parts, changed, random }),
    deliverer,
  };
}

/** Delivers while the service runs. @returns what ends that. */
export function deliverRegularly(deliverer: Deliverer): { end(): Promise<void> } {
  let isEnded = false;
  let stop = (): void => {};
  const again = (): void => {
    if (!isEnded) {
      stop = idleTimer(DELIVER_EVERY_MS, () => {
        void deliverer.pass();
        again();
      });
    }
  };
  again();
  return {
    end: async () => {
      isEnded = true;
      stop();
      await deliverer.end();
    },
  };
}
