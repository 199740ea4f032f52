import type { Trail } from '../../audit/index.ts';
import { type Clock, OutsideError, type RandomBytes } from '../../kit/index.ts';
import { JobError } from '../errors.ts';
import { type Message, messageOf, sequenceIn, TEST_TYPE } from './catalogue.ts';
import { DELIVERIES } from './deliverer.ts';
import { again, type Deliveries, nothingWaits, type Waiting } from './deliveries.ts';
import type { DeliveryLog, LogEntry, LogPlace } from './delivery-log.ts';
import type { Endpoint, EndpointChange, Endpoints, WebhookRecords } from './endpoints.ts';
import type { Sender } from './sender.ts';
import type { Signing } from './signing.ts';

const MOST_TRIES = 8;

export interface WebhooksParts {
  readonly records: WebhookRecords;
  readonly endpoints: Endpoints;
  readonly log: DeliveryLog;
  readonly sender: Pick<Sender, 'send'>;
  readonly trail: Pick<Trail, 'next' | 'event' | 'end' | 'advance'>;
  /** Is told of what was changed here. */
  readonly changed: (tenant: string) => void;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** What people and programs ask for. Throws `OutsideError`, and `JobError` `webhooks/…`. */
export class Webhooks {
  readonly #parts: WebhooksParts;

  constructor(parts: WebhooksParts) {
    this.#parts = parts;
  }

  async list(tenant: string): Promise<readonly Endpoint[]> {
    return await this.#parts.endpoints.list(tenant);
  }

  async find(tenant: string, id: string): Promise<Endpoint> {
    return await this.#parts.endpoints.find(tenant, id);
  }

  /** It is told of what happens from now on. */
  async create(
    actor: { readonly tenant: string; readonly id: string },
    given: Required<Omit<EndpointChange, 'state'>> & { readonly signatures: readonly Signing[] },
  ): Promise<Endpoint> {
    const { tenant } = actor;
    const { endpoints, records, changed } = this.#parts;
    const made = await endpoints.create(actor, given, async (id) => {
      const place = { tenant, kind: DELIVERIES, id } as const;
      await records.write<Deliveries>(place, null, nothingWaits(await this.#end(tenant)));
    });
    changed(tenant);
    return made;
  }

  /** @param backlog `skip`: what happened while it was disabled it is not told of. */
  async change(
    tenant: string,
    id: string,
    change: EndpointChange,
    backlog: 'deliver' | 'skip' = 'deliver',
  ): Promise<Endpoint> {
    const { endpoints, changed } = this.#parts;
    const before = await endpoints.find(tenant, id);
    if (backlog === 'skip' && before.state === 'disabled' && change.state === 'enabled') {
      const cursor = await this.#end(tenant);
      await this.#ask(tenant, id, (deliveries) => ({ ...deliveries, cursor, waiting: [] }));
    }
    const after = await endpoints.change(tenant, id, change);
    changed(tenant);
    return after;
  }

  /** The old keys sign beside the new ones for so long. */
  async rotate(tenant: string, id: string, overlapMs: number): Promise<Endpoint> {
    const { endpoints, changed } = this.#parts;
    const after = await endpoints.rotate(tenant, id, overlapMs);
    changed(tenant);
    return after;
  }

  async remove(tenant: string, id: string): Promise<void> {
    const { endpoints, records, log, changed } = this.#parts;
    await endpoints.remove(tenant, id);
    changed(tenant);
    await records.purge(tenant, DELIVERIES, id);
    await log.remove(tenant, id);
  }

  /** Sends a test, once, whether it is enabled or not. */
  async test(tenant: string, id: string, ended: AbortSignal): Promise<LogEntry> {
    const { endpoints, sender, log, clock, random } = this.#parts;
    const endpoint = await endpoints.find(tenant, id);
    const at = clock();
    const message: Message = {
      id: `msg_test_${Buffer.from(random(12)).toString('hex')}`,
      ...{ type: TEST_TYPE, timestamp: new Date(at).toISOString(), data: { webhook: id } },
    };
    const { outcome, status, fault, durationMs } = await sender.send(endpoint, message, ended);
    const entry: LogEntry = {
      ...{ id: message.id, type: TEST_TYPE, document: null, at, attempt: outcome === 'unasked' ? 0 : 1 },
      ...{ outcome: outcome === 'failed' ? 'given-up' : outcome, status, fault, durationMs, nextAt: null },
    };
    await log.append(tenant, id, [entry]);
    return entry;
  }

  /** Removes what the records were before. @returns how much. */
  async prune(tenant: string): Promise<number> {
    let pruned = 0;
    for (const kind of ['webhooks', DELIVERIES, 'webhook-logs'] as const) {
      pruned += await this.#parts.records.prune(tenant, kind);
    }
    return pruned;
  }

  /** What waits and what was given up. */
  async deliveries(tenant: string, id: string): Promise<Deliveries> {
    const stored = await this.#parts.records.read<Deliveries>(tenant, DELIVERIES, id);
    return stored?.value ?? nothingWaits(0);
  }

  /** What was tried, the latest first. */
  async log(tenant: string, id: string, after: LogPlace | null, most: number) {
    await this.find(tenant, id);
    return await this.#parts.log.list(tenant, id, after, most);
  }

  /** Has one message delivered again, under its id. */
  async replay(tenant: string, id: string, message: string): Promise<void> {
    await this.#enabled(tenant, id);
    const sequence = sequenceIn(message);
    const event = sequence === null ? null : await this.#parts.trail.event(tenant, sequence);
    if (event === null || messageOf(event)?.id !== message) {
      throw new JobError('webhooks/not-found', 'There is no such delivery.');
    }
    await this.#replay(tenant, id, () => [{ sequence: event.sequence, document: event.document }]);
  }

  /** The same for all that were given up since then, the latest 1,000 at most. @returns how many. */
  async replayFailed(tenant: string, id: string, since: number): Promise<number> {
    await this.#enabled(tenant, id);
    let count = 0;
    await this.#replay(tenant, id, ({ failed }) => {
      const wanted = failed.filter(({ at }) => at >= since);
      count = wanted.length;
      return wanted;
    });
    return count;
  }

