import { describe, expect, test } from 'vitest';
import type { History } from './inspect.ts';
import { brokenLaws } from './laws.ts';
import { simulate } from './simulation.ts';

const SEEDS = 2000;
const BATCH = 200;

// A seed that breaks a law can be run alone: node test/simulation/long.ts --from SEED --seeds 1
describe('documents under a disturbed world', () => {
  const batches = Array.from({ length: SEEDS / BATCH }, (_, n) => n * BATCH + 1);

  test.each(batches)(`hold every law from seed %i on, ${BATCH} seeds`, async (from) => {
    const broken: string[] = [];
    for (let seed = from; seed < from + BATCH; seed += 1) {
      broken.push(...brokenLaws(await simulate(seed)).map((law) => `seed ${seed}: ${law}`));
    }
    expect(broken).toEqual([]);
  });

  test('are the same for the same seed', async () => {
    expect(plain(await simulate(7))).toBe(plain(await simulate(7)));
  });

  test('do meet crashes, conflicts and refusals, and keys that are destroyed', async () => {
    const histories = await met(BATCH);
    expect(histories.some(({ destroyed }) => destroyed > 0)).toBe(true);
    expect(histories.some(({ pruned }) => pruned > 0)).toBe(true);
    expect(histories.some(({ crashes }) => crashes > 0)).toBe(true);
    expect(histories.flatMap(({ tasks }) => tasks).some(({ tries }) => tries > 2)).toBe(true);
    const tasks = histories.flatMap((history) => history.tasks);
    expect(tasks.some(({ outcome }) => outcome === 'refused')).toBe(true);
    expect(tasks.some(({ kind, outcome }) => kind === 'upload' && outcome === 'done')).toBe(true);
    expect(tasks.some(({ answers }) => answers.length > 1)).toBe(true);
    const told = histories.flatMap(({ documents }) => [...documents.values()]);
    const heads = told.flatMap((one) => one.heads);
    expect(heads.some(({ commit }) => commit.lease !== undefined)).toBe(true);
    expect(heads.some(({ fences = {} }) => Object.keys(fences).length > 1)).toBe(true);
    expect(tasks.some(({ kind, outcome }) => kind === 'leased' && outcome === 'refused')).toBe(true);
    expect(told.some(({ pages }) => pages.length > 0)).toBe(true);
    expect(told.some(({ versions }) => versions.some(({ result }) => result !== undefined))).toBe(true);
  });

  test('do meet operations that end in every way, are handed back, tried again and forgotten', async () => {
    const histories = await met(2 * BATCH);
    const works = histories.flatMap((history) => [...history.works.all.values()]);
    const last = works.flatMap(({ writes }) => writes.slice(-1));
    const states = (kind: string) =>
      new Set(last.filter((one) => one.kind === kind).map(({ state }) => state));
    expect(states('comparison')).toEqual(new Set(['succeeded', 'failed', 'cancelled']));
    expect([...states('batch')]).toEqual(expect.arrayContaining(['succeeded', 'cancelled']));
    const results = last.flatMap(({ result }) => (result as { kind?: string } | null)?.kind ?? []);
    expect(new Set(results)).toEqual(new Set(['comparisons', 'redline']));
    expect(last.some(({ dead }) => dead)).toBe(true);
    expect(last.some(({ attempt }) => attempt === 3)).toBe(true);
    const notes = works.flatMap(({ writes }) =>
      writes.flatMap(({ events }) => events.map(({ note }) => note)),
    );
    expect(notes).toEqual(expect.arrayContaining(['handed-back', 'storage/unclear']));
    expect(works.some(({ isThere }) => !isThere)).toBe(true);
    expect(histories.some((history) => history.works.flushedAt > 0)).toBe(true);
    const tasks = histories.flatMap((history) => history.tasks).filter(({ kind }) => kind === 'later');
    expect(new Set(tasks.map(({ outcome }) => outcome))).toEqual(new Set(['done', 'refused', 'open']));
  });

  test('do meet erasures that are acknowledged, refused, cut short and stopped', async () => {
    const histories = await met(2 * BATCH);
    const tasks = histories.flatMap((history) => history.tasks);
    for (const kind of ['erase', 'forget'] as const) {
      const outcomes = tasks.filter((task) => task.kind === kind).map(({ outcome }) => outcome);
      expect(new Set(outcomes)).toEqual(new Set(['done', 'refused', 'open']));
    }
    const gone = histories.flatMap((history) => [...history.gone.documents.values()]);
    expect(gone.some(({ state, redlines }) => state === 'done' && redlines.length > 0)).toBe(true);
    expect(histories.some((history) => [...history.gone.opened.values()].includes(null))).toBe(true);
    expect(histories.some((history) => [...history.gone.opened.values()].some((one) => one !== null))).toBe(
      true,
    );
  });
});

const histories: History[] = [];

/** The first so many. */
async function met(count: number): Promise<readonly History[]> {
  for (let seed = histories.length + 1; seed <= count; seed += 1) histories.push(await simulate(seed));
  return histories.slice(0, count);
}

/** A history as data, without what is of one run: what clients call, and the key that certificates are signed with. */
function plain({ clients, ...history }: History): string {
  const { scheduler: _, landed: __, ...told } = clients;
  return JSON.stringify({ ...history, clients: told }, (_name, value: unknown) => {
    if (value instanceof Map || value instanceof Set) return [...value];
    const isSigned = typeof value === 'object' && value !== null && 'signature' in value;
    return isSigned ? { ...value, signature: null, key: null } : value;
  });
}
