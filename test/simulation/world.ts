import type {
  BlobBody,
  BlobInfo,
  PruneRule,
  ReadOptions,
  StoredBlob,
  VersionedBlobStore,
  WriteOptions,
} from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { disturbed, type Faults } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

export interface Kept extends BlobInfo {
  readonly bytes: Uint8Array;
  readonly writtenAt: number;
  live: boolean;
  /** Nobody sees `old` ones but the judge and the relays, and `gone` ones but the judge. */
  pruned: 'old' | 'gone' | null;
}

/** What a store keeps, whoever asks. */
export class Disk {
  readonly objects = new Map<string, Kept[]>();
  /** For the judge, who knows what nobody else can see any more. */
  readonly purged: Kept[] = [];
  readonly #scheduler: Scheduler;
  #generation = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** How many objects were ever written. */
  get landed(): number {
    return this.#generation;
  }

  live(name: string): Kept | null {
    const last = this.objects.get(name)?.at(-1);
    return last?.live ? last : null;
  }

  write(name: string, bytes: Uint8Array, { ifGeneration, attributes = {} }: WriteOptions): BlobInfo | null {
    const current = this.live(name);
    if ((current?.generation ?? '0') !== ifGeneration) return null;
    this.#generation += 1;
    const kept = {
      name,
      size: bytes.length,
      generation: String(this.#generation),
      attributes,
      bytes,
      writtenAt: this.#scheduler.now,
      live: true,
      pruned: null,
    };
    if (current !== null) current.live = false;
    this.objects.set(name, [...(this.objects.get(name) ?? []), kept]);
    return info(kept);
  }
}

/** What of what was pruned somebody sees: nothing, what is old, or everything. */
export type Sight = 'kept' | 'old' | 'all';

/** One process's view of a disk: every call waits for its turn, and may go wrong. */
export class SimulatedStore implements VersionedBlobStore {
  readonly #disk: Disk;
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #faults: () => Faults;
  readonly #sight: Sight;

  constructor(
    disk: Disk,
    scheduler: Scheduler,
    process: Process,
    faults: () => Faults,
    sight: Sight = 'kept',
  ) {
    this.#sight = sight;
    this.#disk = disk;
    this.#scheduler = scheduler;
    this.#process = process;
    this.#faults = faults;
  }

  async write(name: string, body: BlobBody, options: WriteOptions): Promise<BlobInfo | null> {
    const bytes = await this.#collect(body);
    await this.#turn();
    if (this.#scheduler.chance(this.#faults().full)) throw failure('full');
    return await this.#change(() => this.#disk.write(name, bytes, options));
  }

  async stat(name: string): Promise<BlobInfo | null> {
    await this.#ask();
    const kept = this.#disk.live(name);
    return kept === null ? null : info(kept);
  }

  async read(name: string, { generation, range }: ReadOptions = {}): Promise<StoredBlob | null> {
    await this.#ask();
    const kept =
      generation === undefined
        ? this.#disk.live(name)
        : this.#seen(name).find((one) => one.generation === generation);
    if (kept === null || kept === undefined) return null;
    const bytes = kept.bytes.slice(range?.start ?? 0, range?.end ?? kept.size);
    const cut = this.#scheduler.chance(this.#faults().cut);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(cut ? bytes.subarray(0, bytes.length >> 1) : bytes);
        if (cut) controller.error(failure('unavailable'));
        else controller.close();
      },
    });
    return { ...info(kept), body };
  }

  async delete(name: string, ifGeneration?: string): Promise<boolean> {
    return await this.#change(() => {
      const kept = this.#disk.live(name);
      if (kept === null || (ifGeneration !== undefined && kept.generation !== ifGeneration)) return false;
      kept.live = false;
      return true;
    });
  }

  async *list(prefix: string, after = ''): AsyncIterable<BlobInfo> {
    await this.#ask();
    const names = [...this.#disk.objects.keys()].filter((name) => name.startsWith(prefix) && name > after);
    for (const name of names.sort()) {
      const kept = this.#disk.live(name);
      if (kept !== null) yield info(kept);
    }
  }

  async *generations(name: string): AsyncIterable<BlobInfo> {
    await this.#ask();
    for (const kept of this.#seen(name)) yield info(kept);
  }

  async purge(name: string): Promise<number> {
    return await this.#change(() => {
      const kept = this.#disk.objects.get(name) ?? [];
      this.#disk.purged.push(...kept);
      this.#disk.objects.delete(name);
      return kept.length;
    });
  }

  async prune(name: string, { newest, before }: PruneRule): Promise<number> {
    return await this.#change(() => {
      // Nothing is kept for relays of what is to go at once.
      const kept = newest === 0 ? (this.#disk.objects.get(name) ?? []) : this.#seen(name);
      const old = kept.filter(
        ({ live, writtenAt }, at) => !live && kept.length - 1 - at >= newest && writtenAt < before,
      );
      for (const one of old) one.pruned = newest === 0 ? 'gone' : 'old';
      return old.length;
    });
  }

  #seen(name: string): readonly Kept[] {
    return (this.#disk.objects.get(name) ?? []).filter(
      ({ pruned }) => pruned === null || this.#sight === 'all' || this.#sight === pruned,
    );
  }

  async probe(): Promise<void> {
    await this.#ask();
  }

  async #collect(body: BlobBody): Promise<Uint8Array> {
    if (body instanceof Uint8Array) return body.slice();
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) {
      await this.#turn();
      chunks.push(chunk.slice());
    }
    return new Uint8Array(Buffer.concat(chunks));
  }

  async #change<Answer>(apply: () => Answer): Promise<Answer> {
    return await disturbed('BlobStore', this.#scheduler, this.#process, this.#faults(), apply);
  }

  /** A call that changes nothing, or for which trying again is harmless. */
  async #ask(): Promise<void> {
    await this.#turn();
    if (this.#scheduler.chance(this.#faults().refused)) throw failure('unavailable');
  }

  #turn(): Promise<void> {
    return this.#scheduler.wait(this.#process);
  }
}

function info({ name, size, generation, attributes }: Kept): BlobInfo {
  return { name, size, generation, attributes };
}

function failure(kind: 'unavailable' | 'full'): OutsideError {
  return new OutsideError('BlobStore', kind, 'simulated');
}
