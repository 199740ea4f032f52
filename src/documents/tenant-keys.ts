import type { Clock } from '../kit/index.ts';
import type { BlobInfo, BlobStore, VersionedBlobStore } from './blob-store.ts';
import type { Catalogue } from './catalogue.ts';
import type { DataKeys } from './data-keys.ts';
import type { KeyService } from './key-service.ts';
import type { Rewrapping } from './rewrapping.ts';

/** Keys that one run wraps anew at most, where nobody says otherwise. */
const KEYS_A_RUN = 5000;
/** How many documents are looked at before it is noted how far a run is. */
const NOTED_EVERY = 20;
/**
 * How long another version must have wrapped before everything is looked at once more, and earlier ones may go: by then
 * requests, uploads and kept answers of the time before are over (7 days), and the new version is known everywhere.
 */
const SETTLED_MS = 8 * 24 * 3_600_000;

/** What a run came to. */
export interface RewrapReport {
  /** The version that wraps now. */
  readonly primary: string;
  /** Whether nothing is known to be wrapped by another version. */
  readonly done: boolean;
  /** Documents that were looked at, and keys that were wrapped anew. */
  readonly documents: number;
  readonly keys: number;
  /** Keys that nobody can unwrap any more. */
  readonly lost: number;
}

/** How far the data keys of a tenant are behind the rotation of its key. */
export interface RewrapStatus {
  readonly primary: string;
  /** Whether everything was wrapped by it when it was last looked at. */
  readonly done: boolean;
  /** Whether this is so for good: nothing that is under way can need an earlier version any more. */
  readonly settled: boolean;
  /** Keys that nobody could unwrap in the last pass. */
  readonly lost: number;
}

/**
 * What became of a version that was to go: it wraps now, something is wrapped by it, what is under way may need it, or it
 * is destroyed.
 */
export type Retired = 'primary' | 'unfinished' | 'unsettled' | 'destroyed';

/** Where a pass over the documents of a tenant is. */
interface Pass {
  readonly primary: string;
  /** When this version was first seen to wrap, and when the pass began; milliseconds since 1970. */
  readonly since: number;
  readonly begun: number;
  /** The last document that was looked at; `null` when the pass has come to its end. */
  readonly after: string | null;
  /** Keys that were left in this pass: it is followed by another one. */
  readonly left: number;
  readonly lost: number;
}

/** Objects beside the documents that have keys of their own and stay. */
export interface KeyHolder {
  /** @returns how many keys were wrapped anew, and how many are left. */
  rewrap(tenant: string, primary: string): Promise<{ readonly keys: number; readonly left: number }>;
}

export interface TenantKeysParts {
  readonly service: KeyService;
  /** What holds unwrapped keys. */
  readonly held: Pick<DataKeys, 'forget'>;
  readonly heads: VersionedBlobStore;
  readonly secrets: BlobStore;
  readonly rewrapping: Rewrapping;
  readonly holders: readonly KeyHolder[];
  readonly catalogue: Pick<Catalogue, 'position' | 'setPosition'>;
  readonly residency: string;
  readonly clock: Clock;
}

/**
 * Keys of tenants: rotated, and what an earlier version wrapped wrapped anew. How far that is stands in the catalogue: who
 * throws that away begins a new pass, in which nothing is done twice. Decision 0077.
 */
export class TenantKeys {
  readonly #parts: TenantKeysParts;

  constructor(parts: TenantKeysParts) {
    this.#parts = parts;
  }

  async status(tenant: string): Promise<RewrapStatus> {
    const primary = await this.#parts.service.primary(tenant);
    const pass = await this.#pass(tenant, primary);
    const done = isDone(pass);
    return { primary, done, settled: done && wasLast(pass), lost: pass.lost };
  }

  /** @returns the name of the version that wraps from now on. */
  async rotate(tenant: string): Promise<string> {
    return await this.#parts.service.rotate(tenant);
  }

  /** Destroys an earlier version, unless something may need it yet. @param now does not wait for what is under way. */
  async retire(tenant: string, version: string, now = false): Promise<Retired> {
    const { primary, done, settled } = await this.status(tenant);
    if (version === primary) return 'primary';
    if (!done) return 'unfinished';
    if (!settled && !now) return 'unsettled';
    await this.destroy(tenant, version);
    return 'destroyed';
  }

