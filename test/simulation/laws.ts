import type { Head } from '../../src/documents/index.ts';
import type { History } from './simulation.ts';

/** What a history breaks, a sentence each; none when all is well. */
export function brokenLaws(history: History): string[] {
  return [
    ...[...history.documents].flatMap(([id, heads]) => chainFaults(id, heads)),
    ...answerFaults(history),
    ...auditFaults(history),
    ...contentFaults(history),
    ...history.alarms,
  ];
}

/** Every commit follows the one before it: none was overwritten, none was done twice. */
function chainFaults(id: string, heads: readonly Head[]): string[] {
  const faults: string[] = [];
  heads.forEach((head, at) => {
    const before = heads[at - 1];
    if (head.sequence !== at + 1) faults.push(`${id}: commit ${at + 1} has the number ${head.sequence}`);
    if (before === undefined) return;
    if (head.earlier[0] !== before.commit.operation)
      faults.push(`${id}: commit ${head.sequence} does not follow ${before.sequence}`);
    if (!before.labels.every((label, n) => head.labels[n] === label))
      faults.push(`${id}: commit ${head.sequence} lost a label`);
    if (!before.versions.every(({ content }, n) => head.versions[n]?.content === content)) {
      faults.push(`${id}: commit ${head.sequence} lost a version`);
    }
  });
  return faults;
}

/** What was acknowledged happened once; what was refused did not happen; nothing happened that nobody asked for. */
function answerFaults({ tasks, documents }: History): string[] {
  const commits = new Map<string, number>();
  for (const head of [...documents.values()].flat()) {
    commits.set(head.commit.operation, (commits.get(head.commit.operation) ?? 0) + 1);
  }
  return tasks.flatMap(({ operation, kind, outcome }) => {
    if (kind === 'sweep') return [];
    const times = commits.get(operation) ?? 0;
    if (times > 1) return [`${kind} ${operation} happened ${times} times`];
    if (outcome === 'done' && times === 0) return [`${kind} ${operation} was acknowledged and is lost`];
    if (outcome === 'refused' && times > 0) return [`${kind} ${operation} was refused and happened`];
    return [];
  });
}

/** Every commit carries its records and was announced to the relays. */
function auditFaults({ documents, journal }: History): string[] {
  return [...documents.values()].flat().flatMap(({ id, commit, sequence }) => {
    const faults: string[] = [];
    const own = commit.records.every(
      (record) => record.document === id && record.id.startsWith(commit.operation),
    );
    if (commit.records.length === 0 || !own) faults.push(`${id}: commit ${sequence} is not audited`);
    if (!journal.has(commit.operation)) faults.push(`${id}: commit ${sequence} was not announced`);
    return faults;
  });
}

/** Every version can be read, and nothing is kept that no version names. */
function contentFaults({ documents, contents, unreadable }: History): string[] {
  const named = new Set(
    [...documents].flatMap(([id, heads]) =>
      (heads.at(-1)?.versions ?? []).flatMap(({ content, result }) =>
        [content, result?.content].map((name) => `contents/t/${id}/${name}`),
      ),
    ),
  );
  return [
    ...unreadable.map((place) => `${place} cannot be read`),
    ...[...contents].filter((name) => !named.has(name)).map((name) => `${name} belongs to no version`),
  ];
}
