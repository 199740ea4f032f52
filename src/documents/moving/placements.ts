import { SERVICE_TENANT } from '../../access/index.ts';
import { type Clock, systemClock } from '../../kit/index.ts';
import { ABSENT, type BlobInfo } from '../blob-store.ts';
import { DocumentsError } from '../errors.ts';
import type { Place, Residency } from '../regions.ts';

/** What a process knows of where a tenant is may be so old. Whoever moves one waits longer before they copy. */
export const KNOWN_MS = 5000;

/** That a tenant left a region, or is about to: `moves/TENANT`, in the store of heads of that region. */
export interface Move {
  readonly format: 1;
  readonly tenant: string;
  readonly from: Residency;
  readonly to: Residency;
  /** `moving`: it is where it was, and frozen. `moved`: it is there, and something of it is left here. `done`. */
  readonly phase: 'moving' | 'moved' | 'done';
  /** Counts the moves of the tenant: of two records that contradict each other the later one holds. */
  readonly serial: number;
  readonly at: string;
  /** The actor's id. */
  readonly by: string;
  /** Not there until somebody looked after them. */
  readonly events?: LeftEvents;
}

/** How far rows of events are removed from the sink of the region that was left. */
export interface LeftEvents {
  readonly tries: number;
  /** The last time. */
  readonly triedAt: string;
  /** Why some are left: `incomplete` as long as the sink of the tenant's region lacks one of them. */
  readonly reason: 'under-way' | 'too-new' | 'incomplete' | 'returning' | 'some-left' | 'failed' | null;
  readonly removedAt: string | null;
}

export interface StoredMove {
  readonly move: Move;
  readonly generation: string;
}

/** Where a tenant is now, whatever the configuration says. */
export interface Placement {
  readonly residency: Residency;
  /** The move that holds it, or by which it came: `null` where it never moved. */
  readonly move: StoredMove | null;
}

interface Known extends Placement {
  readonly until: number;
}

export interface PlacementsParts {
  readonly regions: ReadonlyMap<Residency, Place>;
  readonly residencies: ReadonlyMap<string, Residency>;
  /** Regions whose tenants this process works for; `null`, as by default: all. What is nobody's is at hand everywhere. */
  readonly serves?: ReadonlySet<Residency> | null;
  readonly clock?: Clock;
}

/** Looks up where tenants are: first where the configuration puts them, then where records of moves lead. Decision 0171. */
export class Placements {
  /** What a process knows may be so old; milliseconds. */
  static readonly knownMs = KNOWN_MS;
  readonly #regions: ReadonlyMap<Residency, Place>;
  readonly #residencies: ReadonlyMap<string, Residency>;
  readonly #serves: ReadonlySet<Residency> | null;
  readonly #clock: Clock;
  readonly #known = new Map<string, Promise<Known>>();

  constructor({ regions, residencies, serves = null, clock = systemClock }: PlacementsParts) {
    this.#regions = regions;
    this.#residencies = residencies;
    this.#serves = serves;
    this.#clock = clock;
  }

  /** As it was at most `KNOWN_MS` ago. @throws {DocumentsError} `tenants/elsewhere` */
  async of(tenant: string): Promise<Placement> {
    const held = await this.#known.get(tenant)?.catch(() => undefined);
    if (held !== undefined && held.until > this.#clock()) return held;
    const until = this.#clock() + KNOWN_MS;
    const looking = this.look(tenant).then((found) => ({ ...found, until }));
    this.#known.set(tenant, looking);
    looking.catch(() => this.#known.delete(tenant));
    return await looking;
  }

  /** As it is now. @throws {DocumentsError} `tenants/elsewhere`, before anything is asked of a region that is not served. */
  async look(tenant: string): Promise<Placement> {
    const [byDefault = ''] = this.#regions.keys();
    let residency = this.#residencies.get(tenant) ?? byDefault;
    let by: StoredMove | null = null;
    for (;;) {
      this.#assertServed(residency, tenant);
      const here = await this.read(residency, tenant);
      if (here === null || here.move.serial <= (by?.move.serial ?? 0)) return { residency, move: by };
      if (here.move.phase === 'moving') return { residency, move: here };
      by = here;
      residency = here.move.to;
    }
  }

  /** Every record of a move out of a region that is served. */
  async *all(): AsyncIterable<StoredMove> {
    for (const [residency, { heads }] of this.#regions) {
      if (this.#serves !== null && !this.#serves.has(residency)) continue;
      for await (const { name } of heads.list('moves/')) {
        const found = await this.read(residency, name.slice('moves/'.length));
        if (found !== null) yield found;
      }
    }
  }

  /** What a region says of a tenant. */
  async read(residency: Residency, tenant: string): Promise<StoredMove | null> {
    const blob = await this.region(residency).heads.read(nameOf(tenant));
    if (blob === null) return null;
    return { move: (await new Response(blob.body).json()) as Move, generation: blob.generation };
  }

  /** @throws {DocumentsError} `tenants/moving` when somebody else wrote meanwhile. */
  async write(base: StoredMove | null, move: Move): Promise<StoredMove> {
    const body = new TextEncoder().encode(JSON.stringify(move));
    const ifGeneration = base?.generation ?? ABSENT;
    const written: BlobInfo | null = await this.region(move.from).heads.write(nameOf(move.tenant), body, {
      ifGeneration,
    });
    if (written === null) throw movingBy('Somebody else is moving it.');
    return { move, generation: written.generation };
  }

  async remove({ move, generation }: StoredMove): Promise<void> {
    await this.region(move.from).heads.delete(nameOf(move.tenant), generation);
  }

  #assertServed(residency: Residency, tenant: string): void {
    if (isServed(this.#serves, residency, tenant) && this.#regions.has(residency)) return;
    const message = `The organisation is served elsewhere: in the region ${residency}.`;
    throw new DocumentsError('tenants/elsewhere', message, { region: residency });
  }

  /** @throws {DocumentsError} `tenants/not-movable` */
  region(residency: Residency): Place {
    const place = this.#regions.get(residency);
    if (place !== undefined) return place;
    const there = [...this.#regions.keys()].join(', ');
    throw new DocumentsError('tenants/not-movable', `There is no such region here, but these: ${there}.`);
  }
}

/** Whether a process that serves these regions works for a tenant that is in one. */
export function isServed(
  serves: ReadonlySet<Residency> | null,
  residency: Residency,
  tenant: string,
): boolean {
  return serves === null || serves.has(residency) || tenant === SERVICE_TENANT;
}

export function isElsewhere(error: unknown): boolean {
  return error instanceof DocumentsError && error.code === 'tenants/elsewhere';
}

export function isMoving(error: unknown): boolean {
  return error instanceof DocumentsError && error.code === 'tenants/moving';
}

export function movingBy(message: string): DocumentsError {
  return new DocumentsError(
    'tenants/moving',
    `The organisation is being moved to another region. ${message}`,
  );
}

function nameOf(tenant: string): string {
  return `moves/${tenant}`;
}
