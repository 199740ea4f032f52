import { type Clock, OutsideError, type RandomBytes } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { AccessEvents } from '../events.ts';
import type { People } from '../people/people.ts';
import type { Device, SignedIn, Tokens } from '../people/signed-in.ts';
import type { Cache } from '../ports/cache.ts';
import type { IdentityClaims, IdentityProvider, SignInChecks } from '../ports/identity-provider.ts';
import { hashSecret, newSecret, sameSecret } from '../tokens/secrets.ts';
import { type AdmissionRules, admit } from './admission.ts';
import { returnPath } from './return-path.ts';

/** How long somebody may take at the provider. */
export const SIGN_IN_MS = 10 * 60_000;

export interface SignInParts {
  readonly provider: IdentityProvider;
  readonly rules: AdmissionRules;
  readonly people: People;
  readonly signedIn: SignedIn;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: AccessEvents;
  /** Of this service, such as `https://redline.example.com`. */
  readonly origin: () => string;
}

interface Flow extends SignInChecks {
  readonly returnTo: string;
}

/** The way to the provider and back (OpenID Connect Core § 3.1, code flow with PKCE). Each way back works once. */
export class SignIn {
  readonly #parts: SignInParts;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** @returns where to send the browser, and what it must bring back in a cookie: the way back works in this browser only. */
  async begin(returnTo: string | undefined): Promise<{ readonly url: string; readonly flow: string }> {
    const { provider, cache, random, origin } = this.#parts;
    const flow = newSecret(random);
    const checks = {
      state: newSecret(random),
      nonce: newSecret(random),
      verifier: newSecret(random),
      redirectUri: `${origin()}/auth/callback`,
    };
    const url = await asked(() => provider.begin(checks));
    const kept: Flow = { ...checks, returnTo: returnPath(returnTo) };
    await asked(() => cache.set(keyOf(flow), JSON.stringify(kept), SIGN_IN_MS));
    return { url, flow };
  }

  /**
   * @param flow the cookie.
   * @throws {AccessError} `access/sign-in-failed`, `access/account-not-allowed`, `access/provider-unavailable`.
   */
  async finish(
    callback: URL,
    flow: string | undefined,
    device: Device,
  ): Promise<{ readonly tokens: Tokens; readonly returnTo: string }> {
    const { cache, people, signedIn } = this.#parts;
    const text = flow === undefined ? null : await asked(() => cache.take(keyOf(flow)));
    if (text === null) throw this.#failed('no way there');
    const { returnTo, ...checks } = JSON.parse(text) as Flow;
    if (!sameSecret(callback.searchParams.get('state') ?? '', checks.state)) throw this.#failed('state');
    const claims = await this.#claims(callback, checks);
    const identity = admit(claims, this.#parts.rules);
    if (typeof identity === 'string') {
      this.#parts.events({ kind: 'sign-in-refused', reason: identity });
      throw notAllowed();
    }
    const person = await people.signIn(identity);
    if (person.disabledAt !== null) {
      this.#parts.events({
        kind: 'sign-in-refused',
        reason: 'disabled',
        tenant: person.tenant,
        person: person.id,
      });
      throw notAllowed();
    }
    return { tokens: await signedIn.open(person, 'oidc', device), returnTo };
  }

  async #claims(callback: URL, checks: SignInChecks): Promise<IdentityClaims> {
    try {
      return await this.#parts.provider.finish(callback, checks, this.#parts.clock());
    } catch (error) {
      if (error instanceof OutsideError && error.failure === 'refused') throw this.#failed('provider', error);
      if (error instanceof OutsideError) throw unavailable(error);
      throw error;
    }
  }

  #failed(reason: string, cause?: unknown): AccessError {
    this.#parts.events({ kind: 'sign-in-refused', reason });
    return new AccessError('access/sign-in-failed', 'The sign-in could not be finished. Begin it again.', {
      cause,
    });
  }
}

/** Somebody else, or nobody any more: the answer is the same. */
function notAllowed(): AccessError {
  return new AccessError('access/account-not-allowed', 'This account may not sign in here.');
}

async function asked<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    throw error instanceof OutsideError ? unavailable(error) : error;
  }
}

function unavailable(cause: OutsideError): AccessError {
  const retryAfterMs = cause.retryAfterMs ?? 5000;
  return new AccessError('access/provider-unavailable', 'Signing in does not work at the moment.', {
    cause,
    retryAfterMs,
  });
}

function keyOf(flow: string): string {
  return `sign-in:${hashSecret(flow)}`;
}
