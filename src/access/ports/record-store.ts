/** A kind of record. A record's id is `[a-z0-9_-]`, at most 64 characters. */
export type RecordKind =
  | 'people'
  | 'identities'
  | 'emails'
  | 'groups'
  | 'signing-keys'
  | 'checkpoint-keys'
  | 'api-keys'
  | 'key-tenants'
  | 'service-accounts'
  | 'service-emails'
  | 'local-accounts'
  | 'retention'
  | 'erasures'
  /** Endpoints, what waits for each, and the logs of their deliveries. */
  | 'webhooks'
  | 'webhook-deliveries'
  | 'webhook-logs';

/** Kinds that say who somebody is: kept where what is removed is gone, also from backups of everything else. */
export const PERSONAL_KINDS: readonly RecordKind[] = [
  'people',
  'identities',
  'emails',
  'local-accounts',
  'api-keys',
];

export interface StoredRecord<Value> {
  readonly value: Value;
  /** What the next write of it is bound to. */
  readonly generation: string;
}

/**
 * Small records that must not be lost, sealed at rest under the key of their tenant, replaced as a whole and under a
 * condition. Throws `OutsideError`.
 */
export interface RecordStore {
  read<Value extends object>(
    tenant: string,
    kind: RecordKind,
    id: string,
  ): Promise<StoredRecord<Value> | null>;
  /**
   * @param base what it replaces, as it was read; `null` for nothing.
   * @returns `null` when another write came first.
   */
  write<Value extends object>(
    place: { readonly tenant: string; readonly kind: RecordKind; readonly id: string },
    base: StoredRecord<object> | null,
    value: Value,
  ): Promise<StoredRecord<Value> | null>;
  /** For personal kinds only. @returns whether it was still there as it was read. */
  remove(
    place: { readonly tenant: string; readonly kind: RecordKind; readonly id: string },
    base: StoredRecord<object>,
  ): Promise<boolean>;
  /** Ids, in their order. */
  list(tenant: string, kind: RecordKind): Promise<readonly string[]>;
}
