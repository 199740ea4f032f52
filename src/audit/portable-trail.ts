import type { ArchiveSignature, TrailPages } from '../documents/index.ts';
import type { LockedPlace } from './ports/locked-place.ts';
import type { Checkpointer } from './proof/checkpointer.ts';
import { readProof } from './proof/checkpointer.ts';
import type { Trail } from './trail.ts';

/** Checkpoints of one file. */
const CHECKPOINTS = 500;

/** A trail, as archives of exports have it. */
export class PortableTrail implements TrailPages {
  readonly #trail: Trail;
  readonly #signing: { readonly place: LockedPlace; readonly checkpointer: Checkpointer } | null;

  /** @param signing `null` where nothing is signed. */
  constructor(
    trail: Trail,
    signing: { readonly place: LockedPlace; readonly checkpointer: Checkpointer } | null,
  ) {
    this.#trail = trail;
    this.#signing = signing;
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
  ): AsyncIterable<{ readonly name: string; readonly text: string }> {
    if (this.#signing === null) return;
    const { checkpoints, keys } = await readProof(this.#signing.place, tenant);
    const end = lastPage === 0 ? 0 : ((await this.#trail.page(tenant, lastPage)).at(-1)?.sequence ?? 0);
    // Of a part of the events no checkpoint can speak.
    const known = actor === null ? checkpoints.filter(({ last }) => last <= end) : [];
    for (let at = 0; at < known.length; at += CHECKPOINTS) {
      const number = String(at / CHECKPOINTS + 1).padStart(6, '0');
      yield { name: `checkpoints-${number}.jsonl`, text: linesOf(known.slice(at, at + CHECKPOINTS)) };
    }
    yield { name: 'keys.jsonl', text: linesOf(keys) };
  }

  async sign(text: string): Promise<ArchiveSignature | null> {
    return (await this.#signing?.checkpointer.sign(text)) ?? null;
  }
}

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
