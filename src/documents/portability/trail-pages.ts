import type { ArchiveSignature } from './archive.ts';

/** The audit trail, as far as an archive has it; `audit` answers to it. Throws `OutsideError`. */
export interface TrailPages {
  /** Brings what happened until now into the trail. */
  settle(): Promise<void>;
  /** The first sequence of each page behind one, in order. What is in a page never changes. */
  pages(tenant: string, after: number): AsyncIterable<number>;
  /** The events of a page, of everybody or of one actor, each as a line of JSON. */
  page(
    tenant: string,
    first: number,
    actor: string | null,
  ): Promise<{ readonly text: string; readonly events: number }>;
  /**
   * What proves the trail up to its last page, 0 for none: files of their own, each of a few megabytes at most.
   *
   * @param after the place of the file behind which it goes on; empty: all of them.
   */
  proof(tenant: string, lastPage: number, actor: string | null, after: string): AsyncIterable<ProofFile>;
  /** Signs for this installation; `null` where nothing is signed. */
  sign(text: string): Promise<ArchiveSignature | null>;
}

export interface ProofFile {
  readonly name: string;
  readonly text: string;
  readonly place: string;
}
