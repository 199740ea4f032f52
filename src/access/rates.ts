import type { Action } from './decision.ts';
import { AccessError } from './errors.ts';
import type { RateLimits, RateRule, RateVerdict } from './ports/rate-limits.ts';
import type { Principal } from './principal.ts';

const MINUTE = 60_000;
/** Of anonymous requests and of keys, where nothing else is said. */
const BURST = 20;
const ANONYMOUS: RateRule = { limit: 100, periodMs: MINUTE, burst: BURST };
/** A page asks for much at once. */
const PERSON: RateRule = { limit: 600, periodMs: MINUTE, burst: 120 };
const ENTERPRISE: RateRule = { limit: 6000, periodMs: MINUTE, burst: 1200 };
/** Comparing, and taking in what is large. */
const HEAVY = 5;

export type Plan = 'anonymous' | 'key' | 'person' | 'enterprise';

/** How often somebody may ask, and how often they still may. */
export interface RateState {
  readonly plan: Plan;
  readonly rule: RateRule;
  readonly verdict: RateVerdict;
}

/** Who is counted as one, under which rule. */
export interface Counted {
  readonly key: string;
  readonly plan: Plan;
  readonly rule: RateRule;
}

/** How much somebody may ask. @param enterprise tenants that may ask more. */
export class Rates {
  readonly #limits: RateLimits;
  readonly #enterprise: ReadonlySet<string>;

  constructor(limits: RateLimits, enterprise: readonly string[]) {
    this.#limits = limits;
    this.#enterprise = new Set(enterprise);
  }

  /** Counts a request. Nothing is counted for whoever sits at the machine. */
  async count(principal: Principal, cost: number): Promise<RateState | null> {
    const counted = this.#countedOf(principal);
    return counted === null ? null : await this.#take(counted, cost);
  }

  /** Counts a request of somebody who is not known. */
  async countStranger(address: string | null): Promise<RateState> {
    return await this.#take({ key: `address:${address ?? 'none'}`, plan: 'anonymous', rule: ANONYMOUS }, 1);
  }

  #countedOf({ actor, key, standing }: Principal): Counted | null {
    const { tenant } = actor;
    if (key !== null) {
      // A burst of a fifth of a minute, as for everybody, but never less than the heaviest request.
      const burst = Math.max(HEAVY, Math.ceil(key.perMinute / 5));
      return { key: `key:${key.id}`, plan: 'key', rule: { limit: key.perMinute, periodMs: MINUTE, burst } };
    }
    if (standing === null) return null;
    const plan = this.#enterprise.has(tenant) ? 'enterprise' : 'person';
    const rule = plan === 'enterprise' ? ENTERPRISE : PERSON;
    return { key: `person:${tenant}:${standing.person.id}`, plan, rule };
  }

  async #take({ key, plan, rule }: Counted, cost: number): Promise<RateState> {
    return { plan, rule, verdict: await this.#limits.take(key, rule, cost) };
  }
}

/** What a request costs. @param makes whether it sends something new. */
export function costOf(action: Action | 'open' | undefined, makes: boolean): number {
  return makes && (action === 'compare' || action === 'documents.write') ? HEAVY : 1;
}

export function rateLimited({ verdict }: RateState): AccessError {
  const { retryAfterMs } = verdict;
  return new AccessError('access/rate-limited', 'Too many requests in too short a time.', { retryAfterMs });
}
