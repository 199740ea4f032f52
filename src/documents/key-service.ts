/**
 * Keeps one key per tenant that never leaves it, and wraps data keys with it. A tenant is named by 1 to 40 of
 * `a-z 0-9 _ -`; a method throws `TypeError` on any other.
 *
 * Every method throws `OutsideError`: `refused` when the tenant has no key, the key was destroyed, or what is unwrapped
 * was not wrapped under the same tenant and context; `damaged` when what was sent or kept was changed on its way; or
 * `unavailable`. Only `create`, `rotate` and `destroy` are ever `unclear`; to create or destroy once more does no harm.
 */
export interface KeyService {
  /** Makes the tenant's key where there is none. */
  create(tenant: string): Promise<void>;
  /**
   * Wraps a data key of 32 bytes with the tenant's primary key version.
   *
   * @param context additional authenticated data: the same must be given to unwrap. At most 1 KiB.
   */
  wrap(tenant: string, dataKey: Uint8Array, context: Uint8Array): Promise<WrappedKey>;
  /** The data key, as a new array that the caller may overwrite. */
  unwrap(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<Uint8Array>;
  /** Makes a new key version the primary one; older ones go on unwrapping. @returns its name. */
  rotate(tenant: string): Promise<string>;
  /** The name of the version that wraps now. */
  primary(tenant: string): Promise<string>;
  /** Destroys a key version: nothing that it wrapped can be unwrapped from now on. The primary one can be destroyed too. */
  destroy(tenant: string, version: string): Promise<void>;
  /** Resolves when keys can be wrapped and unwrapped. */
  probe(): Promise<void>;
}

export interface WrappedKey {
  /** The key version that wrapped it, so that rotation knows what to wrap again. */
  readonly version: string;
  readonly bytes: Uint8Array;
}
