import type { Head } from '../../src/documents/index.ts';
import { fenceOf } from '../../src/documents/leases/fences.ts';
import { GUEST } from './actor.ts';
import { erasureFaults } from './erasure-laws.ts';
import { eventFaults } from './event-laws.ts';
import type { History, Told } from './inspect.ts';
import { CHORES, type Kind } from './kinds.ts';
import { operationFaults } from './operation-laws.ts';

/** What a history breaks, a sentence each; none when all is well. */
export function brokenLaws(history: History): string[] {
  return [
    ...[...history.documents].flatMap(([id, told]) => chainFaults(id, told)),
    ...answerFaults(history),
    ...memberFaults(history),
    ...holdFaults(history),
    ...erasureFaults(history),
    ...leaseFaults(history.documents),
    ...auditFaults(history),
    ...eventFaults(history),
    ...operationFaults(history),
    ...storeFaults(history),
    ...keyFaults(history),
    ...history.unreadable,
    ...history.clients.alarms,
  ];
}

/** Every commit follows the one before it: none was overwritten, none was done twice. */
function chainFaults(id: string, { heads, versions }: Told): string[] {
  const faults = versions
    .filter(({ number }, at) => number !== at + 1)
    .map(({ number }) => `${id}: version ${number} is not where it should be`);
  heads.forEach((head, at) => {
    const before = heads[at - 1];
    if (head.sequence !== at + 1) faults.push(`${id}: commit ${at + 1} has the number ${head.sequence}`);
    if (before === undefined && heads.at(-1)?.state === 'taken') return;
    // Of the heads before, each version is one that there is still.
    if (heads.at(-1)?.state !== 'taken')
      for (const { number, content } of head.versions) {
        if (versions[number - 1]?.content !== content)
          faults.push(`${id}: version ${number} of commit ${at + 1} is lost`);
      }
    if (before === undefined) return;
    if (head.earlier[0] !== before.commit.operation)
      faults.push(`${id}: commit ${head.sequence} does not follow ${before.sequence}`);
    // What is erased says nothing any more.
    if (head.state === 'taken') return;
    if (!before.labels.every((label, n) => head.labels[n] === label))
      faults.push(`${id}: commit ${head.sequence} lost a label`);
    if (countOf(head) < countOf(before)) faults.push(`${id}: commit ${head.sequence} has fewer versions`);
  });
  return faults;
}

function countOf({ versions }: Head): number {
  return versions.at(-1)?.number ?? 0;
}

/** What commits under operations of its own, or nothing; other laws hold for it. */
const ASIDE: readonly Kind[] = ['read', 'visit', 'erase', 'forget', 'later', 'batch', 'cancel', 'again'];

/** What was acknowledged happened once; what was refused did not happen; one key has one answer. */
function answerFaults({ tasks, documents }: History): string[] {
  const commits = new Map<string, number>();
  for (const { commit } of [...documents.values()].flatMap(({ heads }) => heads)) {
    commits.set(commit.operation, (commits.get(commit.operation) ?? 0) + 1);
  }
  return tasks.flatMap(({ operation, kind, outcome, answers }) => {
    if (CHORES.includes(kind) || ASIDE.includes(kind)) return [];
    const times = commits.get(operation) ?? 0;
    if (times > 1) return [`${kind} ${operation} happened ${times} times`];
    if (outcome === 'done' && times === 0) return [`${kind} ${operation} was acknowledged and is lost`];
    if (outcome === 'refused' && times > 0) return [`${kind} ${operation} was refused and happened`];
    if (new Set(answers).size > 1) return [`${kind} ${operation} was answered in two ways`];
    return [];
  });
}

/** What a guest commits stands on a head that lets them in; nothing lands of them once somebody was told that they are out. */
function memberFaults({ documents, clients: { expelled } }: History): string[] {
  const faults: string[] = [];
  for (const [id, { heads, landed }] of documents) {
    for (const [at, { commit, redline, sequence }] of heads.entries()) {
      if (!isGuests(commit)) continue;
      const before = heads[at - 1];
      if (redline === null && (before === undefined || !letsIn(before)))
        faults.push(`${id}: commit ${sequence} is of a guest who was not let in`);
      const document = redline?.document ?? id;
      for (const out of expelled) {
        const isLater = (landed[at] ?? 0) > out.landed;
        if (out.document !== document || !isLater) continue;
        if (!isInAgain(documents.get(document), out.sequence, landed[at] ?? 0))
          faults.push(`${id}: commit ${sequence} of a guest landed after they were out`);
      }
    }
  }
  return faults;
}

function isGuests({ records }: Head['commit']): boolean {
  return records.some(({ actor }) => actor.id === GUEST.id);
}

function letsIn({ members }: Head): boolean {
  return members.some(({ subject }) => GUEST.subjects.includes(subject));
}

/** Whether a document let the guest in after a commit, and before something landed. */
function isInAgain(told: Told | undefined, sequence: number, before: number): boolean {
  const { heads = [], landed = [] } = told ?? {};
  return heads.some(
    (head, at) => head.sequence > sequence && (landed[at] ?? before) < before && letsIn(head),
  );
}

