import type { StoredRecord } from '../../access/index.ts';
import type { AuditEvent, Trail } from '../../audit/index.ts';
import type { Clock } from '../../kit/index.ts';
import { isWanted, type Message, messageOf } from './catalogue.ts';
import {
  type Attempted,
  type Deliveries,
  type Lane,
  lanesDue,
  nextDue,
  settle,
  takeIn,
  type Waiting,
} from './deliveries.ts';
import type { DeliveryLog, LogEntry } from './delivery-log.ts';
import type { DisabledReason, Endpoint, Endpoints, WebhookRecords } from './endpoints.ts';
import type { Sender, Sent } from './sender.ts';

/** How long whoever delivers to an endpoint is alone with it, unless it says so again. */
const CLAIM_MS = 30_000;
/** In a round no attempt begins later: with the longest one it ends before the claim does. */
const ROUND_MS = 10_000;
/** So much of a claim has to be left for a round. */
const CLAIM_LEFT_MS = 27_000;
const ROUND_DELIVERIES = 100;
const LANES_AT_ONCE = 4;
/** How long what was read of an endpoint is believed while nothing is due. */
const BELIEVED_MS = 5000;
/** Segments of a trail that one pass looks through for an endpoint. */
const SEGMENTS_AT_ONCE = 50;
/** How many events without anything for an endpoint may be looked at again by whoever is next. */
const LOOKED_AT_AGAIN = 5000;
const MOST_TRIES = 5;
/** The records of what waits. */
export const DELIVERIES = 'webhook-deliveries';

export interface DelivererParts {
  readonly records: WebhookRecords;
  readonly endpoints: Endpoints;
  readonly log: DeliveryLog;
  readonly sender: Pick<Sender, 'send'>;
  readonly trail: Pick<Trail, 'next' | 'event'>;
  readonly tenants: () => Iterable<string>;
  /** Is told when an endpoint was disabled here. */
  readonly disabled: (tenant: string, endpoint: Endpoint, reason: DisabledReason) => Promise<void>;
  /** Is told what went wrong with the deliveries of an endpoint; they go on. */
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Tells this process from all others. */
  readonly name: string;
}

type Stored = StoredRecord<Deliveries>;
type Next = (tenant: string, first: number) => Promise<readonly AuditEvent[] | null>;

