import type { Action } from './decision.ts';
import { AccessError } from './errors.ts';
import type { Place, RateLimits, RateRule, RateVerdict } from './ports/rate-limits.ts';
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

/** So many requests at once of one asker where nothing else is said; of all of a tenant, and for enterprises, so many times that. */
export const AT_ONCE = 50;
const TENANT_TIMES = 10;
const ENTERPRISE_TIMES = 5;
/** A request that is under way for longer is no longer counted. */
const LONGEST_MS = 10 * MINUTE;

/** How much somebody may ask. @param enterprise tenants that may ask more. @param atOnce requests of one asker. */
export class Rates {
  readonly #limits: RateLimits;
  readonly #enterprise: ReadonlySet<string>;

  readonly #atOnce: number;

  constructor(limits: RateLimits, enterprise: readonly string[], atOnce: number) {
    this.#limits = limits;
    this.#atOnce = atOnce;
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

  /**
   * Begins a request of somebody; `null` for strangers.
   *
   * @param id of the request, which no other has.
   * @returns what ends it; never throws.
   * @throws {AccessError} `access/too-many-at-once`.
   */
  async begin(principal: Principal | null, address: string | null, id: string): Promise<() => Promise<void>> {
    const taken: Place[] = [];
    const end = async (): Promise<void> => {
      // What is not given back is free after its time.
      await Promise.allSettled(taken.map((place) => this.#limits.leave(place)));
    };
    for (const [key, most] of this.#sharesOf(principal, address)) {
      const place = { key, id };
      if (!(await this.#limits.enter(place, most, LONGEST_MS))) {
        await end();
        throw new AccessError('access/too-many-at-once', 'Too many requests are under way.', {
          retryAfterMs: 1000,
        });
      }
      taken.push(place);
    }
    return end;
  }

  /** Who is counted as one, and how many requests they may have under way. */
  #sharesOf(principal: Principal | null, address: string | null): readonly (readonly [string, number])[] {
    if (principal === null) return [[`address:${address ?? 'none'}`, this.#atOnce]];
    const { tenant } = principal.actor;
    const most = this.#atOnce * (this.#enterprise.has(tenant) ? ENTERPRISE_TIMES : 1);
    return [
      [`asker:${tenant}:${principal.key?.id ?? principal.actor.id}`, most],
      [`tenant:${tenant}`, most * TENANT_TIMES],
    ];
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
