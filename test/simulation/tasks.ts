import type { Vault } from './keys.ts';
import type { Kind } from './kinds.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** A request of a client, which asks again under the same operation until it knows. */
export interface Task {
  readonly operation: string;
  readonly kind: Kind;
  /** What it is about; of copies the one that is copied. */
  readonly document: string | null;
  /** Whether a guest asks: an editor, as long as they are let in. */
  readonly guest: boolean;
  /** Of those that are about a person: who. */
  readonly person: string | null;
  /** How much had landed in the store of heads when it was first tried. */
  landed: number | null;
  /** Who tries; when that one is dead, another may. */
  owner: Process;
  /** How often it was begun. */
  tries: number;
  /** `refused`: the client was told that nothing happened, and asks no more. */
  outcome: 'open' | 'done' | 'refused';
  /** A resumable upload, as far as its client knows. */
  upload: { readonly id: string; acknowledged: number } | null;
  /** What the client was answered. */
  readonly answers: string[];
}

/** What the clients of a run share. */
export interface Clients {
  readonly scheduler: Scheduler;
  readonly vault: Vault;
  /** Links that somebody was given. */
  readonly links: { readonly token: string; readonly expiresAt: number }[];
  /** Documents, and redlines of them, that somebody heard of. */
  readonly known: string[];
  /** By redline. */
  readonly documentOf: Map<string, string>;
  /** Of documents that a guest was shown out of: which commit did it, and how much had landed when that was acknowledged. */
  readonly expelled: { readonly document: string; readonly sequence: number; readonly landed: number }[];
  /** Documents that a client was told are held: which commit did it, and how much had landed then. */
  readonly held: { readonly document: string; readonly sequence: number; readonly landed: number }[];
  /** Ids of people that somebody heard of. */
  readonly met: string[];
  /** By sealed address: who asked from where. */
  readonly visits: Map<string, Visit>;
  /** Ids of people of whom a client was told that they are erased. */
  readonly forgotten: Set<string>;
  /** How much has landed in the store of heads. */
  readonly landed: () => number;
  /** Operations that somebody was told were taken, by which task. */
  readonly taken: Map<string, string>;
  /** Operations of which a client was told that they are cancelled. */
  readonly cancelled: Set<string>;
  /** What a client found that no client should. */
  readonly alarms: string[];
}

/** Who asked for something, and from where. */
export interface Visit {
  readonly person: string;
  readonly address: string;
}
