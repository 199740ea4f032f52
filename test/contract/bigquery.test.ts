import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Service } from '../services/fake-gcs.ts';
import { startLocalBigQuery } from '../services/local-bigquery.ts';
import { describeAuditSink } from './audit-sink.ts';
import { newDatasetName, sinkIn, warehouseAt } from './warehouse.ts';

// `npm test` installs it; who runs this suite alone may have none.
const program = process.env.LOCAL_BIGQUERY_PATH;
describe('BigQuery', () => {
  if (program === undefined) return void test.skip('its emulator is not here', () => {});
  let service: Service;
  beforeAll(async () => {
    service = await startLocalBigQuery(program);
  });
  afterAll(() => service.stop());

  describeAuditSink('an emulator of BigQuery', async () => {
    const calls = warehouseAt(service.url);
    const dataset = newDatasetName();
    await calls.client.createDataset(dataset, { location: 'US' });
    return {
      sink: sinkIn(calls, dataset),
      reopen: async () => sinkIn(warehouseAt(service.url), dataset),
      // It streams nothing: what is inserted can be removed.
      age: async () => {},
      dispose: async () => {},
    };
  });
});
