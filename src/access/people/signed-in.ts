import type { Clock, RandomBytes } from '../../kit/index.ts';
import { AccessError, signInRequired } from '../errors.ts';
import type { AccessEvents } from '../events.ts';
import type { Channel } from '../ports/channel.ts';
import type { Session, SessionName, Sessions } from '../ports/sessions.ts';
import { Recent } from '../recent.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import { hashSecret, newSecret } from '../tokens/secrets.ts';
import { mayUse, type People, type Person, type TenantRole } from './people.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A session ends after so long, however much it is used, and after so long without use. */
const LONGEST_MS = 30 * DAY;
export const IDLE_MS = 7 * DAY;
/** How long a process believes what it knows of a person and a session without asking again. */
const BELIEVED_MS = 4000;
/** Tells the other processes at once; what they do not hear they know after `BELIEVED_MS`. */
export const PEOPLE_TOPIC = 'people';
const LONGEST_DEVICE = 200;
/** Sessions that a person may have; one more ends the one that was not used for the longest. */
const MOST_SESSIONS = 50;

export interface Tokens {
  readonly access: string;
  /** `TENANT.SESSION.SECRET`. */
  readonly refresh: string;
  readonly session: Session;
}

/** Where somebody signs in from. */
export interface Device {
  readonly device: string;
  readonly address: string | null;
}

export interface Standing {
  readonly person: Person;
  readonly session: Session;
}

export interface SignedInParts {
  readonly people: People;
  readonly sessions: Sessions;
  readonly channel: Channel;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: AccessEvents;
}

/**
 * Who is signed in, and how that ends. The record of a person says who may not be; `Sessions` says who is. Both must agree, so
 * that what Redis lost or brought back signs nobody in.
 */
export class SignedIn {
  readonly #parts: SignedInParts;
  /** By tenant and id. */
  readonly #people: Recent<Person | null>;
  readonly #sessions: Recent<Session | null>;

  constructor(parts: SignedInParts) {
    this.#parts = parts;
    this.#people = new Recent(parts.clock, BELIEVED_MS);
    this.#sessions = new Recent(parts.clock, BELIEVED_MS);
  }

  /** Listens for what other processes change. @returns what ends it. */
  async listen(): Promise<() => void> {
    return await this.#parts.channel.subscribe(PEOPLE_TOPIC, (key) => this.#forget(key));
  }

