import { OutsideError } from '../../kit/index.ts';
import { type Ambient, isoTime } from '../ambient.ts';
import { ContentStore } from '../content-store.ts';
import { DataKeys } from '../data-keys.ts';
import { DocumentKeys } from '../document-keys.ts';
import { DocumentsError } from '../errors.ts';
import { HeadStore } from '../head-store.ts';
import type { Place, Residency } from '../regions.ts';
import { KNOWN_MS, type Move, movingBy, type Placements, type StoredMove } from './placements.ts';
import {
  type BothKeys,
  copyObject,
  isSame,
  objectsOf,
  purgeObject,
  removeObject,
  type StorePair,
} from './tenant-objects.ts';

/** What came of a move. */
export interface MoveReport {
  readonly tenant: string;
  readonly from: Residency;
  readonly to: Residency;
  /** Objects that were read back there, and versions of documents that were opened and hashed there. */
  readonly objects: number;
  readonly versions: number;
  /** Objects that were removed where it was; uploads under way, kept answers and results among them, which do not move. */
  readonly removed: number;
  /** Objects that are there still, as something wrote them after all others were copied. */
  readonly left: number;
}

/** What is known of a tenant's moves. */
export interface MoveStatus {
  readonly tenant: string;
  readonly region: Residency;
  /** Whether rows of events are left in a region that it is not in. */
  readonly events: 'removed' | 'left';
  /** The records of its moves, of each region that it left the last one, in order. */
  readonly moves: readonly Omit<Move, 'format' | 'tenant'>[];
}

/** Moves tenants between the regions of an installation, whose service may run meanwhile. */
export interface Mover {
  /** @param to a region of the installation. */
  move(tenant: string, to: Residency): Promise<MoveReport & Pick<MoveStatus, 'events'>>;
  /** Where it is, and how far its moves are. */
  status(tenant: string): Promise<MoveStatus>;
  /** Resolves when its events are gone where it was: a run of `move` is over sooner. */
  settled(tenant: string): Promise<void>;
  /** The tenant stays where it is. */
  abort(tenant: string): Promise<void>;
}

export interface TenantMoveParts {
  readonly placements: Placements;
  readonly ambient: Ambient;
  /** Brings what is kept of the tenant besides stores to the other region. */
  readonly beforeSwitch?: (tenant: string, to: Residency) => Promise<void>;
  /** Is told before each step: what it throws ends the run there. */
  readonly onStep?: (step: string) => void | Promise<void>;
}

/** Longer than any process may believe what it knew, and than a write that it began may take. */
const SETTLED_MS = KNOWN_MS * 4;
const MOST_PASSES = 10;

/**
 * Moves everything of a tenant to another region. Until one record says that it is there it is where it was, and frozen; from then
 * on it is there. Whatever ends a run, the next one goes on; before the record says so it can be taken back. Decision 0171.
 */
export class TenantMove {
  readonly #parts: TenantMoveParts;

  constructor(parts: TenantMoveParts) {
    this.#parts = parts;
  }

  /**
   * @param by the actor's id.
   * @throws {DocumentsError} `tenants/not-movable`; `tenants/moving` when it is being moved elsewhere.
   */
  async run(tenant: string, to: Residency, by: string): Promise<MoveReport> {
    const { placements } = this.#parts;
    const { residency, move } = await placements.look(tenant);
    const isThere = residency === to && move?.move.phase !== 'moving';
    if (isThere && move?.move.phase === 'moved') return await this.#clear(move, { objects: 0, versions: 0 });
    if (isThere) throw new DocumentsError('tenants/not-movable', 'The organisation is there already.');
    placements.region(to);
    const begun = await this.#begin(tenant, residency, to, by, move);
    const moving = this.#changeOf(begun.move);
    await this.#step('wait');
    await this.#parts.ambient.pause(SETTLED_MS);
    await moving.to.keys.create(tenant);
    await this.#copyAll(moving, tenant);
    await this.#step('verify');
    const objects = await this.#verify(moving, tenant);
    const versions = await this.#open(moving.to, tenant);
    await this.#parts.beforeSwitch?.(tenant, to);
    await this.#step('switch');
    const moved = await placements.write(begun, { ...begun.move, phase: 'moved' });
    return await this.#clear(moved, { objects, versions });
  }

  /** Takes back what is not done: the tenant stays where it is. @throws {DocumentsError} `tenants/not-movable`. */
  async abort(tenant: string): Promise<void> {
    const { move } = await this.#parts.placements.look(tenant);
    if (move === null || move.move.phase !== 'moving') {
      throw new DocumentsError('tenants/not-movable', 'The organisation is not being moved.');
    }
    const { to } = this.#changeOf(move.move);
    for (const store of [to.heads, to.contents, to.secrets]) {
      for await (const { name } of objectsOf(store, tenant)) await purgeObject(store, name);
    }
    await this.#parts.placements.remove(move);
  }

