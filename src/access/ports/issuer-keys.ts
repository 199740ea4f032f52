/** A set of keys (RFC 7517). */
export interface KeySet {
  readonly keys: readonly { readonly kty: string }[];
}

/** Where an issuer of identity tokens publishes the keys that it signs with. Throws `OutsideError`. */
export interface IssuerKeys {
  /** As its discovery document names it. */
  readonly issuer: string;
  /** Fetched anew with every call. */
  fetch(): Promise<KeySet>;
}
