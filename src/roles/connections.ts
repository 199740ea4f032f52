import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Which connections of a server have an answer under way. Node's own `closeIdleConnections` leaves those alone on which
 * nothing was ever asked, and browsers open such ones ahead: without this the end would wait for them.
 */
export class Connections {
  /** Open connections, each with the number of answers under way. */
  readonly #answers = new Map<Socket, number>();
  #ending = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#answers.set(socket, 0);
      socket.once('close', () => this.#answers.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#count(socket, 1);
      response.once('close', () => this.#count(socket, -1));
    });
  }

  /** Ends every connection as soon as no answer is under way on it. */
  end(): void {
    this.#ending = true;
    for (const [socket, answers] of this.#answers) if (answers === 0) socket.destroySoon();
  }

  #count(socket: Socket, change: 1 | -1): void {
    const answers = this.#answers.get(socket);
    if (answers === undefined) return;
    this.#answers.set(socket, answers + change);
    if (this.#ending && answers + change === 0) socket.destroySoon();
  }
}
