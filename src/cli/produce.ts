import { DEFAULT_LIMITS } from '../redline/index.ts';
import { CliError, EXIT } from './errors.ts';
import { checkInputs, readInput, STANDARD } from './input.ts';
import { type Io, paint, write } from './io.ts';
import { openTarget } from './output.ts';
import { createProgress } from './progress.ts';

/** The flags of every command that makes a document of documents. */
export interface ProduceFlags {
  readonly output: string;
  readonly json?: boolean;
  readonly force?: boolean;
}

/** What such a command makes. */
export interface Produced {
  readonly bytes: Uint8Array;
  /** What `--json` prints. */
  readonly report: object;
  /** The same for people, in a few lines. */
  readonly summary: string;
}

/**
 * Reads the inputs, lets `work` make a document of them and writes it: the whole file or none of it. The report goes to
 * standard output, or to standard error where the document goes to standard output.
 *
 * @public
 * @param doing what `work` does, for the line of progress: `Accepting`.
 * @returns the exit code.
 * @throws {CliError | RedlineError} what stands in the way; nothing is written then.
 */
export async function produce(
  inputs: readonly string[],
  flags: ProduceFlags,
  doing: string,
  work: (documents: readonly Uint8Array[]) => Produced | Promise<Produced>,
  io: Io,
): Promise<number> {
  checkInputs(inputs);
  if (flags.json && flags.output === STANDARD) {
    throw new CliError(
      'usage',
      'the report (--json) and the document (-o -) cannot both go to standard output',
    );
  }
  const target = await openTarget(flags.output, inputs, flags.force === true, io);
  const progress = createProgress(io.stderr, 3);
  try {
    progress.stage('Reading');
    const documents: Uint8Array[] = [];
    for (const input of inputs) {
      documents.push(await readInput(input, 'document', DEFAULT_LIMITS.compressedBytes, io));
    }
    progress.stage(doing);
    const { bytes, report, summary } = await work(documents);
    progress.stage('Writing');
    await target.write(bytes);
    progress.end();
    if (flags.json) await write(io.stdout, `${JSON.stringify(report, null, 2)}\n`);
    else {
      const sink = flags.output === STANDARD ? io.stderr : io.stdout;
      await write(sink, `${paint(sink, 'bold', target.name)} (${bytes.length} bytes)\n${summary}\n`);
    }
    return EXIT.done;
  } catch (error) {
    progress.end();
    throw error;
  }
}
