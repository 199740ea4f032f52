import type { Channel } from '../../access/index.ts';
import { ask, type RedisClient } from './connection.ts';

const PORT = 'Channel';
const place = (topic: string): string => `redline:channel:${topic}`;

type Listener = (message: string) => void;

/** Tells every process that listens on one Redis. */
export class RedisChannel implements Channel {
  readonly #client: RedisClient;
  /** A connection that listens can do nothing else. */
  readonly #ears: RedisClient;
  readonly #listeners = new Map<string, Set<Listener>>();

  /** @param ears another connection to the same Redis. */
  constructor(client: RedisClient, ears: RedisClient) {
    this.#client = client;
    this.#ears = ears;
    ears.on('message', (topic: string, message: string) => {
      for (const listen of this.#listeners.get(topic) ?? []) listen(message);
    });
    // After the server was away, whatever is listened for is asked for again.
    ears.on('ready', () => {
      for (const topic of this.#listeners.keys()) ears.subscribe(topic).catch(() => {});
    });
  }

  async publish(topic: string, message: string): Promise<void> {
    await ask(PORT, this.#client, true, () => this.#client.publish(place(topic), message));
  }

  async subscribe(topic: string, listen: Listener): Promise<() => void> {
    const name = place(topic);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listen));
    // Where the server is away now, it is asked as soon as it is back.
    if (this.#ears.status === 'ready') await ask(PORT, this.#ears, false, () => this.#ears.subscribe(name));
    return () => {
      listeners.delete(listen);
      if (listeners.size > 0 || !this.#listeners.delete(name)) return;
      this.#ears.unsubscribe(name).catch(() => {});
    };
  }

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }
}
