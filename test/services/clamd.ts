import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClamdAddress, ClamdScanner } from '../../src/platform/clamd/index.ts';
import { freePort, startProgram } from './processes.ts';

/** The test file that every scanner is to find (eicar.org), in two halves so that this file is not found. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD', '-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

/** Bytes that the daemon of tests takes. */
export const STREAM_LIMIT = 60 * 1024 * 1024;

export interface Clamd {
  readonly tcp: ClamdAddress;
  readonly local: ClamdAddress;
  stop(): Promise<void>;
}

/** A real clamd with one signature. @param program such as `/usr/sbin/clamd`. */
export async function startClamd(program: string): Promise<Clamd> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-clamd-'));
  const port = await freePort();
  const local = { path: join(folder, 'socket') };
  await writeFile(join(folder, 'test.ndb'), `Test.File.EICAR:0:*:${Buffer.from(EICAR).toString('hex')}\n`);
  const settings = [
    `DatabaseDirectory ${folder}`,
    `TemporaryDirectory ${folder}`,
    `LocalSocket ${local.path}`,
    `TCPSocket ${port}`,
    'TCPAddr 127.0.0.1',
    `StreamMaxLength ${STREAM_LIMIT}`,
    'MaxFileSize 100M',
    'MaxScanSize 400M',
    'MaxThreads 2',
    'Foreground yes',
    // Nothing may be looked up outside.
    'OfficialDatabaseOnly no',
  ];
  const configuration = join(folder, 'clamd.conf');
  await writeFile(configuration, `${settings.join('\n')}\n`);
  const started = await startProgram(program, ['--config-file', configuration], () =>
    new ClamdScanner(local).probe(),
  );
  const stop = async (): Promise<void> => {
    await started.stop();
    await rm(folder, { recursive: true });
  };
  return { tcp: { host: '127.0.0.1', port }, local, stop };
}
