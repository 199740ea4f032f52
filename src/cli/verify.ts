import { readFile, stat } from 'node:fs/promises';
import { nodeCodec } from '../kit/index.ts';
import {
  type CertificateCheck,
  checkCertificate,
  compareOptions,
  DEFAULT_LIMITS,
  TRACKED,
  verify,
} from '../redline/index.ts';
import { CliError, EXIT } from './errors.ts';
import { checkInputs, readInput } from './input.ts';
import { type Io, write } from './io.ts';
import { aspects } from './options.ts';
import { oneOf } from './produce.ts';
import { createProgress } from './progress.ts';
import { certificateSummary, verificationSummary } from './summary.ts';

export interface VerifyFiles {
  readonly original: string;
  readonly modified: string;
  readonly redline: string;
}

export interface VerifyFlags {
  /** A file with a certificate, or with a report that holds one. */
  readonly certificate?: string;
  /** Names of aspects that acceptance need not give back. */
  readonly ignore?: string;
  /** What the comparison did with tracked changes that its inputs held. */
  readonly tracked?: string;
  readonly json?: boolean;
}

/** `redline verify`: resolves with the exit code, which says whether the redline is exact. */
export async function runVerify(files: VerifyFiles, flags: VerifyFlags, io: Io): Promise<number> {
  checkInputs(Object.values(files));
  const told = flags.ignore === undefined ? flags.tracked && '--tracked' : '--ignore';
  if (flags.certificate !== undefined && told)
    throw new CliError(
      'usage',
      `the certificate says what is ignored and tracked: ${told} has no place beside it`,
    );
  const certificate = flags.certificate === undefined ? undefined : await readCertificate(flags.certificate);
  const { ignore } = compareOptions({ ignore: aspects(flags.ignore) });
  const tracked = oneOf('--tracked', flags.tracked ?? 'accept', TRACKED);
  const most = DEFAULT_LIMITS.compressedBytes;
  const progress = createProgress(io.stderr, 2);
  try {
    progress.stage('Reading');
    const original = await readInput(files.original, 'original', most, io);
    const modified = await readInput(files.modified, 'modified', most, io);
    const redline = await readInput(files.redline, 'redline', most, io);
    progress.stage('Verifying');
    const documents = { original, modified, redline };
    const answer =
      certificate === undefined
        ? proven(verify(original, modified, redline, nodeCodec, DEFAULT_LIMITS, ignore, tracked))
        : certified(checkCertificate(certificate.value, documents, nodeCodec, DEFAULT_LIMITS));
    progress.end();
    await write(io.stdout, `${flags.json ? JSON.stringify(answer.found, null, 2) : answer.summary}\n`);
    return answer.holds ? EXIT.done : EXIT.notExact;
  } catch (error) {
    progress.end();
    throw error;
  }
}

interface Answer {
  readonly holds: boolean;
  readonly found: object;
  readonly summary: string;
}

function proven(found: ReturnType<typeof verify>): Answer {
  return { holds: found.exact, found, summary: verificationSummary(found) };
}

function certified(found: CertificateCheck): Answer {
  return { holds: found.valid, found, summary: certificateSummary(found) };
}

/** Certificates are small; a file beyond this is none. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The JSON of a certificate: alone, in the report of `--json`, or in the answer of the service. */
async function readCertificate(name: string): Promise<{ readonly value: unknown }> {
  let text: string;
  try {
    const { size } = await stat(name);
    if (size > MOST_BYTES) throw new CliError('usage', `${name} is too large for a certificate`);
    text = await readFile(name, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('file/not-readable', `the certificate ${name} cannot be read`, error);
  }
  try {
    return { value: within(JSON.parse(text)) };
  } catch (error) {
    throw new CliError('usage', `${name} is not JSON`, error);
  }
}

function within(value: unknown): unknown {
  const member = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null ? new Map(Object.entries(of)).get(name) : undefined;
  return member(member(value, 'report'), 'certificate') ?? member(value, 'certificate') ?? value;
}
