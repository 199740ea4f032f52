import type { Decision } from './decision.ts';
import { OPERATOR, type Subject } from './subjects.ts';

/** Who does something, by which right, asked by which request. Every operation on what is kept takes one. */
export interface Actor {
  /** `[a-z0-9_-]`, at most 40 characters. */
  readonly tenant: string;
  readonly kind: 'operator' | 'person' | 'key' | 'service-account' | 'link' | 'service';
  /** Stable within the tenant, printable ASCII, at most 200 characters. */
  readonly id: string;
  /** What proved it: `loopback`, or the id of a session or key; never a secret. */
  readonly credential: string;
  /** IP address that the request came from, as events name it: a person's is sealed. `null` for the service's own work. */
  readonly address: string | null;
  readonly requestId: string;
  /** In whose names documents are reached: what one of them was given this actor has. The first is the actor's own. */
  readonly subjects: readonly Subject[];
  /** Whether everything of the tenant is to be managed, which is not the same as read. */
  readonly administrator?: boolean;
  /** Whether legal holds are to be set and released on whatever is kept: a program that has the scope for it. */
  readonly custodian?: boolean;
  /** Takes note of every decision about what this actor asks for. */
  readonly decided?: (decision: Decision) => void;
}

/** The tenant of a service on one machine. */
export const LOCAL_TENANT = 'local';

/** Whoever reaches the service on its own machine, until there is sign-in. */
export function localOperator(requestId: string, address: string | null): Actor {
  return {
    tenant: LOCAL_TENANT,
    kind: 'operator',
    id: 'operator',
    credential: 'loopback',
    address,
    requestId,
    subjects: [OPERATOR],
  };
}
