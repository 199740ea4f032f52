import { DEFAULT_LIMITS, type InputRole } from '../redline/index.ts';
import { CliError, EXIT } from './errors.ts';
import { checkInputs, readInput, STANDARD } from './input.ts';
import { type Io, paint, write } from './io.ts';
import { type Content, openTarget } from './output.ts';
import { createProgress } from './progress.ts';

/** The flags of every command that makes a document of documents. */
export interface ProduceFlags {
  readonly output: string;
  readonly json?: boolean;
  readonly force?: boolean;
}

/** A document as it was named, and what errors call it. */
export interface Input {
  readonly name: string;
  readonly role: InputRole;
}

/** The value of a flag that takes one of a few. @throws {CliError} when it is none of them. */
export function oneOf<Value extends string>(flag: string, given: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === given);
  if (found === undefined) throw new CliError('usage', `${flag} is one of ${values.join(', ')}`);
  return found;
}

/** What such a command makes. */
export interface Produced {
  readonly content: Content;
  /** What `--json` prints; asked for when the content is written. */
  readonly report: object;
  /** The same for people, in a few lines. */
  readonly summary: string;
}

/**
 * Reads the inputs, lets `work` make a document of them and writes it: the whole file or none of it. The report goes to
 * standard output, or to standard error where the document goes to standard output.
 *
 * @param flags with `plain` for text, which may go to a terminal.
 * @param doing what `work` does, for the line of progress: `Accepting`.
 * @returns the exit code.
 * @throws {CliError | RedlineError} what stands in the way; nothing is written then.
 */
export async function produce<Inputs extends readonly Input[]>(
  inputs: Inputs,
  flags: ProduceFlags & { readonly plain?: boolean },
  doing: string,
  work: (documents: { readonly [At in keyof Inputs]: Uint8Array }) => Produced | Promise<Produced>,
  io: Io,
): Promise<number> {
  const names = inputs.map(({ name }) => name);
  checkInputs(names);
  if (flags.json && flags.output === STANDARD) {
    throw new CliError(
      'usage',
      'the report (--json) and the document (-o -) cannot both go to standard output',
    );
  }
  const { output, force = false, plain = false } = flags;
  const target = await openTarget(output, names, { force, plain }, io);
  const progress = createProgress(io.stderr, 3);
  try {
    progress.stage('Reading');
    const documents: Uint8Array[] = [];
    for (const { name, role } of inputs) {
      documents.push(await readInput(name, role, DEFAULT_LIMITS.compressedBytes, io));
    }
    progress.stage(doing);
    const produced = await work(documents as { [At in keyof Inputs]: Uint8Array });
    progress.stage('Writing');
    const size = await target.write(produced.content);
    progress.end();
    if (flags.json) await write(io.stdout, `${JSON.stringify(produced.report, null, 2)}\n`);
    else {
      const sink = flags.output === STANDARD ? io.stderr : io.stdout;
      await write(sink, `${paint(sink, 'bold', target.name)} (${size} bytes)\n${produced.summary}\n`);
    }
    return EXIT.done;
  } catch (error) {
    progress.end();
    throw error;
  }
}
