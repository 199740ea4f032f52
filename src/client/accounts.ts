import type { Service } from './service.ts';

// API keys and service accounts. Times are ISO 8601, UTC.

export type Scope =
  | 'compare'
  | 'documents:read'
  | 'documents:write'
  | 'documents:share'
  | 'audit:read'
  | 'webhooks:manage'
  | 'retention:manage'
  | 'portability:manage';

/** What a key, or a service account, is allowed. */
export interface Allowed {
  readonly scopes: readonly Scope[];
  /** Nothing but these documents, or documents with one of these labels; `null`: no such limit. */
  readonly documents: readonly string[] | null;
  readonly labels: readonly string[] | null;
  readonly perMinute: number;
  /** Networks that it may come from. */
  readonly addresses: readonly string[] | null;
}

type Wanted = Pick<Allowed, 'scopes'> & Partial<Allowed>;

export interface ApiKey extends Allowed {
  readonly id: string;
  readonly name: string;
  readonly mode: 'live' | 'test';
  readonly person: string | null;
  readonly service: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly usedAt: string | null;
  /** Two while it is being rotated. */
  readonly secrets: number;
}

/** With the key itself, which is shown once. */
export interface NewApiKey extends ApiKey {
  readonly key: string;
}

export interface KeyRequest {
  readonly name: string;
  readonly mode?: 'live' | 'test';
  readonly lifetimeSeconds?: number;
}

export interface ServiceAccount extends Allowed {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly disabledAt: string | null;
}

const KEYS = '/v1/api-keys';
const ACCOUNTS = '/v1/service-accounts';
const one = (list: string, id: string): string => `${list}/${encodeURIComponent(id)}`;

/** Keys are made twice when they are asked for twice: the service keeps none of its answers here. */
const once = { method: 'POST', isRepeatable: false } as const;

export async function listKeys(service: Service, signal?: AbortSignal): Promise<readonly ApiKey[]> {
  return (await service.read<{ readonly keys: readonly ApiKey[] }>(KEYS, { signal })).keys;
}

export async function createKey(service: Service, key: KeyRequest & Wanted): Promise<NewApiKey> {
  return await service.read(KEYS, { ...once, json: key });
}

export async function getKey(service: Service, id: string, signal?: AbortSignal): Promise<ApiKey> {
  return await service.read(one(KEYS, id), { signal });
}

export async function revokeKey(service: Service, id: string): Promise<void> {
  await service.ask(one(KEYS, id), { method: 'DELETE' });
}

/** @param overlapSeconds how long the former secret still opens. */
export async function rotateKey(service: Service, id: string, overlapSeconds?: number): Promise<NewApiKey> {
  const json = overlapSeconds === undefined ? {} : { overlapSeconds };
  return await service.read(`${one(KEYS, id)}/rotations`, { ...once, json });
}

export async function listServiceAccounts(
  service: Service,
  signal?: AbortSignal,
): Promise<readonly ServiceAccount[]> {
  return (await service.read<{ readonly accounts: readonly ServiceAccount[] }>(ACCOUNTS, { signal }))
    .accounts;
}

export async function createServiceAccount(
  service: Service,
  account: { readonly name: string; readonly email?: string | null } & Wanted,
): Promise<ServiceAccount> {
  return await service.read(ACCOUNTS, { method: 'POST', json: account });
}

export async function getServiceAccount(
  service: Service,
  id: string,
  signal?: AbortSignal,
): Promise<ServiceAccount> {
  return await service.read(one(ACCOUNTS, id), { signal });
}

export async function changeServiceAccount(
  service: Service,
  id: string,
  change: { readonly disabled: boolean },
): Promise<ServiceAccount> {
  return await service.read(one(ACCOUNTS, id), { method: 'PATCH', json: change });
}

export async function createServiceAccountKey(
  service: Service,
  account: string,
  key: KeyRequest,
): Promise<NewApiKey> {
  return await service.read(`${one(ACCOUNTS, account)}/keys`, { ...once, json: key });
}
