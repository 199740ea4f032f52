import { AccessError } from '../errors.ts';
import type { People, Person } from './people.ts';
import { openAddress, sealAddress, sealerOf } from './sealed-address.ts';

/** People whose keys one search asks for. */
const MOST_PEOPLE = 2000;

/** Addresses in events, for those who may read them: as long as there are the people. */
export class SealedAddresses {
  readonly #people: Pick<People, 'find' | 'list'>;

  constructor(people: Pick<People, 'find' | 'list'>) {
    this.#people = people;
  }

  /**
   * All that an address may look like in events: itself, and sealed for everybody.
   *
   * @param person only for them.
   * @throws {AccessError} `access/invalid` where there are too many people.
   */
  async looksOf(tenant: string, address: string, person?: string): Promise<readonly string[]> {
    if (sealerOf(address) !== null) return [address];
    const people = person?.startsWith('p_') === true ? [await this.#people.find(tenant, person)] : null;
    const all = people ?? (await this.#people.list(tenant));
    if (all.length > MOST_PEOPLE)
      throw new AccessError(
        'access/invalid',
        'There are too many people: ask for an address of one of them.',
      );
    return [address, ...all.flatMap((one) => (one === null ? [] : [sealAddress(one, address)]))];
  }

  /** The addresses that these stand for; `null` where the person is erased. */
  async open(tenant: string, found: readonly (string | null)[]): Promise<readonly (string | null)[]> {
    const ids = new Set(found.flatMap((one) => (one === null ? [] : (sealerOf(one) ?? []))));
    const people = new Map<string, Person | null>();
    for (const id of ids) people.set(id, await this.#people.find(tenant, id));
    return found.map((one) => {
      const id = one === null ? null : sealerOf(one);
      if (one === null || id === null) return one;
      const person = people.get(id) ?? null;
      return person === null ? null : openAddress(person, one);
    });
  }
}
