import type { Place } from '../access/index.ts';
import type { Clock } from '../kit/index.ts';

/** Requests under way within one process. */
export class MemoryPlaces {
  readonly #clock: Clock;
  /** By key and id: until when, in milliseconds since 1970. */
  readonly #taken = new Map<string, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  enter({ key, id }: Place, most: number, lifetimeMs: number): boolean {
    const now = this.#clock();
    const places = this.#taken.get(key) ?? new Map<string, number>();
    for (const [one, until] of places) if (until <= now) places.delete(one);
    if (places.size >= most) return false;
    places.set(id, now + lifetimeMs);
    this.#taken.set(key, places);
    return true;
  }

  /** @returns whether it was taken here. */
  leave({ key, id }: Place): boolean {
    const places = this.#taken.get(key);
    const was = places?.delete(id) ?? false;
    if (places?.size === 0) this.#taken.delete(key);
    return was;
  }
}
