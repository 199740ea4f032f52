export { Access, type AccessParts } from './access.ts';
export { type Actor, LOCAL_TENANT, localOperator } from './actor.ts';
export { clientAddress, isAddressRange, isWithin } from './addresses.ts';
export {
  type ApiKey,
  LONGEST_LIFE_MS,
  OVERLAP_MS,
  type ShownKey,
} from './api-keys/api-keys.ts';
export type { Grant, Reach } from './api-keys/reach.ts';
export { SCOPES } from './api-keys/scopes.ts';
export { Askers } from './askers.ts';
export type { Action, Decision, DecisionReason, DocumentPermission } from './decision.ts';
export type { Directory } from './directory.ts';
export { AccessError, type AccessErrorCode, signInRequired } from './errors.ts';
export type { AccessEvent, AccessEvents } from './events.ts';
export { type Group, Groups, type GroupsParts, MOST_PEOPLE } from './groups/groups.ts';
export { LocalAccounts } from './local/local-accounts.ts';
export { bestOf, DOCUMENT_ROLES, type DocumentRole, isCurrent, type Member } from './members.ts';
export { Forgetting, type ForgettingParts, type Forgotten } from './people/forgetting.ts';
export {
  identityId,
  newPersonKey,
  People,
  type Person,
  TENANT_ROLES,
  type TenantRole,
} from './people/people.ts';
export { SealedAddresses } from './people/sealed-addresses.ts';
export { IDLE_MS, type Standing, type Tokens } from './people/signed-in.ts';
export {
  type DecidedDocument,
  DOCUMENT_POLICY,
  decide,
  decideDocument,
  isHidden,
  roleOf,
} from './policy.ts';
export type { Cache } from './ports/cache.ts';
export type { Channel } from './ports/channel.ts';
export type { IdentityClaims, IdentityProvider, SignInChecks } from './ports/identity-provider.ts';
export type { IssuerKeys, KeySet } from './ports/issuer-keys.ts';
export type { Place, RateLimits, RateRule, RateVerdict } from './ports/rate-limits.ts';
export {
  PERSONAL_KINDS,
  type RecordKind,
  type RecordStore,
  type StoredRecord,
} from './ports/record-store.ts';
export type { Rotation, Session, SessionName, Sessions } from './ports/sessions.ts';
export type { Principal } from './principal.ts';
export { AT_ONCE, costOf, type RateState, rateLimited } from './rates.ts';
export { grantOf, type ServiceAccount } from './services/service-accounts.ts';
export type { AdmissionRules } from './sign-in/admission.ts';
export { SIGN_IN_MS } from './sign-in/sign-in.ts';
export { idOf, kindOf, type Subject, type SubjectKind, subjectOfActor } from './subjects.ts';
export { ACCESS_MS } from './tokens/access-tokens.ts';
export { SERVICE_TENANT } from './tokens/signing-keys.ts';
