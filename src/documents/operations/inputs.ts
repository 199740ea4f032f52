import type { SealedBytes } from '../sealed-bytes.ts';
import type { SealedPlace } from '../sealed-objects.ts';

/** A place that names an operation without saying anything of it. */
export interface OperationPlace {
  readonly tenant: string;
  readonly id: string;
}

/** What is sent with an operation: bytes by their names, or what was kept as it arrived. */
export type SentWith = Readonly<Record<string, Uint8Array>> | SentInputs;

const INPUT = /^[a-z0-9_-]{1,64}$/;

/**
 * What is sent with an operation that is not begun yet, kept as it arrives: however much it is, a segment of it is in memory. Whoever
 * does not begin the operation drops it; what a process leaves that dies a sweep removes.
 */
export class SentInputs {
  /** Of the operation. */
  readonly place: OperationPlace;
  readonly names: string[] = [];
  readonly #store: SealedBytes;
  readonly #drop: () => Promise<void>;

  constructor(place: OperationPlace, store: SealedBytes, drop: () => Promise<void>) {
    this.place = place;
    this.#store = store;
    this.#drop = drop;
  }

  /** Keeps what is sent next. @returns its name. @throws what the body throws. */
  async keep(body: AsyncIterable<Uint8Array>): Promise<string> {
    const name = `f${this.names.length}`;
    this.names.push(name);
    await this.#store.pour(inputPlace(this.place, name), body);
    return name;
  }

  /** What was kept under a name. */
  read(name: string): AsyncIterable<Uint8Array> {
    return this.#store.stream(inputPlace(this.place, name));
  }

  /** Removes all of it: nothing will come of it. */
  async drop(): Promise<void> {
    await this.#drop();
  }
}

export function inputPlace({ tenant, id }: OperationPlace, name: string): SealedPlace {
  if (!INPUT.test(name)) throw new TypeError('Not the name of an input.');
  return { name: `inputs/${tenant}/${id}/${name}`, tenant, id: `${id}:${name}` };
}
