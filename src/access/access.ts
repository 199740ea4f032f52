import type { Clock, RandomBytes } from '../kit/index.ts';
import { isWithin } from './addresses.ts';
import { type ApiKey, ApiKeys } from './api-keys/api-keys.ts';
import { Directory } from './directory.ts';
import { AccessError } from './errors.ts';
import type { AccessEvents } from './events.ts';
import { Groups } from './groups/groups.ts';
import { LocalAccounts } from './local/local-accounts.ts';
import { LocalSignIn } from './local/local-sign-in.ts';
import { People, type Person } from './people/people.ts';
import { sealAddress } from './people/sealed-address.ts';
import { SealedAddresses } from './people/sealed-addresses.ts';
import { type Device, SignedIn, type Tokens } from './people/signed-in.ts';
import type { Cache } from './ports/cache.ts';
import type { Channel } from './ports/channel.ts';
import type { IdentityProvider } from './ports/identity-provider.ts';
import type { IssuerKeys } from './ports/issuer-keys.ts';
import type { RateLimits, RateRule } from './ports/rate-limits.ts';
import type { RecordStore } from './ports/record-store.ts';
import type { Sessions } from './ports/sessions.ts';
import type { Principal } from './principal.ts';
import { Rates } from './rates.ts';
import { IdentityTokens } from './services/identity-tokens.ts';
import { ServiceAccounts } from './services/service-accounts.ts';
import type { AdmissionRules } from './sign-in/admission.ts';
import { OneTimeLink } from './sign-in/one-time-link.ts';
import { ProviderLogout } from './sign-in/provider-logout.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { OPERATOR, type Subject, subjectsOf, subjectsOfKey } from './subjects.ts';
import { AccessTokens } from './tokens/access-tokens.ts';
import { SigningKeys } from './tokens/signing-keys.ts';

export interface AccessParts {
  readonly records: RecordStore;
  readonly sessions: Sessions;
  readonly rateLimits: RateLimits;
  readonly cache: Cache;
  readonly channel: Channel;
  /** `null` where people do not sign in through one. */
  readonly provider: IdentityProvider | null;
  /** Of the issuer whose identity tokens service accounts may present; `null`: they have keys only. */
  readonly issuerKeys: IssuerKeys | null;
  /** By which the provider says who signed out there; `null` where it cannot. */
  readonly providerLogout: { readonly keys: IssuerKeys; readonly clientId: string } | null;
  readonly rules: AdmissionRules;
  /** Tenants whose people are looked for when the provider says that somebody signed out; by default all. */
  readonly served?: ReadonlySet<string>;
  /** From where people and keys of a tenant may ask; a tenant that is not named: from everywhere. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Tenants that may ask more often. */
  readonly enterprise: readonly string[];
  /** Requests that one asker may have under way. */
  readonly atOnce: number;
  /** The tenant that a one-time link signs in to; `null` where there is none. */
  readonly linkTenant: string | null;
  /** The tenant of accounts whose passwords are kept here; `null` where there are none. */
  readonly localTenant: string | null;
  /** Of this service, such as `https://redline.example.com`: issuer and audience of its tokens. */
  readonly origin: () => string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: AccessEvents;
}

/** Tries to sign in or to refresh, from one address. */
const SIGN_IN_RATE: RateRule = { limit: 30, periodMs: 60_000, burst: 20 };

