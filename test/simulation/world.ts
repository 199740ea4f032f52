import type {
  BlobBody,
  BlobInfo,
  KeyService,
  ReadOptions,
  StoredBlob,
  VersionedBlobStore,
  WrappedKey,
  WriteOptions,
} from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** How often each thing goes wrong, from 0 to 1. */
export interface Faults {
  /** Nothing is done, and the caller is told so. */
  readonly refused: number;
  /** It is done, and the answer is lost. */
  readonly lost: number;
  /** It is not done, and the caller cannot know. */
  readonly vanished: number;
  /** The caller is told that nobody knows; it is done later. */
  readonly late: number;
  /** Something between caller and store sends it twice; the caller gets the second answer. */
  readonly twice: number;
  /** A body that is read ends too early, with an error. */
  readonly cut: number;
  readonly full: number;
}

export const NO_FAULTS: Faults = { refused: 0, lost: 0, vanished: 0, late: 0, twice: 0, cut: 0, full: 0 };

interface Kept extends BlobInfo {
  readonly bytes: Uint8Array;
  live: boolean;
}

/** What a store keeps, whoever asks. */
export class Disk {
  readonly objects = new Map<string, Kept[]>();
  #generation = 0;

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
      live: true,
    };
    if (current !== null) current.live = false;
    this.objects.set(name, [...(this.objects.get(name) ?? []), kept]);
    return info(kept);
  }
}

/** One process's view of a disk: every call waits for its turn, and may go wrong. */
export class SimulatedStore implements VersionedBlobStore {
  readonly #disk: Disk;
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #faults: () => Faults;

  constructor(disk: Disk, scheduler: Scheduler, process: Process, faults: () => Faults) {
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
        : this.#disk.objects.get(name)?.find((one) => one.generation === generation);
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
    for (const kept of this.#disk.objects.get(name) ?? []) yield info(kept);
  }

  async purge(name: string): Promise<number> {
    return await this.#change(() => {
      const count = this.#disk.objects.get(name)?.length ?? 0;
      this.#disk.objects.delete(name);
      return count;
    });
  }

  /** Nothing is old here: histories are looked at as a whole. */
  async prune(): Promise<number> {
    await this.#ask();
    return 0;
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

  /** A change, of which nobody may know whether it was made. */
  async #change<Answer>(apply: () => Answer): Promise<Answer> {
    await this.#turn();
    const faults = this.#faults();
    const { chance } = boundTo(this.#scheduler);
    if (chance(faults.refused)) throw failure('unavailable');
    if (chance(faults.vanished)) throw failure('unclear');
    if (chance(faults.late)) {
      void this.#scheduler.wait(null).then(apply);
      throw failure('unclear');
    }
    let answer = apply();
    if (chance(faults.twice)) answer = apply();
    const lost = chance(faults.lost);
    await this.#turn();
    if (lost) throw failure('unclear');
    return answer;
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

/** Wraps by exclusive or: what keys do to bytes is proved elsewhere. */
export class SimulatedKeys implements KeyService {
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #faults: () => Faults;

  constructor(scheduler: Scheduler, process: Process, faults: () => Faults) {
    this.#scheduler = scheduler;
    this.#process = process;
    this.#faults = faults;
  }

  async create(): Promise<void> {
    await this.#ask();
  }

  async wrap(tenant: string, dataKey: Uint8Array, context: Uint8Array): Promise<WrappedKey> {
    await this.#ask();
    return { version: '1', bytes: mix(dataKey, tenant, context) };
  }

  async unwrap(tenant: string, { bytes }: WrappedKey, context: Uint8Array): Promise<Uint8Array> {
    await this.#ask();
    return mix(bytes, tenant, context);
  }

  async rotate(): Promise<string> {
    await this.#ask();
    return '1';
  }

  async primary(): Promise<string> {
    await this.#ask();
    return '1';
  }

  async destroy(): Promise<void> {
    await this.#ask();
  }

  async probe(): Promise<void> {
    await this.#ask();
  }

  async #ask(): Promise<void> {
    await this.#scheduler.wait(this.#process);
    if (this.#scheduler.chance(this.#faults().refused))
      throw new OutsideError('KeyService', 'unavailable', 'simulated');
  }
}

function mix(bytes: Uint8Array, tenant: string, context: Uint8Array): Uint8Array {
  const mask = [...Buffer.from(tenant), ...context].reduce((sum, byte) => (sum * 31 + byte) % 251, 7);
  return bytes.map((byte, at) => byte ^ ((mask + at) % 256));
}

function info({ name, size, generation, attributes }: Kept): BlobInfo {
  return { name, size, generation, attributes };
}

function failure(kind: 'unavailable' | 'unclear' | 'full'): OutsideError {
  return new OutsideError('BlobStore', kind, 'simulated');
}

function boundTo(scheduler: Scheduler) {
  return { chance: (probability: number) => scheduler.chance(probability) };
}
