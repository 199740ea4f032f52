import type { Actor } from './actor.ts';
import type { Grant } from './api-keys/reach.ts';
import type { TenantRole } from './people/people.ts';
import type { Standing } from './people/signed-in.ts';

/** Who asks, found out once a request. */
export interface Principal {
  readonly actor: Actor;
  /** That of a key is its maker's; its scopes say less. */
  readonly role: TenantRole;
  /** `null` where nobody signed in: a program, or the operator of a service without sign-in. */
  readonly standing: Standing | null;
  /** A service account: an administrator made it, and gave it its scopes. */
  readonly service?: boolean;
  /** What a program was given; `null` where none asks. */
  readonly key: Grant | null;
}
