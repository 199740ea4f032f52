import type { Chain } from './chain.ts';

/** How far what happened is from the sink, as far as this process knows. */
export interface TrailState {
  /** Occurrences that are in no chain yet. */
  readonly waiting: number;
  /** Events that the sink has not got yet. */
  readonly undelivered: number;
  /** Milliseconds since the oldest of them happened; 0 for none. */
  readonly lagMs: number;
  /** When the newest event of a chain happened, ISO 8601; `null` when this process has seen none. */
  readonly committedAt: string | null;
  /** The same of the newest one that the sink has got from this process. */
  readonly deliveredAt: string | null;
  /** Failures and refusals that could not be kept, since the process began. */
  readonly lost: number;
}

/** Of these chains together. @param now milliseconds since 1970. */
export function stateOf(chains: readonly Chain[], lost: number, now: number): TrailState {
  const sum = (of: (chain: Chain) => number) => chains.reduce((total, chain) => total + of(chain), 0);
  const sorted = (of: (chain: Chain) => string | null) => chains.flatMap((chain) => of(chain) ?? []).sort();
  const [oldest] = sorted((chain) => chain.oldest);
  return {
    waiting: sum(({ waiting }) => waiting),
    undelivered: sum(({ undelivered }) => undelivered),
    lagMs: oldest === undefined ? 0 : Math.max(0, now - Date.parse(oldest)),
    committedAt: sorted((chain) => chain.committedAt).at(-1) ?? null,
    deliveredAt: sorted((chain) => chain.deliveredAt).at(-1) ?? null,
    lost,
  };
}
