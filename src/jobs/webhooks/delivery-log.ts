import type { StoredRecord } from '../../access/index.ts';
import type { WebhookEventType } from './catalogue.ts';
import type { WebhookRecords } from './endpoints.ts';
import type { SendFault } from './sender.ts';

/** A log is a ring of pages: the oldest one is written over. */
const PAGES = 25;
const PAGE_ENTRIES = 200;
const MOST_TRIES = 8;
const KIND = 'webhook-logs';

/** One attempt at a delivery. */
export interface LogEntry {
  /** Of the message: `webhook-id`. */
  readonly id: string;
  readonly type: WebhookEventType | null;
  readonly document: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** From 1 on; 0 where nobody was asked. */
  readonly attempt: number;
  readonly outcome: 'delivered' | 'failed' | 'given-up' | 'unasked';
  readonly status: number | null;
  readonly fault: SendFault | null;
  readonly durationMs: number;
  /** When the next attempt is made. */
  readonly nextAt: number | null;
}

interface Page {
  /** Counts the pages that there ever were. */
  readonly number: number;
  readonly entries: readonly LogEntry[];
}

/** Where the next page of a listing begins: behind so many entries of a page. */
export interface LogPlace {
  readonly page: number;
  readonly left: number;
}

/** What was tried at each endpoint: its last 5,000 attempts, or a few less. Throws `OutsideError`. */
export class DeliveryLog {
  readonly #records: WebhookRecords;

  constructor(records: WebhookRecords) {
    this.#records = records;
  }

  async append(tenant: string, endpoint: string, entries: readonly LogEntry[]): Promise<void> {
    let left = entries;
    for (let tries = 0; left.length > 0 && tries < MOST_TRIES; tries += 1) {
      const last = await this.#last(tenant, endpoint);
      const isFull = last !== null && last.value.entries.length >= PAGE_ENTRIES;
      const number = (last?.value.number ?? -1) + (isFull || last === null ? 1 : 0);
      const base = isFull ? await this.#read(tenant, endpoint, number) : last;
      const before = isFull ? [] : (last?.value.entries ?? []);
      const room = PAGE_ENTRIES - before.length;
      const page: Page = { number, entries: [...before, ...left.slice(0, room)] };
      const place = { tenant, kind: KIND, id: nameOf(endpoint, number) } as const;
      if ((await this.#records.write<Page>(place, base, page)) !== null) left = left.slice(room);
    }
  }

  /** The latest first. @param after where the page before ended. @param most entries, from 1 on. */
  async list(
    tenant: string,
    endpoint: string,
    after: LogPlace | null,
    most: number,
  ): Promise<{ readonly entries: readonly LogEntry[]; readonly next: LogPlace | null }> {
    const first = after?.page ?? (await this.#last(tenant, endpoint))?.value.number ?? null;
    const entries: LogEntry[] = [];
    if (first === null) return { entries, next: null };
    for (let number = first; number > first - PAGES && number >= 0; number -= 1) {
      const page = await this.#read(tenant, endpoint, number);
      if (page?.value.number !== number) break;
      const left = number === after?.page ? after.left : page.value.entries.length;
      const taken = page.value.entries.slice(Math.max(0, left - (most - entries.length)), left).reverse();
      entries.push(...taken);
      if (entries.length === most) return { entries, next: { page: number, left: left - taken.length } };
    }
    return { entries, next: null };
  }

  async remove(tenant: string, endpoint: string): Promise<void> {
    for (let number = 0; number < PAGES; number += 1) {
      await this.#records.purge(tenant, KIND, nameOf(endpoint, number));
    }
  }

  async #last(tenant: string, endpoint: string): Promise<StoredRecord<Page> | null> {
    // Pages are written one after the other: the ring rises up to the last one, and falls behind it.
    const first = await this.#read(tenant, endpoint, 0);
    if (first === null) return null;
    let low = 0;
    let high = PAGES;
    let last = first;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const page = await this.#read(tenant, endpoint, middle);
      if (page !== null && page.value.number > first.value.number) {
        low = middle;
        last = page;
      } else high = middle;
    }
    return last;
  }

  async #read(tenant: string, endpoint: string, number: number): Promise<StoredRecord<Page> | null> {
    return await this.#records.read<Page>(tenant, KIND, nameOf(endpoint, number));
  }
}

function nameOf(endpoint: string, number: number): string {
  return `${endpoint}-${String(number % PAGES).padStart(2, '0')}`;
}
