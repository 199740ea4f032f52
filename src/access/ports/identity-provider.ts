/** What is remembered of a sign-in between the way there and the way back. */
export interface SignInChecks {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly verifier: string;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
}

/** What an ID token said, after its signature, issuer, audience, nonce and times were found good. */
export interface IdentityClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** The domain of a Google Workspace account. */
  readonly hostedDomain: string | null;
  readonly name: string | null;
  /** Names of groups, where the provider is asked for them; at most 200, each of 1 to 150 printable characters. */
  readonly groups: readonly string[];
}

/**
 * Where people prove who they are (OpenID Connect). Throws `OutsideError`: `refused` when the provider or a check of its answer
 * says no, `unavailable` or `unclear` when it does not answer.
 */
export interface IdentityProvider {
  /** The address to send the browser to. */
  begin(checks: SignInChecks): Promise<string>;
  /**
   * @param callback the address under which the browser came back.
   * @param now by which the times of the answer are judged, in milliseconds since 1970.
   */
  finish(callback: URL, checks: SignInChecks, now: number): Promise<IdentityClaims>;
}
