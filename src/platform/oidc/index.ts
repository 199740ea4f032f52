export { type OidcClient, OpenIdProvider } from './openid-provider.ts';
