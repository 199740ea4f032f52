/** A set of keys (RFC 7517). */
export interface KeySet {
  readonly keys: readonly { readonly kty: string }[];
  /** Whether the issuer says that it tells services of who signed out (OpenID Connect Back-Channel Logout § 2.1). */
  readonly announcesLogout?: boolean;
}

/** Where an issuer of identity tokens publishes the keys that it signs with. Throws `OutsideError`. */
export interface IssuerKeys {
  /** As its discovery document names it. */
  readonly issuer: string;
  /** Fetched anew with every call. */
  fetch(): Promise<KeySet>;
}