  /** Begins a session. */
  async open(person: Person, method: Session['method'], { device, address }: Device): Promise<Tokens> {
    const { clock, random, sessions, events } = this.#parts;
    const now = clock();
    const session: Session = {
      id: `s_${Buffer.from(random(16)).toString('hex')}`,
      tenant: person.tenant,
      person: person.id,
      method,
      // Clocks differ: a session that is opened after a sign-out must not look older than it.
      createdAt: Math.max(now, person.signedOutAt + 1),
      usedAt: now,
      expiresAt: now + LONGEST_MS,
      idleMs: IDLE_MS,
      device: device.slice(0, LONGEST_DEVICE),
      address,
    };
    const refresh = this.#newRefresh(session);
    await sessions.open(session, hashSecret(refresh));
    await this.#makeRoom(session);
    this.#forget(`${person.tenant}/${person.id}`);
    events({ kind: 'signed-in', ...whose(session) });
    return { session, refresh, access: await this.#issue(session) };
  }

  /**
   * The next tokens. The old refresh token is good for nothing from now on; whoever presents it again ends the session.
   *
   * @throws {AccessError} `access/sign-in-required`.
   */
  async refresh(presented: string): Promise<Tokens> {
    const { clock, people, sessions } = this.#parts;
    const name = nameOf(presented);
    const now = clock();
    const session = name === null ? null : await sessions.find(name, now);
    if (name === null || session === null) throw signInRequired();
    const person = await people.find(session.tenant, session.person);
    if (person === null || !mayUse(person, session)) {
      await this.#end(session);
      throw signInRequired();
    }
    const refresh = this.#newRefresh(name);
    const rotation = await sessions.rotate(name, hashSecret(presented), hashSecret(refresh), now);
    if (rotation.outcome === 'reused') await this.#ended(session, 'refresh-token-reused');
    if (rotation.outcome !== 'rotated') throw signInRequired();
    return { session: rotation.session, refresh, access: await this.#issue(session) };
  }

  /** Whose access token it is, if that is still good; `null` otherwise. Never older than five seconds. */
  async standing(access: string): Promise<Standing | null> {
    const subject = await this.#parts.tokens.verify(access);
    if (subject === null) return null;
    const { tenant } = subject;
    const [person, session] = await Promise.all([
      this.person(tenant, subject.person),
      this.#sessions.get(`${tenant}/${subject.session}`, () =>
        this.#parts.sessions.find({ tenant, id: subject.session }, this.#parts.clock()),
      ),
    ]);
    if (person === null || session === null || session.person !== person.id) return null;
    return mayUse(person, session) ? { person, session } : null;
  }

  /** A person as they are known, never older than five seconds. */
  async person(tenant: string, id: string): Promise<Person | null> {
    return await this.#people.get(`${tenant}/${id}`, () => this.#parts.people.find(tenant, id));
  }

  /** Sessions of one person, or of everybody of a tenant; the latest first. */
  async list(tenant: string, person: string | null): Promise<readonly Session[]> {
    return await this.#parts.sessions.list(tenant, person, this.#parts.clock());
  }

  /** @throws {AccessError} `access/not-found` when there is none, or `person` is not its owner. */
  async end(name: SessionName, person: string | null): Promise<void> {
    const session = await this.#parts.sessions.find(name, this.#parts.clock());
    if (session === null || (person !== null && session.person !== person)) {
      throw new AccessError('access/not-found', 'There is no such session.');
    }
    await this.#ended(session, 'session-ended');
  }

  /** Ends all sessions of a person, everywhere. @returns how many there were. */
  async signOut(tenant: string, person: string): Promise<number> {
    await this.#parts.people.signOut(tenant, person);
    const count = await this.#endAll(tenant, person);
    this.#parts.events({ kind: 'signed-out', tenant, person });
    return count;
  }

  /** Another role, or disabled: then all sessions end. @throws {AccessError} `access/not-found`. */
  async change(
    tenant: string,
    id: string,
    change: { readonly role?: TenantRole; readonly disabled?: boolean },
  ): Promise<Person> {
    const person = await this.#parts.people.change(tenant, id, change);
    await this.#tell(`${tenant}/${id}`);
    if (change.disabled === true) await this.#endAll(tenant, id);
    const kind = change.disabled === true ? 'person-disabled' : 'person-changed';
    this.#parts.events({ kind, tenant, person: id });
    return person;
  }

  /** What is ended to make room may come back with an old snapshot of Redis: it was not revoked. */
  async #makeRoom({ tenant, person, id }: Session): Promise<void> {
    const there = await this.#parts.sessions.list(tenant, person, this.#parts.clock());
    if (there.length <= MOST_SESSIONS) return;
    const others = there.filter((one) => one.id !== id).toSorted((one, other) => other.usedAt - one.usedAt);
    for (const oldest of others.slice(MOST_SESSIONS - 1)) {
      await this.#end(oldest);
      this.#parts.events({ kind: 'session-ended', ...whose(oldest), reason: 'too many' });
    }
  }

  /** First the record, which lasts; then what may be lost. */
  async #ended(session: Session, kind: 'session-ended' | 'refresh-token-reused'): Promise<void> {
    const { tenant, person, id, expiresAt } = session;
    this.#parts.events({ kind, ...whose(session) });
    await this.#parts.people.endSession(tenant, person, id, expiresAt);
    await this.#tell(`${tenant}/${person}`);
    await this.#end(session);
  }

  async #end(session: Session): Promise<void> {
    await this.#parts.sessions.end(session);
    await this.#tell(`${session.tenant}/${session.id}`);
  }

  async #endAll(tenant: string, person: string): Promise<number> {
    await this.#tell(`${tenant}/${person}`);
    const sessions = await this.#parts.sessions.list(tenant, person, this.#parts.clock());
    const count = await this.#parts.sessions.endAll(tenant, person);
    for (const { id } of sessions) await this.#tell(`${tenant}/${id}`);
    return count;
  }

  async #tell(key: string): Promise<void> {
    this.#forget(key);
    // Who does not hear of it knows within seconds.
    await this.#parts.channel.publish(PEOPLE_TOPIC, key).catch(() => {});
  }

  #forget(key: string): void {
    this.#people.drop(key);
    this.#sessions.drop(key);
  }

  #newRefresh({ tenant, id }: SessionName): string {
    return `${tenant}.${id}.${newSecret(this.#parts.random)}`;
  }

  async #issue({ tenant, person, id }: Session): Promise<string> {
    return await this.#parts.tokens.issue({ tenant, person, session: id });
  }
}

function whose({ tenant, person, id }: Session) {
  return { tenant, person, credential: id };
}

/** `null` for what no refresh token looks like. */
function nameOf(token: string): SessionName | null {
  const [, tenant, id] = /^([a-z0-9_-]{1,40})\.(s_[0-9a-f]{32})\.[\w-]{43}$/.exec(token) ?? [];
  return tenant === undefined || id === undefined ? null : { tenant, id };
}
