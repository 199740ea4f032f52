import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What arrived, verified by the official library. */
export interface Arrived {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Which of the receiver's secrets it was believed by. */
  readonly by: readonly string[];
  readonly signature: string;
  /** What was signed. */
  readonly signed: string;
  /** Milliseconds since 1970 by the receiver's clock. */
  readonly at: number;
}

/** A receiver as somebody writes it with the official library of Standard Webhooks. */
export class Receiver {
  readonly arrived: Arrived[] = [];
  /** What no secret fits. */
  refused = 0;
  secrets: string[] = [];
  /** What is answered to a verified message. */
  answer: (message: Arrived, response: ServerResponse) => unknown = (_, response) =>
    response.writeHead(204).end();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async listen(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(port, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  get types(): string[] {
    return this.arrived.map(({ type }) => type);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const by = this.secrets.filter((secret) => {
      try {
        new Webhook(secret).verify(body, request.headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    });
    if (by.length === 0) {
      this.refused += 1;
      return void response.writeHead(401).end();
    }
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = request.headers;
    const signed = `${id}.${timestamp}.${body}`;
    const message = { ...JSON.parse(body), id, by, signature, signed, at: Date.now() } as Arrived;
    this.arrived.push(message);
    this.answer(message, response);
  }
}
