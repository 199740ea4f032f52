import type { Cache } from '../../access/index.ts';
import { ask, type RedisClient } from './connection.ts';

const PORT = 'Cache';
const place = (key: string): string => `redline:cache:${key}`;

/** A cache that processes share. */
export class RedisCache implements Cache {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  async get(key: string): Promise<string | null> {
    return await ask(PORT, this.#client, false, () => this.#client.get(place(key)));
  }

  async set(key: string, value: string, lifetimeMs: number): Promise<void> {
    await ask(PORT, this.#client, true, () => this.#client.set(place(key), value, 'PX', lifetimeMs));
  }

  async take(key: string): Promise<string | null> {
    return await ask(PORT, this.#client, true, () => this.#client.getdel(place(key)));
  }

  async delete(key: string): Promise<void> {
    await ask(PORT, this.#client, true, () => this.#client.del(place(key)));
  }

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }
}
