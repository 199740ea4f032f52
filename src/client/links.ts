import type { KeptState } from './contents.ts';
import { type Kept, keptPath } from './documents.ts';
import type { Service } from './service.ts';

// Links by which whoever has them reads one document, or redline.

export interface Link {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  /** `null`: whichever is the current one. */
  readonly version: number | null;
  readonly disposition: 'attachment' | 'inline';
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface NewLink {
  readonly version?: number;
  readonly lifetimeSeconds?: number;
  readonly disposition?: 'attachment' | 'inline';
}

/** @returns with the address, which is shown once. */
export async function createLink(
  service: Service,
  kept: Kept,
  link: NewLink = {},
): Promise<Link & { readonly url: string }> {
  return await service.read(`${keptPath(kept)}/links`, { method: 'POST', json: link });
}

export async function listLinks(
  service: Service,
  kept: Kept,
  signal?: AbortSignal,
): Promise<readonly Link[]> {
  const answer = await service.read<{ readonly links: readonly Link[] }>(`${keptPath(kept)}/links`, {
    signal,
  });
  return answer.links;
}

/** @param link all of them when it is left out. */
export async function revokeLinks(service: Service, kept: KeptState, link?: string): Promise<void> {
  const one = link === undefined ? '' : `/${encodeURIComponent(link)}`;
  await service.ask(`${keptPath(kept)}/links${one}`, { method: 'DELETE', ifMatch: kept.etag });
}
