import {
  type Account,
  ADA,
  CLIENT,
  type OpenIdServer,
  startOpenIdProvider,
} from '../services/openid-provider.ts';
import { freePort } from '../services/processes.ts';
import { Visitor } from '../support/visitor.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';

export const ACCESS = '__Host-redline-access';
export const REFRESH = '__Host-redline-refresh';

/** A service that people sign in to through a real provider. */
export interface SignInStage {
  readonly provider: OpenIdServer;
  readonly service: Service;
  /** How far the service's clock is ahead, in milliseconds; and what rates go by, where that stands still. */
  readonly time: { ahead: number; stands?: number };
  visitor(): Visitor;
  /** Somebody who is signed in; Ada by default. */
  signedIn(account?: Account): Promise<Visitor>;
  /** Everything as it was in the beginning, but for who is signed in. */
  reset(): void;
  stop(): Promise<void>;
}

/** @param settings besides those of the provider. @param byProvider those that name it. @param more a data directory stays, where given. */
export async function openSignIn(
  settings: Record<string, string> = {},
  byProvider: (provider: OpenIdServer) => Record<string, string> = () => ({}),
  more: Pick<ServiceOptions, 'dataDirectory' | 'engineScript'> = {},
): Promise<SignInStage> {
  const port = await freePort();
  const time: SignInStage['time'] = { ahead: 0 };
  const provider = await startOpenIdProvider([`http://127.0.0.1:${port}/auth/callback`]);
  const service = await startService({
    ...more,
    clock: () => Date.now() + time.ahead,
    ratesClock: () => time.stands ?? Date.now(),
    settings: {
      PORT: String(port),
      ...oidcSettings(provider),
      ...settings,
      ...byProvider(provider),
    },
  });
  const visitor = () => new Visitor(service.url);
  return {
    ...{ provider, service, time, visitor },
    signedIn: async (account = ADA) => {
      provider.account = account;
      const one = visitor();
      const { status } = await one.signIn();
      provider.account = ADA;
      if (status !== 303) throw new Error(`The sign-in ended with ${status}.`);
      return one;
    },
    reset: () => {
      provider.account = ADA;
      provider.lie = {};
      time.ahead = 0;
    },
    stop: async () => {
      await service.stop();
      await provider.stop();
    },
  };
}

/** Two tenants, of which Ada administers the first. */
export function oidcSettings({ issuer }: OpenIdServer): Record<string, string> {
  return {
    REDLINE_OIDC_ISSUER: issuer,
    REDLINE_OIDC_CLIENT_ID: CLIENT.id,
    REDLINE_OIDC_CLIENT_SECRET: CLIENT.secret,
    REDLINE_OIDC_HD: 'yes',
    REDLINE_TENANTS: 'acme=acme.test,acme.example; other=other.test',
    REDLINE_ADMINS: 'ada@acme.test',
  };
}

export async function me(one: Visitor): Promise<Record<string, unknown>> {
  return (await (await one.fetch('/v1/me')).json()) as Record<string, unknown>;
}

export async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}
