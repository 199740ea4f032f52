import { EventEmitter } from 'node:events';
import type { Channel } from '../../access/index.ts';

/** Tells whoever listens in this process. */
export class MemoryChannel implements Channel {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  async publish(topic: string, message: string): Promise<void> {
    this.#emitter.emit(`topic ${topic}`, message);
  }

  async subscribe(topic: string, listen: (message: string) => void): Promise<() => void> {
    const name = `topic ${topic}`;
    const listener = (message: string): void => listen(message);
    this.#emitter.on(name, listener);
    return () => this.#emitter.off(name, listener);
  }

  async probe(): Promise<void> {}
}
