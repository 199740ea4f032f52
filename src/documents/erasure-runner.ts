import { AccessError, type Actor, type StoredRecord } from '../access/index.ts';
import { type Ambient, isoTime } from './ambient.ts';
import type { ChainPlace, PersonStatement, Statement } from './erasure-statement.ts';
import { DocumentsError } from './errors.ts';
import type { HeadStore } from './head-store.ts';
import type { Operation, OperationStore } from './operations/index.ts';
import type { Records } from './records.ts';
import type { Requests } from './requests.ts';
import { afterChange, unclear } from './writing.ts';

/** An erasure of whatever kind, from the moment it was asked for. */
export interface Begun {
  readonly format: 1;
  readonly tenant: string;
  /** `begun`, then what its kind says, then `done`. */
  readonly state: string;
  readonly by: Pick<Actor, 'kind' | 'id' | 'credential' | 'address' | 'requestId'>;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly begunAt: string;
  readonly doneAt: string | null;
  /** The end of the chain before; `null` for an empty one. */
  readonly before: ChainPlace | null;
  /** The signed statement; `null` until it is done, and where nothing is signed. */
  readonly certificate: object | null;
}

/** What one kind of erasures does. */
export interface ErasureSteps<One extends Begun> {
  /** Whether an id is of what this kind erases. */
  isOfKind(id: string): boolean;
  /** From one state to the next one, up to `done`. It may be done again, by whatever process. @throws {DocumentsError} when something stops it. */
  advance(one: One): Promise<One>;
  /** What came too late to be removed, of one that is done. */
  tidy(one: One): Promise<void>;
}

/** What erasing anything asks of the audit trail. */
export interface ErasingTrail {
  /** The end of a tenant's chain; `null` when nothing ever happened there. */
  end(tenant: string): Promise<ChainPlace | null>;
  /** Signed with the key that checkpoints are signed with; `null` where nothing is signed. */
  sign(statement: Statement | PersonStatement): Promise<object | null>;
}

export interface ErasingParts {
  readonly heads: HeadStore;
  readonly records: Records;
  readonly requests: Pick<Requests, 'forget'>;
  /** Plans of exports: they hold names and descriptions. */
  readonly plans: { forget(tenant: string): Promise<void> };
  /** What was asked of documents, or by people, with what was sent and what came of it. */
  readonly operations: Pick<OperationStore, 'forget'>;
  readonly forgetResult: (operation: Operation) => Promise<void>;
  readonly trail: ErasingTrail;
  readonly ambient: Ambient;
}

/** What of it the runner needs. */
interface RunnerParts extends Pick<ErasingParts, 'ambient'> {
  readonly records: Pick<Records, 'read' | 'write' | 'list'>;
  readonly trail: Pick<ErasingTrail, 'end'>;
}

const KIND = 'erasures';
const MOST_STEPS = 10;
/** Nothing that was under way goes on after a week. */
const SETTLED_MS = 8 * 24 * 3_600_000;

/**
 * Has erasures of one kind begun once and done wholly: the intent is kept first, so that what a crash interrupts is finished by the
 * next sweep. Decisions 0165 and 0222.
 */
export class ErasureRunner<One extends Begun> {
  readonly #parts: RunnerParts;
  readonly #steps: ErasureSteps<One>;
  /** Those of which nothing can be left that was under way then. */
  readonly #settled = new Set<string>();

  constructor(parts: RunnerParts, steps: ErasureSteps<One>) {
    this.#parts = parts;
    this.#steps = steps;
  }

  /** @throws {DocumentsError} `erasures/not-found` */
  async find(tenant: string, id: string): Promise<One> {
    const found = await this.#read(tenant, id);
    if (found === null) throw new DocumentsError('erasures/not-found', 'There is no such erasure.');
    return found.value;
  }

  /** Goes on with one that was asked for before; `null`: none was. */
  async goOn(tenant: string, id: string): Promise<One | null> {
    const there = await this.#read(tenant, id);
    return there === null ? null : await this.#finish(id, there);
  }

  /** @throws {DocumentsError} `documents/unclear` when it was begun and is not done yet: a sweep goes on with it. */
  async begin(
    { tenant, kind, id: actor, credential, address, requestId }: Actor,
    id: string,
    reason: string,
    make: (begun: Begun & { readonly state: 'begun' }) => One,
  ): Promise<One> {
    const intent = make({
      ...({ format: 1, tenant, state: 'begun' } as const),
      ...{ by: { kind, id: actor, credential, address, requestId }, reason },
      ...{ begunAt: isoTime(this.#parts.ambient.clock), doneAt: null },
      ...{ before: await this.#parts.trail.end(tenant), certificate: null },
    });
    const kept =
      (await this.#parts.records.write({ tenant, kind: KIND, id }, null, intent)) ??
      (await this.#read(tenant, id));
    if (kept === null) throw unclear();
    try {
      return await this.#finish(id, kept);
    } catch (error) {
      // What stops it may be over later, and then it goes on: nobody may be told that nothing was begun.
      throw isStopped(error) ? unclear() : afterChange(error);
    }
  }

  /** Goes on with what was begun and not finished. @returns how many were. */
  async resume(tenants: Iterable<string>): Promise<number> {
    let finished = 0;
    for (const tenant of tenants) {
      for (const id of await this.#parts.records.list(tenant, KIND)) {
        if (this.#settled.has(`${tenant}/${id}`)) continue;
        const stored = await this.#read(tenant, id);
        if (stored === null) continue;
        if (stored.value.state === 'done') await this.#tidy(id, stored.value);
        else if (await this.#isFinished(id, stored)) finished += 1;
      }
    }
    return finished;
  }

  async #tidy(id: string, one: One): Promise<void> {
    await this.#steps.tidy(one);
    if (Date.parse(one.doneAt ?? '') < this.#parts.ambient.clock() - SETTLED_MS)
      this.#settled.add(`${one.tenant}/${id}`);
  }

  /** Not what something stops: it goes on when that is over. */
  async #isFinished(id: string, stored: StoredRecord<One>): Promise<boolean> {
    try {
      await this.#finish(id, stored);
      return true;
    } catch (error) {
      if (error instanceof DocumentsError) return false;
      throw error;
    }
  }

  async #finish(id: string, stored: StoredRecord<One>): Promise<One> {
    let current = stored;
    for (let steps = 0; current.value.state !== 'done'; steps += 1) {
      if (steps > MOST_STEPS) throw unclear();
      const { tenant } = current.value;
      const next = await this.#steps.advance(current.value);
      const written = await this.#parts.records.write({ tenant, kind: KIND, id }, current, next);
      // Another process may be at it too: what it came to counts.
      const found = written ?? (await this.#read(tenant, id));
      if (found === null) throw unclear();
      current = found;
    }
    return current.value;
  }

  async #read(tenant: string, id: string): Promise<StoredRecord<One> | null> {
    return this.#steps.isOfKind(id) ? await this.#parts.records.read<One>(tenant, KIND, id) : null;
  }
}

/** Removes answers that name one of these ids, plans, and operations. @returns how many answers and operations. */
export async function forgetAsked(
  { requests, plans, operations, forgetResult }: ErasingParts,
  tenant: string,
  ids: readonly string[],
  isMeant: (operation: Operation) => boolean,
): Promise<{ readonly answers: number; readonly operations: number }> {
  const answers = await requests.forget(tenant, ids);
  await plans.forget(tenant);
  return { answers, operations: await operations.forget(tenant, isMeant, forgetResult) };
}

function isStopped(error: unknown): boolean {
  return error instanceof DocumentsError || error instanceof AccessError;
}
