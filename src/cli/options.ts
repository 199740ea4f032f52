import type { Command } from 'commander';
import {
  type CompareOptions,
  compareOptions,
  type GivenOptions,
  GRANULARITIES,
  IGNORABLE,
  type Ignorable,
  METADATA,
  MOST_LEAST_WORDS,
  TRACKED,
} from '../redline/index.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { checkAuthor, parseDate } from './stamp.ts';

export interface OptionFlags {
  readonly author: string;
  /** As given: an ISO 8601 date, `none`, or undefined for now. */
  readonly date?: string;
  readonly granularity?: string;
  /** Names of aspects, separated by commas. */
  readonly ignore?: string;
  /** False with `--no-moves`. */
  readonly moves?: boolean;
  readonly leastMove?: string;
  readonly metadata?: string;
  readonly tracked?: string;
}

/** Aspects as a command line writes them. */
const ASPECTS: ReadonlyMap<string, Ignorable> = new Map(
  IGNORABLE.map((name) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), name]),
);

const oneOf = (values: readonly string[]): string => values.join(', ');

/** The options of a comparison, as flags of a command. */
export function withOptions(command: Command): Command {
  return command
    .option('--author <name>', 'the author of the changes', 'Redline')
    .option('--date <date>', 'the date of the changes, ISO 8601, or "none" (default: now)')
    .option(
      '--granularity <unit>',
      `what is marked in a changed phrase: ${oneOf(GRANULARITIES)} (default: word)`,
    )
    .option('--ignore <aspects>', `what is left out, separated by commas: ${oneOf([...ASPECTS.keys()])}`)
    .option('--no-moves', 'show what moved as deleted and inserted')
    .option('--least-move <words>', 'fewest words of what is shown as moved (default: 5)')
    .option('--tracked <fate>', `changes that the documents hold: ${oneOf(TRACKED)} (default: accept)`)
    .option('--metadata <whose>', `document properties of OUT: ${oneOf(METADATA)} (default: original)`);
}

/** @throws {CliError} for a value that is none. */
export function optionsOf(flags: OptionFlags, io: Io): CompareOptions {
  const { granularity, metadata, tracked } = flags;
  return compareOptions({
    author: checkAuthor(flags.author),
    date: parseDate(flags.date, io.today()),
    ...(granularity === undefined
      ? {}
      : { granularity: choice('--granularity', granularity, GRANULARITIES) }),
    ignore: aspects(flags.ignore),
    moves: moves(flags),
    ...(tracked === undefined ? {} : { tracked: choice('--tracked', tracked, TRACKED) }),
    ...(metadata === undefined ? {} : { metadata: choice('--metadata', metadata, METADATA) }),
  });
}

function choice<Value extends string>(flag: string, given: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === given);
  if (found === undefined) throw new CliError('usage', `${flag} is one of ${oneOf(values)}`);
  return found;
}

/** Names of aspects, separated by commas. */
export function aspects(given: string | undefined): Partial<Record<Ignorable, boolean>> {
  const names = given === undefined ? [] : given.split(',').map((name) => name.trim());
  const found = names.map((name): [Ignorable, boolean] => {
    const aspect = ASPECTS.get(name);
    if (aspect === undefined) throw new CliError('usage', `--ignore takes ${oneOf([...ASPECTS.keys()])}`);
    return [aspect, true];
  });
  return Object.fromEntries(found);
}

function moves({ moves: enabled = true, leastMove }: OptionFlags): NonNullable<GivenOptions['moves']> {
  if (leastMove === undefined) return { enabled };
  const leastWords = /^\d{1,9}$/.test(leastMove) ? Number(leastMove) : 0;
  if (leastWords < 1 || leastWords > MOST_LEAST_WORDS)
    throw new CliError('usage', `--least-move is a number of words from 1 to ${MOST_LEAST_WORDS}`);
  return { enabled, leastWords };
}
