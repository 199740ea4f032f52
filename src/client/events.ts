import { ProblemError, unreachable } from './problem.ts';
import { pause } from './retries.ts';
import type { Service } from './service.ts';

// Server-sent events (WHATWG HTML § 9.2), read with `fetch`, so that a credential can go with the request.

/** One event as it was sent. */
export interface SentEvent {
  /** Of this event, or of the last one before it that had one. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

const NO_CONTENT = 204;
/** Characters of one event; one that is longer is no event of this service. */
const MOST_EVENT = 1024 * 1024;

/**
 * Events as they come, for as long as the service sends them. A connection that ends is opened again behind the last
 * event that arrived; the service says that there are no more by `204`.
 *
 * @param lastEventId where to go on
 * @throws {ProblemError} when it answers with a problem that does not pass, or too often not at all; `signal`'s reason
 */
export async function* readEvents(
  service: Service,
  path: string,
  { lastEventId = '', signal }: { readonly lastEventId?: string; readonly signal?: AbortSignal } = {},
): AsyncGenerator<SentEvent, void> {
  let last = lastEventId;
  let retryMs = 0;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const resume = last === '' ? {} : { lastEventId: last };
      const response = await service.ask(path, { accept: 'text/event-stream', ...resume, signal });
      if (response.status === NO_CONTENT) return;
      for await (const found of eventsIn(response, last)) {
        failures = 0;
        last = found.id;
        if ('retryMs' in found) retryMs = found.retryMs;
        else yield found;
      }
      throw unreachable();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ProblemError)) throw error;
      const ms = service.pauseMs(error, ++failures);
      if (ms === null) throw error;
      await pause(Math.max(ms, retryMs), signal);
    }
  }
}

interface Wish {
  readonly id: string;
  readonly retryMs: number;
}

/** A cut connection ends it like a closed one: what follows is asked for in either case. */
async function* eventsIn(response: Response, last: string): AsyncGenerator<SentEvent | Wish> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser(last);
  try {
    for (;;) {
      const next = await reader?.read().catch(() => undefined);
      if (next?.value === undefined) return;
      yield* parser.take(next.value);
    }
  } finally {
    void reader?.cancel().catch(() => {});
  }
}

/** Turns text, cut anywhere, into events. */
export class EventParser {
  #rest = '';
  #id: string;
  #event = '';
  #data: string[] = [];

  constructor(lastEventId: string) {
    this.#id = lastEventId;
  }

  /** @throws {ProblemError} for an event of more than a million characters. */
  *take(text: string): Generator<SentEvent | Wish> {
    this.#rest += text;
    for (;;) {
      // A CR at the end may be half of a line's end.
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (end === null) break;
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      const found = this.#line(line);
      if (found !== null) yield found;
    }
    const held = this.#rest.length + this.#data.reduce((sum, line) => sum + line.length, 0);
    if (held > MOST_EVENT) throw new ProblemError({ code: 'client/unexpected-answer' });
  }

  #line(line: string): SentEvent | Wish | null {
    if (line === '') return this.#dispatch();
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === 'event') this.#event = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'retry' && /^\d+$/.test(value)) return { id: this.#id, retryMs: Number(value) };
    return null;
  }

  #dispatch(): SentEvent | null {
    const event = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? null : event;
  }
}
