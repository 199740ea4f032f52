export { type OidcClient, OpenIdProvider } from './openid-provider.ts';
export { PublishedKeys } from './published-keys.ts';
