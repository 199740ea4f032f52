/** What somebody may hold alone. */
export interface LeasedPlace {
  readonly tenant: string;
  readonly document: string;
  /** How those who work on it name a clause, `[A-Za-z0-9._:-]{1,64}`; `null`: the whole document. */
  readonly clause: string | null;
}

/** That somebody works on a place alone, for a short while. */
export interface Lease extends LeasedPlace {
  /** `l_` and 32 hexadecimal digits; no secret: it is good for its owner only. */
  readonly id: string;
  readonly owner: LeaseOwner;
  /** Higher than every one that was given for the document before. */
  readonly fence: number;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  readonly expiresAt: number;
}

/** As an actor. */
export interface LeaseOwner {
  readonly kind: string;
  readonly id: string;
}

export type LeaseName = Pick<Lease, 'tenant' | 'document' | 'id'>;

/** What is asked for: all of a lease that the adapter does not decide. */
export interface LeaseAsked extends LeasedPlace {
  readonly id: string;
  readonly owner: LeaseOwner;
  /** Whole milliseconds, at least 1 and at most `LONGEST_LEASE_MS`. */
  readonly lifetimeMs: number;
  /** Whatever the fence is, it is higher: the highest that the document remembers. */
  readonly above: number;
}

export type LeaseTaking =
  | { readonly outcome: 'taken'; readonly lease: Lease }
  /** Somebody has it, or has the document that it is a clause of, or a clause of it. */
  | { readonly outcome: 'held'; readonly by: Lease };

/**
 * Leases that are not over. They keep people from colliding and protect nothing: what protects is the fence in the head and the
 * store's precondition. Anything may be gone at any moment. Throws `OutsideError`. Time is the adapter's; the fence is never below it
 * in milliseconds, so that it goes up also over what was lost.
 */
export interface Leases {
  /** Asked again with an id that has the place it gets what it got. */
  take(asked: LeaseAsked): Promise<LeaseTaking>;
  /** From now on. `null`: it is over, or was never there. */
  renew(name: LeaseName, lifetimeMs: number): Promise<Lease | null>;
  /** @returns whether it was there. */
  release(name: LeaseName): Promise<boolean>;
  /** By fence. */
  list(tenant: string, document: string): Promise<readonly Lease[]>;
  probe(): Promise<void>;
}

/** Nobody keeps others out for longer without saying so again. */
export const LONGEST_LEASE_MS = 10 * 60_000;
