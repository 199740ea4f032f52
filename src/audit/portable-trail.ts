import type { ArchiveSignature, ProofFile, TrailPages } from '../documents/index.ts';
import type { LockedPlace } from './ports/locked-place.ts';
import type { Checkpointer } from './proof/checkpointer.ts';
import { eachCheckpoint, readKeys } from './proof/checkpointer.ts';
import type { Trail } from './trail.ts';

/** Of one file of checkpoints: how many at most, and characters after which the next one begins. Whoever reads it reads it as a whole. */
const MOST_IN_FILE = { checkpoints: 500, text: 4 * 1024 * 1024 };

/** The place of the last file. */
const KEYS = 'keys';

/** A trail, as archives of exports have it. */
export class PortableTrail implements TrailPages {
  readonly #trail: Pick<Trail, 'advance' | 'pages' | 'page'>;
  readonly #signing: {
    readonly place: LockedPlace;
    readonly checkpointer: Pick<Checkpointer, 'sign' | 'publish'>;
  } | null;

  readonly #most: typeof MOST_IN_FILE;

  /** @param signing `null` where nothing is signed. @param most of one file. */
  constructor(
    trail: Pick<Trail, 'advance' | 'pages' | 'page'>,
    signing: {
      readonly place: LockedPlace;
      readonly checkpointer: Pick<Checkpointer, 'sign' | 'publish'>;
    } | null,
    most = MOST_IN_FILE,
  ) {
    this.#trail = trail;
    this.#signing = signing;
    this.#most = most;
  }

  async settle(): Promise<void> {
    await this.#trail.advance();
  }

  pages(tenant: string, after: number): AsyncIterable<number> {
    return this.#trail.pages(tenant, after);
  }

  async page(
    tenant: string,
    first: number,
    actor: string | null,
  ): Promise<{ readonly text: string; readonly events: number }> {
    const events = (await this.#trail.page(tenant, first)).filter(
      (event) => actor === null || event.actor === actor,
    );
    return { text: events.map((event) => `${JSON.stringify(event)}\n`).join(''), events: events.length };
  }

  /** Checkpoints of what is in the pages, and every key: no checkpoint speaks of events that are not there. */
  async *proof(
    tenant: string,
    lastPage: number,
    actor: string | null,
    after: string,
  ): AsyncIterable<ProofFile> {
    if (this.#signing === null || after === KEYS) return;
    const { place } = this.#signing;
    const end = lastPage === 0 ? 0 : ((await this.#trail.page(tenant, lastPage)).at(-1)?.sequence ?? 0);
    // Of a part of the events no checkpoint can speak.
    if (actor === null) yield* this.#checkpoints(tenant, end, after);
    // The archive is signed behind it, on a new installation by a key that nothing was signed with before.
    await this.#signing.checkpointer.publish();
    yield { name: 'keys.jsonl', text: linesOf(await readKeys(place)), place: KEYS };
  }

  /** A file's place is its number, and the last event that is signed for in it. */
  async *#checkpoints(tenant: string, end: number, after: string): AsyncIterable<ProofFile> {
    if (this.#signing === null) return;
    let [number = 0, last = 0] = after === '' ? [] : after.split(':').map(Number);
    let lines: string[] = [];
    let length = 0;
    const file = (): ProofFile => {
      number += 1;
      const text = lines.join('');
      [lines, length] = [[], 0];
      const name = `checkpoints-${String(number).padStart(6, '0')}.jsonl`;
      return { name, text, place: `${number}:${last}` };
    };
    for await (const checkpoint of eachCheckpoint(this.#signing.place, tenant, last)) {
      if (checkpoint.last > end) break;
      last = checkpoint.last;
      lines.push(`${JSON.stringify(checkpoint)}\n`);
      length += lines.at(-1)?.length ?? 0;
      if (lines.length >= this.#most.checkpoints || length >= this.#most.text) yield file();
    }
    if (lines.length > 0) yield file();
  }

  async sign(text: string): Promise<ArchiveSignature | null> {
    return (await this.#signing?.checkpointer.sign(text)) ?? null;
  }
}

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
