import * as client from 'openid-client';
import type { IdentityClaims, IdentityProvider, SignInChecks } from '../../access/index.ts';
import { OutsideError } from '../../kit/index.ts';

const PORT = 'IdentityProvider';
const HOUR_MS = 3_600_000;
const SECONDS_A_REQUEST = 5;
/** How far the provider's clock and ours may be apart. */
const SKEW_SECONDS = 30;

/** What the provider knows of this service. */
export interface OidcClient {
  /** Found by discovery below it; `http` for one on this machine only. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The claim that names somebody's groups; `null`: they are not asked for. */
  readonly groupsClaim: string | null;
}

/** Any OpenID provider that has a discovery document, by the code flow with PKCE. */
export class OpenIdProvider implements IdentityProvider {
  readonly #client: OidcClient;
  /** What the provider says of itself, for an hour. */
  #found: { readonly metadata: client.ServerMetadata; readonly at: number } | null = null;

  constructor(oidc: OidcClient) {
    this.#client = oidc;
  }

  async begin({ state, nonce, verifier, redirectUri }: SignInChecks): Promise<string> {
    return await asked(async () => {
      // Asked anew each time: nobody is to be sent to a provider that is away.
      this.#found = null;
      const config = await this.#configuration(0);
      const url = client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirectUri, scope: 'openid email profile', state, nonce },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return url.href;
    });
  }

  async finish(callback: URL, checks: SignInChecks, now: number): Promise<IdentityClaims> {
    return await asked(async () => {
      const config = await this.#configuration((now - Date.now()) / 1000);
      const answer = await client.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier: checks.verifier,
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        idTokenExpected: true,
      });
      const claims = answer.claims();
      if (claims === undefined) throw new Error('The provider sent no ID token.');
      if (claims.iat > now / 1000 + SKEW_SECONDS) throw new Error('The ID token comes from the future.');
      return {
        issuer: claims.iss,
        subject: claims.sub,
        email: textOf(claims.email),
        emailVerified: claims.email_verified === true,
        hostedDomain: textOf(claims.hd),
        name: textOf(claims.name),
        groups: groupsIn(this.#client.groupsClaim === null ? null : claims[this.#client.groupsClaim]),
      };
    });
  }

  /** A configuration of its own for every sign-in: so its keys are fetched anew, and a rotated one is found at once. */
  async #configuration(skewSeconds: number): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#client;
    const local = new URL(issuer).protocol === 'http:';
    if (this.#found === null || Date.now() > this.#found.at + HOUR_MS) {
      const options = {
        [client.customFetch]: fetchOnce,
        timeout: SECONDS_A_REQUEST,
        ...(local ? { execute: [client.allowInsecureRequests] } : {}),
      };
      const found = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, options);
      this.#found = { metadata: found.serverMetadata(), at: Date.now() };
    }
    const settings = {
      client_secret: clientSecret,
      [client.clockSkew]: skewSeconds,
      [client.clockTolerance]: SKEW_SECONDS,
    };
    const config = new client.Configuration(this.#found.metadata, clientId, settings);
    config[client.customFetch] = fetchOnce;
    config.timeout = SECONDS_A_REQUEST;
    // The code flow could trust the connection; a signature is checked all the same.
    client.enableNonRepudiationChecks(config);
    if (local) client.allowInsecureRequests(config);
    return config;
  }
}

/** Says what it means that a provider does not answer: what was posted may have been taken. */
const fetchOnce: client.CustomFetch = async (url, options) => {
  const posted = options.method === 'POST';
  const failure = posted ? 'unclear' : 'unavailable';
  const answer = await fetch(url, options as RequestInit).catch((cause: unknown) => {
    throw new OutsideError(PORT, failure, 'The identity provider does not answer.', { cause });
  });
  if (answer.status < 500 && answer.status !== 429) return answer;
  await answer.body?.cancel();
  throw new OutsideError(PORT, failure, `The identity provider answered with status ${answer.status}.`);
};

/** Everything but silence is a refusal: of the provider, or of what was found wrong in its answer. */
async function asked<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      if (cause instanceof OutsideError) throw cause;
      if (cause.name === 'TimeoutError' || cause.name === 'AbortError') {
        throw new OutsideError(PORT, 'unclear', 'The identity provider did not answer in time.', {
          cause: error,
        });
      }
    }
    throw new OutsideError(PORT, 'refused', 'The identity provider, or a check of its answer, says no.', {
      cause: error,
    });
  }
}

const MOST_GROUPS = 200;

/** What cannot be the name of a group is passed over. */
function groupsIn(claim: unknown): string[] {
  const given: unknown[] = Array.isArray(claim) ? claim : [];
  return given
    .filter((name) => typeof name === 'string')
    .filter((name) => /^[^\p{C}]{1,150}$/u.test(name))
    .slice(0, MOST_GROUPS);
}

function textOf(claim: unknown): string | null {
  return typeof claim === 'string' && claim !== '' && claim.length <= 320 ? claim : null;
}
