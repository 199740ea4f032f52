import type { Actor } from '../access/index.ts';
import type { KeptStores } from './commits.ts';
import { fence } from './leftovers.ts';
import { unclear } from './writing.ts';

const MOST_TRIES = 10;

/**
 * Makes every commit impossible that is under way against a redline of a document: its members were read before they
 * changed. Each such commit noted its redline before it read them, so none is missed; see decision 0120.
 *
 * @throws {DocumentsError} `documents/unclear` when others commit all the time.
 */
export async function fenceRedlines(
  { heads, ambient }: Pick<KeptStores, 'heads' | 'ambient'>,
  actor: Actor,
  document: string,
): Promise<void> {
  for await (const id of heads.below(actor.tenant, document)) {
    for (let tries = 0; ; tries += 1) {
      const base = await heads.read(actor.tenant, id);
      if (base?.head.state === 'taken') break;
      if (await fence(heads, base, { tenant: actor.tenant, document: id }, ambient, actor)) break;
      if (tries >= MOST_TRIES) throw unclear();
    }
  }
}
