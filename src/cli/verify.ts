import { nodeCodec } from '../kit/index.ts';
import { DEFAULT_LIMITS, verify } from '../redline/index.ts';
import { EXIT } from './errors.ts';
import { checkInputs, readInput } from './input.ts';
import { type Io, write } from './io.ts';
import { createProgress } from './progress.ts';
import { verificationSummary } from './summary.ts';

export interface VerifyFiles {
  readonly original: string;
  readonly modified: string;
  readonly redline: string;
}

export interface VerifyFlags {
  readonly json?: boolean;
}

/** `redline verify`: resolves with the exit code, which says whether the redline is exact. */
export async function runVerify(files: VerifyFiles, flags: VerifyFlags, io: Io): Promise<number> {
  checkInputs(Object.values(files));
  const most = DEFAULT_LIMITS.compressedBytes;
  const progress = createProgress(io.stderr, 2);
  try {
    progress.stage('Reading');
    const original = await readInput(files.original, 'original', most, io);
    const modified = await readInput(files.modified, 'modified', most, io);
    const redline = await readInput(files.redline, 'redline', most, io);
    progress.stage('Verifying');
    const found = verify(original, modified, redline, nodeCodec, DEFAULT_LIMITS);
    progress.end();
    await write(io.stdout, `${flags.json ? JSON.stringify(found, null, 2) : verificationSummary(found)}\n`);
    return found.exact ? EXIT.done : EXIT.notExact;
  } catch (error) {
    progress.end();
    throw error;
  }
}