/**
 * Delivers what the trails of tenants tell to their endpoints. All that must not be lost is in the trail and in one record
 * for each endpoint; of several processes one at a time delivers to an endpoint. What is sent before a process dies and
 * was not written down is sent again under the same id. Decision 0192.
 */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #busy = new Map<string, Promise<void>>();
  /** By endpoint: what was read or written last. */
  readonly #read = new Map<
    string,
    { readonly tenant: string; readonly stored: Stored; readonly at: number }
  >();
  /** By endpoint: up to where there was nothing for it, where that is further than what is written. */
  readonly #looked = new Map<string, number>();
  readonly #known = new Map<string, { readonly endpoints: readonly Endpoint[]; readonly at: number }>();
  readonly #ended = new AbortController();

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** Begins what is due and not under way. Resolves when that is done, which need not be waited for. */
  async pass(): Promise<void> {
    const segments = new Map<string, Promise<readonly AuditEvent[] | null>>();
    const next: Next = (tenant, first) => {
      const name = `${tenant} ${first}`;
      const found = segments.get(name) ?? this.#parts.trail.next(tenant, first);
      segments.set(name, found);
      return found;
    };
    const begun: Promise<void>[] = [];
    for (const tenant of this.#parts.tenants()) {
      const endpoints = await this.#endpointsOf(tenant).catch(this.#parts.failed);
      for (const endpoint of endpoints ?? []) {
        if (endpoint.state !== 'enabled' || this.#busy.has(endpoint.id) || this.#ended.signal.aborted)
          continue;
        const round = this.#deliver(tenant, endpoint, next)
          .catch((error: unknown) => {
            this.#read.delete(endpoint.id);
            if (!this.#ended.signal.aborted) this.#parts.failed(error);
          })
          .finally(() => this.#busy.delete(endpoint.id));
        this.#busy.set(endpoint.id, round);
        begun.push(round);
      }
    }
    await Promise.all(begun);
  }

  /** The endpoints of a tenant were changed in this process. */
  changed(tenant: string): void {
    for (const { id } of this.#known.get(tenant)?.endpoints ?? []) this.#read.delete(id);
    this.#known.delete(tenant);
  }

  /** Breaks off what is under way: it is sent again later, by whoever is next. */
  async end(): Promise<void> {
    this.#ended.abort(new Error('The service is ending.'));
    await Promise.all(this.#busy.values());
    for (const [id, { tenant, stored }] of this.#read) {
      if (stored.value.claim?.by !== this.#parts.name) continue;
      await this.#write(tenant, id, stored, { ...stored.value, claim: null }).catch(() => null);
    }
  }

  async #endpointsOf(tenant: string): Promise<readonly Endpoint[]> {
    const now = this.#parts.clock();
    const known = this.#known.get(tenant);
    if (known !== undefined && now - known.at < BELIEVED_MS) return known.endpoints;
    const endpoints = await this.#parts.endpoints.list(tenant);
    this.#known.set(tenant, { endpoints, at: now });
    return endpoints;
  }

  async #deliver(tenant: string, { id, events: filters }: Endpoint, next: Next): Promise<void> {
    const { clock, name } = this.#parts;
    const stored = await this.#look(tenant, id);
    if (stored === null || isOthers(stored.value, name, clock())) return;
    const { value } = stored;
    const from = Math.max(value.cursor, this.#looked.get(id) ?? 0);
    const gathered = await gather(tenant, from, filters, next);
    const due = nextDue(value);
    const isDue = due !== null && due <= clock();
    const isIdle = gathered.found.length === 0 && gathered.cursor - value.cursor < LOOKED_AT_AGAIN;
    this.#looked.set(id, isIdle ? gathered.cursor : from);
    if (isIdle && !isDue) return;
    // Its secrets and its address as they are now, whoever changed them.
    const endpoint = (await this.#parts.endpoints.list(tenant)).find((one) => one.id === id);
    if (endpoint === undefined || endpoint.state === 'disabled') return this.changed(tenant);
    const orders = gathered.found.map((event) => ({ sequence: event.sequence, document: event.document }));
    const takenAt = clock();
    /** The same whatever somebody asked for meanwhile; where there is no room the trail waits. */
    const take = (base: Deliveries): Deliveries =>
      base.cursor > value.cursor ? base : (takeIn(base, gathered.cursor, orders, takenAt) ?? base);
    if (take(value) === value && !isDue) return;
    const isClaimed = value.claim?.by === name && value.claim.until - clock() >= CLAIM_LEFT_MS;
    const claim = { by: name, until: clock() + CLAIM_MS };
    const claimed = isClaimed ? stored : await this.#write(tenant, id, stored, { ...take(value), claim });
    if (claimed === null) return;
    const events = new Map(gathered.found.map((one) => [one.sequence, one]));
    await this.#round({ tenant, endpoint, events, take }, claimed);
  }

  async #look(tenant: string, id: string): Promise<Stored | null> {
    const now = this.#parts.clock();
    const known = this.#read.get(id);
    if (known !== undefined && now - known.at < BELIEVED_MS) return known.stored;
    const stored = await this.#parts.records.read<Deliveries>(tenant, DELIVERIES, id);
    if (stored !== null) this.#read.set(id, { tenant, stored, at: now });
    return stored;
  }

  /** Makes the attempts that are due, and writes down what came of them. */
  async #round(round: Round, stored: Stored): Promise<void> {
    const { clock } = this.#parts;
    const lanes = lanesDue(round.take(stored.value), clock(), ROUND_DELIVERIES);
    const { attempts, failure } = await this.#run(round, lanes, clock() + ROUND_MS);
    await this.#settle(round, stored, attempts);
    if (failure !== null) throw failure;
  }

  /** If another process took over meanwhile, it makes these attempts again. */
  async #settle(
    { tenant, endpoint, take }: Round,
    stored: Stored,
    attempts: readonly Attempt[],
  ): Promise<void> {
    const { clock, random, log, name, records } = this.#parts;
    const { id } = endpoint;
    const attempted = attempts.map(({ attempted: one }) => one);
    let base: Stored | null = stored;
    for (let tries = 0; base !== null && tries < MOST_TRIES; tries += 1) {
      const { deliveries, next, hopeless } = settle(take(base.value), attempted, random);
      if (tries === 0)
        await log.append(
          tenant,
          id,
          attempts.map((one) => entryOf(one, next)),
        );
      const claim = { by: name, until: clock() + CLAIM_MS };
      if ((await this.#write(tenant, id, base, { ...deliveries, claim })) !== null) {
        const isGone = attempts.some(({ sent }) => sent.gone);
        if (isGone || hopeless) await this.#disable(tenant, id, isGone ? 'gone' : 'failing');
        return;
      }
      const found: Stored | null = await records.read<Deliveries>(tenant, DELIVERIES, id);
      base = found?.value.claim?.by === name ? found : null;
    }
  }

  /** @param until when no attempt begins any more; milliseconds since 1970. */
  async #run(
    { tenant, endpoint, events }: Round,
    lanes: readonly Lane[],
    until: number,
  ): Promise<{ readonly attempts: readonly Attempt[]; readonly failure: unknown }> {
    const { clock, trail } = this.#parts;
    const attempts: Attempt[] = [];
    const rest = [...lanes];
    const isOver = (): boolean => clock() >= until || attempts.some(({ sent }) => sent.gone);
    const run = async (): Promise<void> => {
      for (let lane = rest.shift(); lane !== undefined; lane = rest.shift()) {
        for (const waiting of lane.waiting) {
          if (isOver()) return;
          const event = events.get(waiting.sequence) ?? (await trail.event(tenant, waiting.sequence));
          const attempt = await this.#attempt(endpoint, waiting, event === null ? null : messageOf(event));
          attempts.push(attempt);
          if (attempt.sent.outcome !== 'delivered' && lane.holds) break;
        }
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: LANES_AT_ONCE }, run));
    const broken = ends.find((end) => end.status === 'rejected');
    return { attempts, failure: broken?.reason ?? null };
  }

  async #attempt(endpoint: Endpoint, waiting: Waiting, message: Message | null): Promise<Attempt> {
    const { sender, clock } = this.#parts;
    const at = clock();
    const sent = message === null ? MISSING : await sender.send(endpoint, message, this.#ended.signal);
    const { outcome, retryAfterMs } = sent;
    return { waiting, message, sent, attempted: { sequence: waiting.sequence, at, outcome, retryAfterMs } };
  }

  async #write(tenant: string, id: string, base: Stored, deliveries: Deliveries): Promise<Stored | null> {
    const written = await this.#parts.records.write<Deliveries>(
      { tenant, kind: DELIVERIES, id },
      base,
      deliveries,
    );
    if (written === null) this.#read.delete(id);
    else this.#read.set(id, { tenant, stored: written, at: this.#parts.clock() });
    return written;
  }

  async #disable(tenant: string, id: string, reason: DisabledReason): Promise<void> {
    const endpoint = await this.#parts.endpoints.disable(tenant, id, reason);
    this.changed(tenant);
    if (endpoint !== null) await this.#parts.disabled(tenant, endpoint, reason);
  }
}

