import { useEffect, useSyncExternalStore } from 'react';
import { endLease, type Lease, type Problem, renewLease, takeLease } from '../../client/index.ts';
import { service } from '../api.ts';
import { problemOf } from '../problems.ts';

/** Seconds that a lease lasts. Windows that nobody looks at are woken once a minute: it is renewed before the next one. */
const LASTS_SECONDS = 180;
const RENEW_MS = 45_000;
/** Whoever goes from a document to one of its redlines stays at it. */
const LEAVE_MS = 1000;

/** Which document this window has alone, if any. */
export interface Alone {
  readonly document: string;
  readonly lease: Lease;
}

/**
 * The document that this window works on alone: kept for longer while one of its pages is open, given back when the last of
 * them is left. A reload takes it again: for the service two windows of one person are two.
 */
class Holder {
  #held: Alone | null = null;
  #pages = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();
  /** Why it was lost. */
  lost: Problem | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly held = (): Alone | null => this.#held;

  /** @throws {ProblemError} `leases/held` where somebody has it. */
  async take(document: string): Promise<void> {
    await this.release();
    const lease = await takeLease(service, document, { seconds: LASTS_SECONDS });
    this.lost = undefined;
    this.#put({ document, lease });
    sessionStorage.setItem(REMEMBERED, document);
    this.#renewLater();
  }

  async release(): Promise<void> {
    const held = this.#held;
    sessionStorage.removeItem(REMEMBERED);
    this.#put(null);
    if (held !== null) await endLease(service, held.document, held.lease.id).catch(() => {});
  }

  /** A page of the document was opened. @returns what is called when it is left. */
  enter(document: string): () => void {
    clearTimeout(this.#leaving);
    this.#pages += 1;
    const isAgain = this.#held === null && sessionStorage.getItem(REMEMBERED) === document;
    // Somebody else may have it by now: then the page says so.
    if (isAgain) void this.take(document).catch(() => sessionStorage.removeItem(REMEMBERED));
    return () => {
      this.#pages -= 1;
      if (this.#pages === 0) this.#leaving = setTimeout(() => void this.release(), LEAVE_MS);
    };
  }

  /** The window is closed or loaded anew: nobody waits for an answer. */
  readonly part = (): void => {
    if (this.#held === null) return;
    const { document, lease } = this.#held;
    const path = `/v1/documents/${document}/leases/${lease.id}`;
    void service.send(path, { method: 'DELETE', keepalive: true }).catch(() => {});
    this.#put(null);
  };

  #put(held: Alone | null): void {
    if (held === null) clearTimeout(this.#timer);
    this.#held = held;
    for (const listener of this.#listeners) listener();
  }

  #renewLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renew(), RENEW_MS);
  }

  async #renew(): Promise<void> {
    const held = this.#held;
    if (held === null) return;
    try {
      const lease = await renewLease(service, held.document, held.lease.id, LASTS_SECONDS);
      if (this.#held === held) this.#put({ ...held, lease });
    } catch (error) {
      const problem = problemOf(error);
      // What does not answer now may answer the next time; what is over, or broken, is over.
      if (this.#held === held && problem.status >= 400 && problem.status < 500) {
        this.lost = problem;
        sessionStorage.removeItem(REMEMBERED);
        this.#put(null);
      }
    }
    if (this.#held !== null) this.#renewLater();
  }
}

const REMEMBERED = 'redline:alone';
const holder = new Holder();
addEventListener('pagehide', holder.part);

/** The lease on a document that this window has, as a change of it names it. */
export function leaseOn(document: string): { readonly lease?: string } {
  const held = holder.held();
  return held?.document === document ? { lease: held.lease.id } : {};
}

/** Whether this window works on a document alone, while one of its pages is open. */
export function useAlone(document: string) {
  const held = useSyncExternalStore(holder.subscribe, holder.held);
  useEffect(() => holder.enter(document), [document]);
  return {
    lease: held?.document === document ? held.lease : null,
    lost: holder.lost,
    take: (): Promise<void> => holder.take(document),
    release: (): Promise<void> => holder.release(),
  };
}
