import { cpSync, globSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Service } from './fake-gcs.ts';
import { freePort, startProgram } from './processes.ts';

/** The release of DuckDB that `npm test` installs it with. */
const EXTENSIONS = '.duckdb/extensions/v1.5.5/linux_amd64';

/**
 * local-bigquery with nothing in it.
 *
 * @param program `LOCAL_BIGQUERY_PATH`, which `npm test` sets to the one it has installed.
 */
export async function startLocalBigQuery(program: string): Promise<Service> {
  const home = await mkdtemp(join(tmpdir(), 'redline-bigquery-'));
  // It looks for extensions there, and would fetch them otherwise.
  const extensions = join(home, EXTENSIONS);
  mkdirSync(extensions, { recursive: true });
  const packages = join(dirname(dirname(program)), 'lib/python*/site-packages/duckdb_extension_*');
  for (const file of globSync(join(packages, 'extensions/v1.5.5/*.duckdb_extension')))
    cpSync(file, join(extensions, basename(file)));
  const [port, grpcPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const where = ['--host', '127.0.0.1', '--port', String(port), '--grpc-port', String(grpcPort)];
  const args = ['serve', ...where, '--project', 'test', '--data-dir', join(home, 'data')];
  const ready = async () => {
    const answer = await fetch(`${url}/bigquery/v2/projects/test/datasets`);
    if (!answer.ok) throw new Error(`It answered ${answer.status}.`);
  };
  const started = await startProgram(program, args, ready, 120_000, { HOME: home });
  return {
    url,
    stop: async () => {
      await started.stop();
      await rm(home, { recursive: true });
    },
  };
}
