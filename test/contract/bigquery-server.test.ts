import { afterAll, beforeAll } from 'vitest';
import { startWarehouseServer, type WarehouseServer } from '../services/warehouse-server.ts';
import { describeAuditSink } from './audit-sink.ts';
import { newDatasetName, sinkIn, warehouseAt } from './warehouse.ts';

let server: WarehouseServer;
beforeAll(async () => {
  server = await startWarehouseServer();
});
afterAll(() => server.stop());

describeAuditSink('a server that speaks for BigQuery', async () => {
  const dataset = newDatasetName();
  server.warehouse.add(dataset);
  return {
    sink: sinkIn(warehouseAt(server.url), dataset),
    reopen: async () => sinkIn(warehouseAt(server.url), dataset),
    age: async () => {
      server.warehouse.now += 90 * 60_000;
    },
    dispose: async () => {},
  };
});
