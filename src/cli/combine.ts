import { basename, extname } from 'node:path';
import { nodeCodec } from '../kit/index.ts';
import {
  CONFLICT_POLICIES,
  type CombineReport,
  type ConflictPolicy,
  combine,
  DEFAULT_LIMITS,
} from '../redline/index.ts';
import { CliError } from './errors.ts';
import type { Io } from './io.ts';
import { type Input, type ProduceFlags, produce } from './produce.ts';
import { checkAuthor, parseDate } from './stamp.ts';

export interface CombineFlags extends ProduceFlags {
  readonly reviewer?: readonly string[];
  readonly policy: string;
  readonly prefer?: readonly string[];
  readonly compareMismatch?: boolean;
  readonly date?: string;
}

/** `redline combine`: resolves with the exit code. */
export async function runCombine(
  base: string,
  copies: readonly string[],
  flags: CombineFlags,
  io: Io,
): Promise<number> {
  const names = reviewersOf(copies, flags.reviewer);
  const options = {
    policy: policyOf(flags.policy),
    date: parseDate(flags.date, io.today()),
    mismatch: flags.compareMismatch ? 'compare' : 'refuse',
    limits: DEFAULT_LIMITS,
    ...(flags.prefer === undefined ? {} : { prefer: flags.prefer }),
  } as const;
  const inputs: Input[] = [
    { name: base, role: 'original' },
    ...copies.map((name): Input => ({ name, role: 'modified' })),
  ];
  const work = ([first, ...rest]: readonly Uint8Array[]) => {
    const given = rest.map((document, i) => ({ document, reviewer: names[i] ?? '' }));
    const { document, report } = combine(first ?? new Uint8Array(), given, options, nodeCodec);
    return { content: document, report, summary: combineSummary(report) };
  };
  return await produce(inputs, flags, 'Combining', work, io);
}

/** Names as given, else those of the files. */
function reviewersOf(copies: readonly string[], given: readonly string[] | undefined): string[] {
  if (given !== undefined && given.length !== copies.length)
    throw new CliError('usage', `there are ${copies.length} copies and ${given.length} reviewers`);
  return (given ?? copies.map((name) => basename(name, extname(name)))).map(checkAuthor);
}

function policyOf(given: string): ConflictPolicy {
  const found = CONFLICT_POLICIES.find((policy) => policy === given);
  if (found === undefined) throw new CliError('usage', `--policy is one of ${CONFLICT_POLICIES.join(', ')}`);
  return found;
}

function combineSummary({ reviewers, conflicts, movesDissolved }: CombineReport): string {
  const lines = reviewers.map(
    ({ reviewer, source, exact }) => `  ${reviewer}: ${source}${exact ? ', proven to stand alone' : ''}`,
  );
  const same = conflicts.filter((c) => c.kind === 'same').length;
  const facts = [
    `  ${conflicts.length - same} conflicts, ${same} edits that several made alike`,
    ...(movesDissolved
      ? ['  moves are marked as deletions and insertions: a conflict took one place of a move']
      : []),
  ];
  return [...lines, ...facts].join('\n');
}
