import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { json, redline } from '../support/cli.ts';
import { textPdf } from '../support/files.ts';
import { type Desk, type Kept, openDesk } from './desk.ts';

const launcher = resolve(import.meta.dirname, '../../bin/redline.js');
const PIECE = 1024 * 1024;

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const at = (name: string): string => desk.at(name);

/** A way to the service that can be held up. */
interface Gate {
  readonly url: string;
  /** Offsets of the pieces that came by. */
  readonly offsets: number[];
  /** Resolves when so many pieces came by; the next one is held until `open`. */
  hold(pieces: number): Promise<void>;
  open(): void;
  close(): Promise<void>;
}

async function openGate(): Promise<Gate> {
  const offsets: number[] = [];
  let passing = Number.POSITIVE_INFINITY;
  let reached: () => void = () => {};
  const server: Server = createServer((incoming, outgoing) => {
    if (incoming.method === 'PATCH') {
      if (offsets.length >= passing) {
        reached();
        return;
      }
      offsets.push(Number(incoming.headers['upload-offset']));
    }
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, host: new URL(desk.service.url).host };
    const onward = request(
      { host: '127.0.0.1', port: desk.service.port, method, path, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    offsets,
    hold: (pieces) => {
      passing = pieces;
      return new Promise((resolve) => {
        reached = resolve;
      });
    },
    open: () => {
      passing = Number.POSITIVE_INFINITY;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('an upload that is cut short', () => {
  beforeEach(() => rmSync(at('state'), { recursive: true, force: true }));
  const large = (): Buffer => Buffer.from(textPdf(randomBytes(2 * PIECE).toString('hex')));
  const starts = (gate: Gate, name: string, ...flags: string[]): ChildProcess =>
    spawn(process.execPath, [launcher, 'documents', 'upload', name, ...flags], {
      cwd: desk.folder,
      env: desk.environment(gate.url),
      stdio: 'ignore',
    });

  test('by a kill goes on where it was when the command is run again', async () => {
    const gate = await openGate();
    const bytes = large();
    writeFileSync(at('killed.pdf'), bytes);
    const held = gate.hold(2);
    const child = starts(gate, 'killed.pdf');
    await held;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const [state = ''] = desk.remembered();
    expect(state).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(at(`state/redline/uploads/${state}`), 'utf8')).toMatch(/^u_[0-9a-f]+$/);
    expect(statSync(at(`state/redline/uploads/${state}`)).mode & 0o777).toBe(0o600);
    gate.open();
    const again = await desk.run(['upload', 'killed.pdf', '--json'], desk.environment(gate.url));
    const [document] = json<{ documents: Kept[] }>(again).documents;
    expect(gate.offsets).toEqual([0, PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE]);
    await desk.run(['download', document?.id ?? '', '-o', 'killed-back.pdf']);
    expect(readFileSync(at('killed-back.pdf')).equals(bytes)).toBe(true);
    expect(
      json<{ documents: Kept[] }>(await desk.run(['list', '--name', 'killed.pdf', '--json'])).documents,
    ).toHaveLength(1);
    expect(desk.remembered()).toEqual([]);
    await gate.close();
  });

  test('by a service that goes away ends with 5, and goes on later', async () => {
    const first = await openGate();
    writeFileSync(at('away.pdf'), large());
    const held = first.hold(1);
    const running = redline(['documents', 'upload', 'away.pdf', '--patience', '0', '--json'], {
      cwd: desk.folder,
      env: desk.environment(first.url),
    });
    await held;
    await first.close();
    const result = await running;
    expect([result.exitCode, json<{ code: string; detail: string }>(result)]).toEqual([
      5,
      expect.objectContaining({ code: 'client/unreachable', detail: expect.stringContaining('goes on') }),
    ]);
    expect(desk.remembered()).toHaveLength(1);
  });

  test('a file that changed in between is sent anew', async () => {
    const gate = await openGate();
    writeFileSync(at('changed.pdf'), large());
    const held = gate.hold(2);
    const child = starts(gate, 'changed.pdf');
    await held;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const bytes = large();
    writeFileSync(at('changed.pdf'), bytes);
    gate.open();
    const again = await desk.run(['upload', 'changed.pdf', '--json'], desk.environment(gate.url));
    const [document] = json<{ documents: Kept[] }>(again).documents;
    expect(gate.offsets.slice(2, 4)).toEqual([0, PIECE]);
    await desk.run(['download', document?.id ?? '', '-o', 'changed-back.pdf']);
    expect(readFileSync(at('changed-back.pdf')).equals(bytes)).toBe(true);
    await gate.close();
  });
});