  /** Makes everything unreadable that only this version wrapped, for this process at once and for others within minutes. */
  async destroy(tenant: string, version: string): Promise<void> {
    try {
      await this.#parts.service.destroy(tenant, version);
    } finally {
      this.#parts.held.forget(tenant);
    }
  }

  /** Goes on where the last run ended. @param most keys that are wrapped anew before it ends. */
  async rewrap(tenant: string, most = KEYS_A_RUN): Promise<RewrapReport> {
    const { service, rewrapping } = this.#parts;
    const primary = await service.primary(tenant);
    let pass = await this.#pass(tenant, primary);
    const report = { documents: 0, keys: 0 };
    const now = this.#parts.clock();
    const isDue = !wasLast(pass) && now >= pass.since + SETTLED_MS;
    if (isDone(pass) && !isDue) return { primary, done: true, ...report, lost: pass.lost };
    if (pass.after === null) pass = { ...pass, begun: now, after: '', left: 0, lost: 0 };
    if (pass.after === '') pass = await this.#others(tenant, pass, report);
    for await (const id of this.#documents(tenant, pass.after ?? '')) {
      if (report.keys >= most) break;
      const { keys, left, lost } = await rewrapping.document(tenant, id, primary);
      report.documents += 1;
      report.keys += keys;
      pass = { ...pass, after: id, left: pass.left + left, lost: pass.lost + lost };
      if (report.documents % NOTED_EVERY === 0) await this.#note(tenant, pass);
    }
    if (report.keys < most) pass = { ...pass, after: null };
    await this.#note(tenant, pass);
    return { primary, done: isDone(pass), ...report, lost: pass.lost };
  }

  /** Ids of all that has a head or a key of its own, in their order: a key comes before the first head. */
  async *#documents(tenant: string, after: string): AsyncIterable<string> {
    const { heads, secrets } = this.#parts;
    const begin = ([kind, store]: readonly [string, Pick<BlobStore, 'list'>]) =>
      store.list(`${kind}/${tenant}/`, after && `${kind}/${tenant}/${after}`)[Symbol.asyncIterator]();
    const lists = (
      [
        ['heads', heads],
        ['secrets', secrets],
      ] as const
    ).map(begin);
    const nextOf = async (list: AsyncIterator<BlobInfo> | undefined) => {
      const next = await list?.next();
      return next?.done === false ? (next.value.name.split('/').at(-1) ?? null) : null;
    };
    const next = [await nextOf(lists[0]), await nextOf(lists[1])];
    for (;;) {
      const [least] = next.filter((id) => id !== null).sort();
      if (least === undefined) return;
      for (const [at, id] of next.entries()) if (id === least) next[at] = await nextOf(lists[at]);
      yield least;
    }
  }

  async #others(tenant: string, pass: Pass, report: { keys: number }): Promise<Pass> {
    let { left } = pass;
    for (const holder of this.#parts.holders) {
      const outcome = await holder.rewrap(tenant, pass.primary);
      report.keys += outcome.keys;
      left += outcome.left;
    }
    return { ...pass, left };
  }

  /** Where the pass for this version is; a new one when the last was for another version. */
  async #pass(tenant: string, primary: string): Promise<Pass> {
    const noted = await this.#parts.catalogue.position(this.#name(tenant), tenant);
    // Only this class writes it; releases before this one did not say when it began.
    const pass = noted === null ? null : (JSON.parse(noted) as Pass);
    if (pass?.primary === primary && pass.since !== undefined) return pass;
    const now = this.#parts.clock();
    return { primary, since: now, begun: now, after: '', left: 0, lost: 0 };
  }

  async #note(tenant: string, pass: Pass): Promise<void> {
    await this.#parts.catalogue.setPosition(this.#name(tenant), JSON.stringify(pass), tenant);
  }

  #name(tenant: string): string {
    return `rewrap ${this.#parts.residency} ${tenant}`;
  }
}

function isDone({ after, left }: Pass): boolean {
  return after === null && left === 0;
}

/** Whether nothing can need an earlier version that this pass did not see. */
function wasLast({ since, begun }: Pass): boolean {
  return begun >= since + SETTLED_MS;
}
