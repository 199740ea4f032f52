import type { KeyMode } from './format.ts';
import type { Scope } from './scopes.ts';

/** What a program may reach, how often and from where. */
export interface Reach {
  readonly scopes: readonly Scope[];
  /** Nothing but these documents; `null` for all that its owner reaches. */
  readonly documents: readonly string[] | null;
  /** Nothing but documents with one of these labels; `null` for whatever labels. With `documents` beside it both must hold. */
  readonly labels: readonly string[] | null;
  readonly perMinute: number;
  /** From where it may ask; `null` for everywhere. */
  readonly addresses: readonly string[] | null;
}

/** What a program that proved who it is was given: by its key, or as a service account. */
export interface Grant extends Reach {
  /** Of the key, or of the service account; no secret. */
  readonly id: string;
  readonly name: string;
  readonly mode: KeyMode;
}
