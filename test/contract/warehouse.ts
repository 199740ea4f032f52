import { randomUUID } from 'node:crypto';
import { OAuth2Client } from 'google-auth-library';
import {
  BigQueryAuditSink,
  type COLUMNS,
  WarehouseCalls,
  type WarehousePlace,
} from '../../src/platform/gcp/index.ts';

/** The real client, with a token that nobody asks for. */
export function warehouseAt(endpoint: string, deadlineMs = 30_000): WarehouseCalls {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: 'none', expiry_date: Date.now() + 86_400_000 });
  return new WarehouseCalls({ endpoint, authClient, projectId: 'test', deadlineMs });
}

export const newDatasetName = (): string => `d_${randomUUID().replaceAll('-', '')}`;

/** The sink in a dataset. */
export function sinkIn(
  calls: WarehouseCalls,
  dataset: string,
  more: Partial<WarehousePlace> = {},
  columns?: typeof COLUMNS,
): BigQueryAuditSink {
  return new BigQueryAuditSink(calls, { project: null, dataset, residency: 'us', ...more }, columns);
}
