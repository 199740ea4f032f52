import type { RateLimits, RateRule } from '../access/index.ts';
import { OutsideError } from '../kit/index.ts';

/** Every process counts alone while the shared count is away: so many of them together stay within the rule. */
const SHARE = 4;

/** Rates that are counted together where that can be done, and otherwise here, more strictly; never not at all. */
export function stricterWithout(shared: RateLimits, local: RateLimits): RateLimits {
  return {
    take: async (key, rule, cost) => {
      try {
        return await shared.take(key, rule, cost);
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error;
        return await local.take(key, stricter(rule, cost), cost);
      }
    },
    enter: async (place, most, lifetimeMs) => {
      try {
        return await shared.enter(place, most, lifetimeMs);
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error;
        return await local.enter(place, Math.max(1, Math.floor(most / SHARE)), lifetimeMs);
      }
    },
    // Wherever it was taken: an answer that was lost may have taken it in both.
    leave: async (place) => {
      await local.leave(place);
      await shared.leave(place);
    },
    probe: () => shared.probe(),
  };
}

/** What costs more than the smaller burst can still be had, one at a time. */
function stricter({ limit, periodMs, burst }: RateRule, cost: number): RateRule {
  return { limit: limit / SHARE, periodMs, burst: Math.max(cost, Math.floor(burst / SHARE)) };
}