  async #replay(
    tenant: string,
    id: string,
    wanted: (deliveries: Deliveries) => readonly Pick<Waiting, 'sequence' | 'document'>[],
  ): Promise<void> {
    await this.#ask(tenant, id, (deliveries) => {
      const found = wanted(deliveries).map(({ sequence, document }) => ({ sequence, document }));
      const next = again(deliveries, found, this.#parts.clock());
      if (next !== null) return next;
      throw new JobError('webhooks/conflict', 'Too many deliveries wait already.');
    });
    this.#parts.changed(tenant);
  }

  async #ask(tenant: string, id: string, change: (base: Deliveries) => Deliveries): Promise<void> {
    const { records } = this.#parts;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base = await records.read<Deliveries>(tenant, DELIVERIES, id);
      if (base === null) throw new JobError('webhooks/not-found', 'There is no such webhook.');
      const written = await records.write({ tenant, kind: DELIVERIES, id }, base, change(base.value));
      if (written !== null) return;
    }
    throw new JobError('webhooks/conflict', 'Deliveries are being made. Try again.');
  }

  async #enabled(tenant: string, id: string): Promise<void> {
    const { state } = await this.find(tenant, id);
    if (state === 'disabled')
      throw new JobError('webhooks/conflict', 'The webhook is disabled: enable it first.');
  }

  /** The last event of the tenant's trail. */
  async #end(tenant: string): Promise<number> {
    const { trail } = this.#parts;
    await trail.advance().catch(() => {});
    const end = trail.end(tenant);
    if (end === null)
      throw new OutsideError('AuditSink', 'unavailable', 'The end of the trail is not known.');
    let { sequence } = end;
    // Others may have gone on with it.
    for (;;) {
      const last = (await trail.next(tenant, sequence + 1))?.at(-1);
      if (last === undefined) return sequence;
      sequence = last.sequence;
    }
  }
}
