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
    for (let seed = from; seed < from + BATCH; seed += 1) broken.push(...(await run(seed)).broken);
    expect(broken).toEqual([]);
  });

  test('are the same for the same seed', async () => {
    expect(plain(await simulate(7))).toBe(plain(await simulate(7)));
  });

  test('do meet all that can happen there', { timeout: 300_000 }, async () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed += 1) for (const one of (await run(seed)).met) met.add(one);
    expect(Object.keys(SIGHTS).filter((one) => !met.has(one))).toEqual([]);
  });
});

/** What one seed comes to: laws that it breaks, and what can be seen there. */
interface Run {
  readonly broken: readonly string[];
  readonly met: readonly string[];
}

const runs = new Map<number, Run>();

/** Runs a seed once, whoever asks. */
async function run(seed: number): Promise<Run> {
  const known = runs.get(seed);
  if (known !== undefined) return known;
  const history = await simulate(seed);
  const broken = brokenLaws(history).map((law) => `seed ${seed}: ${law}`);
  const met = Object.keys(SIGHTS).filter((name) => SIGHTS[name]?.(history));
  runs.set(seed, { broken, met });
  return { broken, met };
}

type Sight = (history: History) => boolean;

const documentsOf = ({ documents }: History) => [...documents.values()];
const headsOf = (history: History) => documentsOf(history).flatMap(({ heads }) => heads);
const worksOf = ({ works }: History) => [...works.all.values()];
const lastOf = (history: History) => worksOf(history).flatMap(({ writes }) => writes.slice(-1));
const openedOf = ({ gone }: History) => [...gone.opened.values()];

/** A task of a kind that came to something. */
const came = (kind: string, outcome: string): Sight => {
  return ({ tasks }) => tasks.some((task) => task.kind === kind && task.outcome === outcome);
};
/** An operation of a kind whose last state is that. */
const ended = (kind: string, state: string): Sight => {
  return (history) => lastOf(history).some((one) => one.kind === kind && one.state === state);
};
const resulted = (kind: string): Sight => {
  return (history) => lastOf(history).some((one) => (one.result as { kind?: string } | null)?.kind === kind);
};
const noted = (note: string): Sight => {
  return (history) =>
    worksOf(history).some(({ writes }) =>
      writes.some(({ events }) => events.some((event) => event.note === note)),
    );
};

const SIGHTS: Readonly<Record<string, Sight>> = {
  crashes: ({ crashes }) => crashes > 0,
  'keys that are destroyed': ({ destroyed }) => destroyed > 0,
  'heads that are pruned': ({ pruned }) => pruned > 0,
  'more than two tries': ({ tasks }) => tasks.some(({ tries }) => tries > 2),
  refusals: ({ tasks }) => tasks.some(({ outcome }) => outcome === 'refused'),
  uploads: came('upload', 'done'),
  'answers that are given again': ({ tasks }) => tasks.some(({ answers }) => answers.length > 1),
  'commits under a lease': (history) => headsOf(history).some(({ commit }) => commit.lease !== undefined),
  'fences of several clauses': (history) =>
    headsOf(history).some(({ fences = {} }) => Object.keys(fences).length > 1),
  'commits under a lease that are refused': came('leased', 'refused'),
  pages: (history) => documentsOf(history).some(({ pages }) => pages.length > 0),
  'results of versions': (history) =>
    documentsOf(history).some(({ versions }) => versions.some(({ result }) => result !== undefined)),
  'comparisons that succeed': ended('comparison', 'succeeded'),
  'comparisons that fail': ended('comparison', 'failed'),
  'comparisons that are cancelled': ended('comparison', 'cancelled'),
  'batches that succeed': ended('batch', 'succeeded'),
  'batches that are cancelled': ended('batch', 'cancelled'),
  'comparisons as results': resulted('comparisons'),
  'redlines as results': resulted('redline'),
  'what is given up': (history) => lastOf(history).some(({ dead }) => dead),
  'third attempts': (history) => lastOf(history).some(({ attempt }) => attempt === 3),
  'work that is handed back': noted('handed-back'),
  'work that is tried again': noted('storage/unclear'),
  'operations that are forgotten': (history) => worksOf(history).some(({ isThere }) => !isThere),
  'queues that forget': ({ works }) => works.flushedAt > 0,
  'operations that are taken': came('later', 'done'),
  'operations that are refused': came('later', 'refused'),
  'operations of which that is not known': came('later', 'open'),
  'erasures that are acknowledged': came('erase', 'done'),
  'erasures that are refused': came('erase', 'refused'),
  'erasures that are cut short': came('erase', 'open'),
  'erasures of people': came('forget', 'done'),
  'erasures of people that are refused': came('forget', 'refused'),
  'erasures of people that are cut short': came('forget', 'open'),
  'redlines that are erased with their document': ({ gone }) =>
    [...gone.documents.values()].some(({ state, redlines }) => state === 'done' && redlines.length > 0),
  'what opens no more': (history) => openedOf(history).includes(null),
  'what still opens': (history) => openedOf(history).some((one) => one !== null),
};

/** A history as data, without what is of one run: what clients call, and the key that certificates are signed with. */
function plain({ clients, ...history }: History): string {
  const { scheduler: _, landed: __, ...told } = clients;
  return JSON.stringify({ ...history, clients: told }, (_name, value: unknown) => {
    if (value instanceof Map || value instanceof Set) return [...value];
    const isSigned = typeof value === 'object' && value !== null && 'signature' in value;
    return isSigned ? { ...value, signature: null, key: null } : value;
  });
}
