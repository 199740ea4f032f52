import type { Actor } from './actor.ts';
import type { TenantRole } from './people/people.ts';
import type { Standing } from './people/signed-in.ts';

/** Who asks, found out once a request. */
export interface Principal {
  readonly actor: Actor;
  readonly role: TenantRole;
  /** `null` where nobody signed in: the operator of a service without sign-in. */
  readonly standing: Standing | null;
}
