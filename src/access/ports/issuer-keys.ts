import type { JSONWebKeySet } from 'jose';

/** Where an issuer of identity tokens publishes the keys that it signs with. Throws `OutsideError`. */
export interface IssuerKeys {
  /** As its discovery document names it. */
  readonly issuer: string;
  /** Fetched anew with every call. */
  fetch(): Promise<JSONWebKeySet>;
}