interface Round {
  readonly tenant: string;
  readonly endpoint: Endpoint;
  /** What was taken in for it, by sequence. */
  readonly events: ReadonlyMap<number, AuditEvent>;
  readonly take: (base: Deliveries) => Deliveries;
}

interface Attempt {
  readonly waiting: Waiting;
  readonly message: Message | null;
  readonly sent: Sent;
  readonly attempted: Attempted;
}

const MISSING: Sent = {
  ...{ outcome: 'failed', status: null, fault: 'missing', durationMs: 0, retryAfterMs: null, gone: false },
};

/** What a trail tells an endpoint, from behind a place on: as much as one round can send, or a little more. */
async function gather(
  tenant: string,
  from: number,
  filters: readonly string[],
  next: Next,
): Promise<{ readonly cursor: number; readonly found: readonly AuditEvent[] }> {
  const found: AuditEvent[] = [];
  let cursor = from;
  for (let segments = 0; segments < SEGMENTS_AT_ONCE && found.length < ROUND_DELIVERIES; segments += 1) {
    const events = await next(tenant, cursor + 1);
    const last = events?.at(-1);
    if (events === null || last === undefined) break;
    found.push(...events.filter((event) => isWanted(filters, event.type) && messageOf(event) !== null));
    cursor = last.sequence;
  }
  return { cursor, found };
}

function isOthers({ claim }: Deliveries, name: string, now: number): boolean {
  return claim !== null && claim.by !== name && claim.until > now;
}

function entryOf(
  { waiting, message, sent, attempted }: Attempt,
  next: ReadonlyMap<number, number | null>,
): LogEntry {
  const { outcome, status, fault, durationMs } = sent;
  const nextAt = next.get(waiting.sequence) ?? null;
  const isLast = outcome === 'failed' && nextAt === null;
  return {
    id: message?.id ?? `msg_${waiting.sequence}`,
    ...{ type: message?.type ?? null, document: waiting.document, at: attempted.at },
    attempt: outcome === 'unasked' ? 0 : waiting.attempts + 1,
    ...{ outcome: isLast ? 'given-up' : outcome, status, fault, durationMs, nextAt },
  };
}
