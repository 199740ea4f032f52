import type { Dataset } from '@google-cloud/bigquery';
import { OutsideError } from '../../kit/index.ts';
import { LOCATIONS } from './bucket-check.ts';
import type { WarehouseCalls } from './warehouse-calls.ts';

interface DatasetResource {
  readonly location?: string;
  readonly defaultTableExpirationMs?: string;
  readonly defaultPartitionExpirationMs?: string;
}

/**
 * Checks that a dataset lies where it should, and forgets nothing by itself.
 *
 * @returns where it lies.
 * @throws {OutsideError} `refused`, naming everything that is wrong.
 */
export async function assertDataset(
  calls: WarehouseCalls,
  dataset: Dataset,
  residency: 'us' | 'eu',
): Promise<string> {
  const [found] = await calls.ask(() => dataset.getMetadata());
  const { location = '', defaultTableExpirationMs, defaultPartitionExpirationMs } = found as DatasetResource;
  const wrong: [boolean, string][] = [
    [!LOCATIONS[residency].test(location.toUpperCase()), `lies in ${location}, outside of "${residency}"`],
    [defaultTableExpirationMs !== undefined, 'forgets tables by itself'],
    [defaultPartitionExpirationMs !== undefined, 'forgets days by itself'],
  ];
  const said = wrong.flatMap(([is, what]) => (is ? [what] : []));
  if (said.length > 0) {
    const message = `The dataset ${dataset.id} cannot be used: it ${said.join('; it ')}.`;
    throw new OutsideError('AuditSink', 'refused', message);
  }
  return location;
}
