import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LockedPlace } from '../../src/audit/index.ts';

export interface PlaceUnderTest {
  readonly place: LockedPlace;
  dispose(): Promise<void>;
}

/** What every place of checkpoints has to do. */
export function describeLockedPlace(
  name: string,
  start: () => Promise<PlaceUnderTest>,
  timeout = 30_000,
): void {
  describe(`the place of checkpoints in ${name}`, { timeout }, () => {
    let under: PlaceUnderTest;
    let place: LockedPlace;
    beforeAll(async () => {
      under = await start();
      ({ place } = under);
    }, timeout);
    afterAll(() => under.dispose());

    test('keeps what came first', async () => {
      expect(await place.read('t/1')).toBeNull();
      expect(await place.add('t/1', 'first')).toBe(true);
      expect(await place.add('t/1', 'second')).toBe(false);
      expect(await place.read('t/1')).toBe('first');
    });

    test('of many who add one name at once one succeeds', async () => {
      const texts = ['a', 'b', 'c', 'd'];
      const added = await Promise.all(texts.map((text) => place.add('race/1', text)));
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await place.read('race/1')).toBe(texts[added.indexOf(true)]);
    });

    test.each([
      ['all', {}, [1, 2, 3, 11]],
      ['those from a name on', { from: 'list/000002' }, [2, 3, 11]],
      ['those from where none is', { from: 'list/000004' }, [11]],
      ['those before a name', { before: 'list/000003' }, [1, 2]],
      ['those between', { from: 'list/000002', before: 'list/000011' }, [2, 3]],
      ['so many', { from: 'list/000002', most: 2 }, [2, 3]],
      ['none', { from: 'list/000012' }, []],
    ] as const)('lists %s', async (_, stretch, numbers) => {
      const nameOf = (number: number) => `list/${String(number).padStart(6, '0')}`;
      for (const number of [11, 2, 1, 3]) await place.add(nameOf(number), '{}');
      await place.add('lists/1', '{}');
      expect(await place.list('list/', stretch)).toEqual(numbers.map(nameOf));
      expect(await place.list('nothing/', stretch)).toEqual([]);
    });
  });
}
