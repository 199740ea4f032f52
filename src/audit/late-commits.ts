import type { CommitHistory } from '../documents/index.ts';
import type { Chain } from './chain.ts';
import { parcelOf } from './parcel.ts';

const MINUTE_MS = 60_000;

/**
 * Finds commits of the last minutes that processes announced and did not bring into a chain. Nobody can tell whose an announcement
 * is: so for each one the chain is asked, and the head for those few that it does not hold after a while. Decision 0204.
 */
export class LateCommits {
  readonly #commits: Pick<CommitHistory, 'announcedLately' | 'announcedRecords'>;
  readonly #chainOf: (tenant: string) => Chain;
  readonly #late: { readonly ms: number; readonly atFirstMs: number };
  /** By announcement: when it was seen first; `null`: it was looked after. */
  #seen: ReadonlyMap<string, number | null> | null = null;

  /** @param late after how long it is looked for a commit, and how far it is looked back at first; milliseconds. */
  constructor(
    commits: Pick<CommitHistory, 'announcedLately' | 'announcedRecords'>,
    chainOf: (tenant: string) => Chain,
    late: { readonly ms: number; readonly atFirstMs: number },
  ) {
    this.#commits = commits;
    this.#chainOf = chainOf;
    this.#late = late;
  }

  /** Has chains wait for them. Not while chains are advanced. @returns how many. @throws {OutsideError} */
  async find(now: number): Promise<number> {
    const since = now - MINUTE_MS - (this.#seen === null ? this.#late.atFirstMs : 0);
    const seen = new Map<string, number | null>();
    const followed = new Set<string>();
    let found = 0;
    for (const announced of await this.#commits.announcedLately(since)) {
      const { name, tenant, object, operation } = announced;
      const known = this.#seen?.get(name);
      const at = known === undefined ? now : known;
      const chain = this.#chainOf(tenant);
      const isLate = at !== null && at <= now - this.#late.ms && !chain.holds(object, operation);
      // What is no commit until then, and ever becomes one, a sweep finds.
      seen.set(name, isLate ? null : at);
      if (!isLate) continue;
      if (!followed.has(tenant)) await chain.follow();
      followed.add(tenant);
      const commit = chain.holds(object, operation) ? null : await this.#commits.announcedRecords(announced);
      if (commit === null || commit === 'superseded') continue;
      chain.add(parcelOf(commit, true));
      found += 1;
    }
    this.#seen = seen;
    return found;
  }
}
