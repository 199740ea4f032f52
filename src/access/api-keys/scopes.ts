/** What a key may be made for. */
export const SCOPES = [
  'compare',
  'documents:read',
  'documents:write',
  'documents:share',
  'audit:read',
  'webhooks:manage',
  'retention:manage',
  'portability:manage',
] as const;
export type Scope = (typeof SCOPES)[number];