  async #begin(
    tenant: string,
    from: Residency,
    to: Residency,
    by: string,
    held: StoredMove | null,
  ): Promise<StoredMove> {
    const { placements, ambient } = this.#parts;
    await this.#step('begin');
    if (held?.move.phase === 'moving') {
      if (held.move.to === to) return held;
      throw movingBy('Take that back first.');
    }
    const serial = (held?.move.serial ?? 0) + 1;
    const at = isoTime(ambient.clock);
    const base = await placements.read(from, tenant);
    return await placements.write(base, { format: 1, tenant, from, to, phase: 'moving', serial, at, by });
  }

  #changeOf({ from, to }: Move): { readonly from: Place; readonly to: Place } {
    return { from: this.#parts.placements.region(from), to: this.#parts.placements.region(to) };
  }

  /** Until a pass finds nothing new: what was under way when it was frozen may have come in meanwhile. */
  async #copyAll(moving: { from: Place; to: Place }, tenant: string): Promise<void> {
    const change = keysOf(moving, tenant);
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      let copied = 0;
      for (const [kind, pair] of pairsOf(moving)) {
        await this.#step(`copy ${kind}`);
        const here = new Set<string>();
        for await (const { name } of objectsOf(pair.from, tenant)) {
          here.add(name);
          copied += await copyObject(pair, name, change);
          await this.#step(`copied ${kind}`);
        }
        // Left by an earlier run, and gone here since.
        for await (const { name } of objectsOf(pair.to, tenant)) {
          if (!here.has(name)) await purgeObject(pair.to, name);
        }
      }
      if (copied === 0) return;
    }
    throw new OutsideError('BlobStore', 'unavailable', 'Something goes on writing to the tenant.');
  }

  /** Reads everything back. @returns how many objects. */
  async #verify(moving: { from: Place; to: Place }, tenant: string): Promise<number> {
    const change = keysOf(moving, tenant);
    let objects = 0;
    for (const [, pair] of pairsOf(moving)) {
      for await (const { name } of objectsOf(pair.from, tenant)) {
        objects += 1;
        if (await isSame(pair, name, change)) continue;
        throw new OutsideError('BlobStore', 'damaged', `What was copied is not what is there: ${name}.`);
      }
    }
    return objects;
  }

  /** Opens every version with the keys of the new place, and hashes it. @returns how many. */
  async #open(place: Place, tenant: string): Promise<number> {
    const { ambient } = this.#parts;
    const dataKeys = new DataKeys(place.keys, ambient);
    const keys = new DocumentKeys({ secrets: place.secrets, service: place.keys, dataKeys, ambient });
    try {
      const heads = new HeadStore(place.heads, keys, ambient);
      const contents = new ContentStore(place.contents, keys, ambient);
      let versions = 0;
      const prefix = `heads/${tenant}/`;
      for await (const { name } of place.heads.list(prefix)) {
        const id = name.slice(prefix.length);
        const stored = await heads.read(tenant, id);
        if (stored === null) continue;
        for await (const { result, ...version } of heads.pages.latestFirst(stored.head)) {
          for (const one of result === undefined ? [version] : [version, result]) {
            await contents.verify(tenant, id, one);
          }
          versions += 1;
        }
      }
      return versions;
    } finally {
      keys.forget();
    }
  }

  /** Removes what is left where it was, and the key there. */
  async #clear(
    moved: StoredMove,
    { objects, versions }: { readonly objects: number; readonly versions: number },
  ): Promise<MoveReport> {
    const { tenant, from, to } = moved.move;
    const moving = this.#changeOf(moved.move);
    await this.#step('clear');
    let removed = 0;
    let left = 0;
    for (const [, pair] of pairsOf(moving)) {
      for await (const { name } of objectsOf(pair.from, tenant)) {
        if (await removeObject(pair, name)) removed += 1;
        else left += 1;
        await this.#step('cleared');
      }
    }
    for await (const { name } of objectsOf(moving.from.spool, tenant)) {
      await moving.from.spool.delete(name);
      removed += 1;
    }
    if (left === 0) {
      await this.#step('forget');
      // What may be left of generations that nothing names is unreadable from now on.
      const last = await moving.from.keys.primary(tenant);
      await moving.from.keys.rotate(tenant);
      await moving.from.keys.destroy(tenant, last);
      await this.#parts.placements.write(moved, { ...moved.move, phase: 'done' });
    }
    return { tenant, from, to, objects, versions, removed, left };
  }

  async #step(step: string): Promise<void> {
    await this.#parts.onStep?.(step);
  }
}

/** Keys first: what they open must never be there without them. */
function pairsOf({ from, to }: { from: Place; to: Place }): readonly [kind: string, pair: StorePair][] {
  return [
    ['secrets', { from: from.secrets, to: to.secrets }],
    ['contents', { from: from.contents, to: to.contents }],
    ['heads', { from: from.heads, to: to.heads }],
  ];
}

function keysOf({ from, to }: { from: Place; to: Place }, tenant: string): BothKeys {
  return { tenant, from: from.keys, to: to.keys };
}
