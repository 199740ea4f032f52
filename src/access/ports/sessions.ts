/** One sign-in of a person on one device: the family of all refresh tokens that followed from it. */
export interface Session {
  /** `s_` and 32 hexadecimal digits; no secret, and good for nothing without a token. */
  readonly id: string;
  readonly tenant: string;
  readonly person: string;
  readonly method: 'oidc' | 'link' | 'local';
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When a token of it was last used. */
  readonly usedAt: number;
  /** Its end, however much it is used. */
  readonly expiresAt: number;
  /** Milliseconds without use after which it ends. */
  readonly idleMs: number;
  /** What the browser calls itself, at most 200 characters. */
  readonly device: string;
  readonly address: string | null;
}

export interface SessionName {
  readonly tenant: string;
  readonly id: string;
}

/**
 * - `rotated`: the presented token was the current one, and the next one is now.
 * - `reused`: it was not the current one, so somebody else may hold a copy; the session is ended.
 * - `unknown`: there is no such session, or its time is over.
 */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly session: Session }
  | { readonly outcome: 'reused'; readonly session: Session }
  | { readonly outcome: 'unknown' };

/**
 * Sessions that are under way, with hashes of their current refresh tokens. What is lost from here signs people out, and never
 * in. Throws `OutsideError`; only what changes something is ever `unclear`. Times are the caller's.
 */
export interface Sessions {
  /** @param token hash of the first refresh token, 64 hexadecimal digits. */
  open(session: Session, token: string): Promise<void>;
  /** `null` when there is none, or its time is over. */
  find(name: SessionName, now: number): Promise<Session | null>;
  /** Puts the next token in the place of the presented one, in one step; both are hashes. */
  rotate(name: SessionName, presented: string, next: string, now: number): Promise<Rotation>;
  /** The latest first. @param person `null` for everybody of the tenant. */
  list(tenant: string, person: string | null, now: number): Promise<readonly Session[]>;
  /** @returns whether there was one. */
  end(name: SessionName): Promise<boolean>;
  /** Ends all sessions of a person. @returns how many there were. */
  endAll(tenant: string, person: string): Promise<number>;
  probe(): Promise<void>;
}
