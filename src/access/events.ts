/** What somebody who watches over a service should hear of. Names no secret. */
export interface AccessEvent {
  readonly kind:
    | 'signed-in'
    | 'sign-in-refused'
    | 'signed-out'
    /** Somebody else said that a person had signed out at the provider. */
    | 'logout-refused'
    | 'session-ended'
    /** An old refresh token was presented: somebody may hold a copy. The session is ended. */
    | 'refresh-token-reused'
    | 'person-changed'
    | 'person-disabled'
    | 'signing-key-made'
    | 'key-made'
    | 'key-rotated'
    | 'key-revoked'
    | 'service-account-made'
    | 'service-account-disabled'
    | 'service-account-enabled';
  readonly tenant?: string;
  readonly person?: string;
  /** Of a session, key or service account; no secret. */
  readonly credential?: string;
  /** Why something was refused, in a few fixed words. */
  readonly reason?: string;
}

export type AccessEvents = (event: AccessEvent) => void;