/** Nothing held is taken: no document while its head says so, and none of its redlines once somebody was told that it is held. */
function holdFaults({ documents, clients: { held } }: History): string[] {
  const faults: string[] = [];
  for (const [id, { heads, landed }] of documents) {
    for (const [at, { state, redline, sequence }] of heads.entries()) {
      const before = heads[at - 1];
      if (state === 'active' || before === undefined || before.state === state) continue;
      if (before.hold != null) faults.push(`${id}: commit ${sequence} took what is held`);
      const time = landed[at] ?? 0;
      for (const told of held) {
        if (told.document !== redline?.document || time <= told.landed) continue;
        if (!isReleased(documents.get(told.document), told.sequence, time))
          faults.push(`${id}: commit ${sequence} deleted a redline of what is held`);
      }
    }
  }
  return faults;
}

/** Whether a document was held no more after a commit, and before something landed. */
function isReleased(told: Told | undefined, sequence: number, before: number): boolean {
  const { heads = [], landed = [] } = told ?? {};
  return heads.some(
    (head, at) => head.sequence > sequence && (landed[at] ?? before) < before && head.hold == null,
  );
}

/** Of what a lease covers nothing is committed under an older one; a fence is that of one lease; and no fence is ever forgotten. */
export function leaseFaults(documents: ReadonlyMap<string, Pick<Told, 'heads'>>): string[] {
  const faults: string[] = [];
  const holders = new Map<string, string>();
  for (const [id, { heads }] of documents) {
    for (const [at, { commit, fences = {}, redline, sequence, state }] of heads.entries()) {
      const before = heads[at - 1]?.fences ?? {};
      const clauses = [null, ...Object.keys({ ...before, ...fences })];
      if (state !== 'taken' && clauses.some((clause) => fenceOf(fences, clause) < fenceOf(before, clause)))
        faults.push(`${id}: commit ${sequence} lowered a fence`);
      const { lease } = commit;
      if (lease === undefined) continue;
      const older = heads.slice(0, at).flatMap(({ commit: { lease: one } }) => one ?? []);
      const isCovered = (one: typeof lease) =>
        one.clause === null || lease.clause === null || one.clause === lease.clause;
      if (older.some((one) => isCovered(one) && one.fence > lease.fence))
        faults.push(`${id}: commit ${sequence} was made under a lease that was over`);
      const place = `${redline?.document ?? id} ${lease.fence}`;
      if ((holders.get(place) ?? lease.id) !== lease.id)
        faults.push(`${id}: commit ${sequence} was made under a fence of two leases`);
      holders.set(place, lease.id);
    }
  }
  return faults;
}

/** Every commit carries its records and was announced to the relays. */
function auditFaults({ documents, journal }: History): string[] {
  const heads = [...documents.values()].flatMap((told) => told.heads);
  return heads.flatMap(({ id, commit, sequence }) => {
    const faults: string[] = [];
    const own = commit.records.every(
      (record) => record.document === id && record.id.startsWith(commit.operation),
    );
    if (commit.records.length === 0 || !own) faults.push(`${id}: commit ${sequence} is not audited`);
    if (!journal.has(commit.operation)) faults.push(`${id}: commit ${sequence} was not announced`);
    return faults;
  });
}

/** Nothing is kept that no head leads to: no content, no page, no key, nothing of an upload or of an answer that is over. */
function storeFaults({ documents, stored }: History): string[] {
  const needed = new Set(
    [...documents].flatMap(([id, { versions, pages }]) => [
      `secrets/t/${id}`,
      ...versions.map(({ content }) => `contents/t/${id}/${content}`),
      ...versions.flatMap(({ result }) =>
        result === undefined ? [] : [`contents/t/${id}/${result.content}`],
      ),
      ...pages.map((page) => `pages/t/${id}/${page.id}`),
    ]),
  );
  return [
    ...[...needed].filter((name) => !stored.has(name)).map((name) => `${name} is missing`),
    // What a shelf says of what never came to be goes with the next record of its tenant.
    ...[...stored]
      .filter((name) => !needed.has(name) && !name.startsWith('shelves/'))
      .map((name) => `${name} belongs to nothing`),
  ];
}

/** Every data key is wrapped by its document's; every version of the tenant's key but the last is destroyed. */
function keyFaults({ documents, alive }: History): string[] {
  const [, ...others] = alive;
  const faults = others.map((version) => `the version ${version} of the key is there still`);
  for (const [id, { wrapped, versions, pages }] of documents) {
    const keys = [wrapped, ...pages.map(({ key }) => key)];
    for (const { key, result } of versions) keys.push(key, ...(result === undefined ? [] : [result.key]));
    const amiss = keys.filter(({ version }) => !version.startsWith('document:'));
    if (amiss.length > 0) faults.push(`${id}: ${amiss.length} keys are not wrapped by its own`);
  }
  return faults;
}
