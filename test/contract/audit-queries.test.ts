import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Occurrence } from '../../src/audit/index.ts';
import type { WarehouseCalls } from '../../src/platform/gcp/index.ts';
import type { Service } from '../services/fake-gcs.ts';
import { startLocalBigQuery } from '../services/local-bigquery.ts';
import { chainOf, occurrence } from '../support/audit.ts';
import { newDatasetName, sinkIn, warehouseAt } from './warehouse.ts';

const page = readFileSync(new URL('../../docs/audit-queries.md', import.meta.url), 'utf8');
/** The queries of the page, by their headings. */
const QUERIES = new Map(
  [...page.matchAll(/^### (.+)\n[^`]*```sql\n([^`]*(?:`[^`]+`[^`]*)*?)```/gm)].map(
    ([, heading = '', query = '']) => [heading, query],
  ),
);

/** What happened: by day of November 2026. */
const HAPPENED: readonly (Partial<Occurrence> & { readonly day: number })[] = [
  { day: 1, type: 'content.shown', actor: 'p_ann' },
  { day: 2, type: 'content.downloaded', actor: 'p_ann' },
  { day: 2, type: 'content.downloaded', actor: 'p_bo', object: 'r_1' },
  { day: 2, type: 'content.downloaded', actor: 'p_bo', outcome: 'refused', reason: 'no-part' },
  { day: 2, type: 'document.read', actor: 'p_cy', outcome: 'refused', reason: 'no-part' },
  { day: 3, type: 'document.read', actor: 'p_cy', outcome: 'refused', reason: 'no-part' },
  { day: 3, type: 'document.read', actor: 'p_bo', outcome: 'refused', reason: 'no-part' },
  { day: 3, type: 'content.downloaded', actor: 'p_bo', object: 'd_2', document: 'd_2' },
  { day: 3, type: 'audit.exported', actor: 'p_ann', object: null, document: null },
  { day: 4, type: 'version.decided', actor: 'p_ann', version: 2, commit: 2 },
  { day: 4, type: 'version.decided', actor: 'p_bo', version: 3, commit: 3 },
  { day: 5, type: 'version.decided', actor: 'p_ann', object: 'd_2', document: 'd_2', version: 4, commit: 9 },
];
const moment = (day: number): string => `2026-11-0${day}T12:00:00.000Z`;

/** Moments and days as text. */
const plain = (row: object): unknown[] =>
  Object.values(row).map((value) =>
    typeof value === 'object' && value !== null && 'value' in value ? value.value : value,
  );

test('the page has a query below each heading', () => {
  expect([...QUERIES.keys()]).toEqual([
    'Who read a document',
    'Failed accesses by day',
    'Exports by person',
    'All changes decided by a person',
  ]);
});

// `npm test` installs the emulator; who runs this suite alone may have none.
const program = process.env.LOCAL_BIGQUERY_PATH;
describe('the queries of the page', { timeout: 120_000 }, () => {
  if (program === undefined) return void test.skip('the emulator of BigQuery is not here', () => {});
  let service: Service;
  let calls: WarehouseCalls;
  const dataset = newDatasetName();
  beforeAll(async () => {
    service = await startLocalBigQuery(program);
    calls = warehouseAt(service.url);
    await calls.client.createDataset(dataset, { location: 'US' });
    const sink = sinkIn(calls, dataset);
    await sink.prepare();
    const events = chainOf('acme', HAPPENED.length, (at) => {
      const { day = 1, ...said } = HAPPENED[at - 1] ?? {};
      return { ...occurrence('acme', at, said), at: moment(day) };
    });
    await sink.append(events);
    // What is delivered twice counts once.
    await sink.append(events.map((event) => ({ ...event })));
    await sink.append(chainOf('other', 3, (at) => occurrence('other', at, { type: 'content.shown' })));
  }, 120_000);
  afterAll(() => service.stop());

  test.each<[string, Record<string, string>, unknown[][]]>([
    [
      'Who read a document',
      { document: 'd_1' },
      [
        ['person', 'p_ann', 2, moment(1), moment(2)],
        ['person', 'p_bo', 1, moment(2), moment(2)],
      ],
    ],
    [
      'Failed accesses by day',
      { since: '2026-11-02T00:00:00Z' },
      [
        ['2026-11-02', 'content.downloaded', 'refused', 'no-part', 1, 1],
        ['2026-11-02', 'document.read', 'refused', 'no-part', 1, 1],
        ['2026-11-03', 'document.read', 'refused', 'no-part', 2, 2],
      ],
    ],
    [
      'Exports by person',
      {},
      [
        ['p_bo', 'content.downloaded', 2, 2, moment(3)],
        ['p_ann', 'audit.exported', 1, 0, moment(3)],
        ['p_ann', 'content.downloaded', 1, 1, moment(2)],
      ],
    ],
    [
      'All changes decided by a person',
      { actor: 'p_ann' },
      [
        [moment(4), 'd_1', 'd_1', 2, 'request-10'],
        [moment(5), 'd_2', 'd_2', 4, 'request-12'],
      ],
    ],
  ])('%s', async (heading, params, expected) => {
    const query = (QUERIES.get(heading) ?? '').replace(
      '`redline_audit.events`',
      `\`test.${dataset}.events\``,
    );
    expect((await calls.rows<object>(query, { tenant: 'acme', ...params }, 'US')).map(plain)).toEqual(
      expected,
    );
  });
});
