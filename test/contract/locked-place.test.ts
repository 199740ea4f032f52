import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockedDirectory } from '../../src/platform/embedded/index.ts';
import { describeLockedPlace } from './locked-place.ts';

describeLockedPlace('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redline-locked-'));
  return {
    place: new LockedDirectory(join(folder, 'checkpoints')),
    dispose: () => rm(folder, { recursive: true }),
  };
});