/** Who may reach the service, and as whom. */
export class Access {
  readonly people: People;
  readonly signedIn: SignedIn;
  readonly addresses: SealedAddresses;
  readonly keys: SigningKeys;
  readonly apiKeys: ApiKeys;
  readonly services: ServiceAccounts;
  readonly groups: Groups;
  readonly directory: Directory;
  /** `null` where service accounts have keys only. */
  readonly identityTokens: IdentityTokens | null;
  readonly rates: Rates;
  /** `null` where people do not sign in through a provider. */
  readonly signIn: SignIn | null;
  /** `null` where people do not sign in through a provider. */
  readonly providerLogout: ProviderLogout | null;
  /** `null` where no passwords are kept. */
  readonly local: LocalSignIn | null;
  readonly #parts: AccessParts;
  readonly #link: OneTimeLink;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    const { clock, random, events, origin, provider } = parts;
    this.people = new People(parts.records, clock, random);
    this.addresses = new SealedAddresses(this.people);
    this.keys = new SigningKeys(parts.records, clock, events);
    this.rates = new Rates(parts.rateLimits, parts.enterprise, parts.atOnce);
    this.services = new ServiceAccounts(parts);
    this.groups = new Groups(parts);
    const { people, services, groups } = this;
    this.directory = new Directory({ people, services, groups, tenants: parts.rules.tenants });
    this.apiKeys = new ApiKeys({ ...parts, people: this.people, services: this.services });
    const { issuerKeys } = parts;
    this.identityTokens = issuerKeys === null ? null : new IdentityTokens(issuerKeys, clock, origin);
    const tokens = new AccessTokens(this.keys, clock, origin);
    this.signedIn = new SignedIn({ ...parts, people: this.people, tokens });
    this.#link = new OneTimeLink(clock, random);
    const { localTenant: tenant } = parts;
    const { signedIn } = this;
    this.local =
      tenant === null
        ? null
        : new LocalSignIn({ ...parts, people, signedIn, accounts: new LocalAccounts({ ...parts, tenant }) });
    const { providerLogout: told, rules } = parts;
    const tenants = [...rules.tenants.keys()].filter((name) => parts.served?.has(name) ?? true);
    const ending = { ...parts, people, signedIn, tenants };
    this.providerLogout =
      told === null
        ? null
        : new ProviderLogout({ ...ending, providerKeys: told.keys, clientId: told.clientId });
    this.signIn = provider === null ? null : new SignIn({ ...parts, provider, people, signedIn });
  }

  /** Whether somebody asks from where they may. @param address the IP address that the request came from. */
  isNear({ actor, key }: Principal, address: string | null): boolean {
    const ranges = [this.#parts.addresses.get(actor.tenant), key?.addresses ?? undefined];
    return ranges.every((allowed) => allowed === undefined || isWithin(address, allowed));
  }

  /** An address as events name it: a person's sealed under their key. Of somebody who is gone there is none. */
  async addressFor(tenant: string, person: string | null, address: string | null): Promise<string | null> {
    if (address === null || person === null) return address;
    const known = await this.signedIn.person(tenant, person);
    return known === null ? null : sealAddress(known, address);
  }

  /** In whose names a person reaches documents. */
  async subjectsOf(person: Person): Promise<readonly Subject[]> {
    return subjectsOf(person, await this.groups.of(person.tenant, person.id));
  }

  /** Those of whoever made it or whose account it is of, and its own. */
  async subjectsOfKey(key: ApiKey): Promise<readonly Subject[]> {
    const { tenant, person } = key;
    const maker = person === null ? null : await this.signedIn.person(tenant, person);
    const theirs = maker === null ? [] : await this.subjectsOf(maker);
    return subjectsOfKey(key, person === null ? [OPERATOR] : theirs);
  }

  /** Listens for what other processes change. @returns what ends it. */
  async listen(): Promise<() => void> {
    const ends: (() => void)[] = [];
    for (const one of [this.signedIn, this.apiKeys, this.services, this.groups])
      ends.push(await one.listen());
    return () => {
      for (const end of ends) end();
    };
  }

  /** Whether anybody has to sign in at all. */
  get required(): boolean {
    return this.signIn !== null || this.local !== null || this.#parts.linkTenant !== null;
  }

  /** Whether a one-time link can sign in. */
  get byLink(): boolean {
    return this.#parts.linkTenant !== null;
  }

  /** The part of a one-time link that nobody else may see; `null` where there are none. */
  issueLink(): string | null {
    return this.byLink ? this.#link.issue() : null;
  }

  /** @throws {AccessError} `access/sign-in-failed`. */
  async redeemLink(secret: string, device: Device): Promise<Tokens> {
    const tenant = this.#parts.linkTenant;
    if (tenant === null || !this.#link.redeem(secret)) {
      this.#parts.events({ kind: 'sign-in-refused', reason: 'link' });
      throw new AccessError(
        'access/sign-in-failed',
        'The link is not good, or was used. Start the service again for another one.',
      );
    }
    const person = await this.people.signIn({
      ...{ tenant, issuer: 'link', subject: 'operator', email: null, name: 'Operator' },
      administrator: true,
    });
    return await this.signedIn.open(person, 'link', device);
  }

  /** Counts a try to sign in. @throws {AccessError} `access/rate-limited`. */
  async countTry(address: string | null): Promise<void> {
    const verdict = await this.#parts.rateLimits.take(`sign-in:${address ?? 'nobody'}`, SIGN_IN_RATE, 1);
    if (verdict.allowed) return;
    throw new AccessError('access/rate-limited', 'Too many tries to sign in from this address.', {
      retryAfterMs: verdict.retryAfterMs,
    });
  }
}
