import { pathOf } from './documents.ts';
import type { Service } from './service.ts';

// Who works on a kept document, or a clause of it, alone.

export interface Lease {
  /** What a change of the document names; good for its owner only. */
  readonly id: string;
  /** `null`: the whole document. */
  readonly clause: string | null;
  readonly owner: { readonly kind: string; readonly id: string };
  /** Higher than that of every lease of the document before it. */
  readonly fence: number;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly expireTime: string;
}

/** Those that are not over, by fence. */
export async function listLeases(
  service: Service,
  document: string,
  signal?: AbortSignal,
): Promise<readonly Lease[]> {
  const { leases } = await service.read<{ leases: readonly Lease[] }>(leasesPath(document), { signal });
  return leases;
}

/** @throws {ProblemError} `leases/held` where somebody has it. */
export async function takeLease(
  service: Service,
  document: string,
  lease: { readonly clause?: string; readonly seconds?: number } = {},
): Promise<Lease> {
  return await service.read(leasesPath(document), { method: 'POST', json: lease });
}

/** From now on. @throws {ProblemError} `leases/lost` when it is over. */
export async function renewLease(
  service: Service,
  document: string,
  lease: string,
  seconds?: number,
): Promise<Lease> {
  const json = seconds === undefined ? {} : { seconds };
  return await service.read(leasePath(document, lease), { method: 'PATCH', json });
}

/** Gives one's own back, or breaks that of somebody else. */
export async function endLease(service: Service, document: string, lease: string): Promise<void> {
  await service.ask(leasePath(document, lease), { method: 'DELETE' });
}

function leasesPath(document: string): string {
  return `${pathOf(document)}/leases`;
}

function leasePath(document: string, lease: string): string {
  return `${leasesPath(document)}/${encodeURIComponent(lease)}`;
}
