import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { ApiFailure, type Resource, type SentRow, Warehouse } from './warehouse-tables.ts';

/**
 * The part of BigQuery's REST API that the adapter uses, as its published description says
 * (https://cloud.google.com/bigquery/docs/reference/rest), with what emulators leave out: `insertId` that is known for a minute,
 * rows that are refused with their reasons, schemas that only grow, and faults on demand.
 */
export interface WarehouseServer {
  readonly url: string;
  readonly warehouse: Warehouse;
  /** Every call so far, by its kind. */
  readonly calls: CallKind[];
  /** What each of them named: the path, and the query with what it was given. */
  readonly asked: string[];
  /** The next calls of this kind meet the fault; `times` is 1 by default. */
  fail(kind: CallKind, fault: Fault, times?: number): void;
  /** Whether nothing is answered: connections end. */
  down: boolean;
  stop(): Promise<void>;
}

export type CallKind = 'dataset' | 'table' | 'create' | 'change' | 'insert' | 'query';

/** What goes wrong with a call: before anything is done, after all of it was, or with some rows of an insertion. */
export type Fault =
  | {
      readonly at: 'before' | 'after';
      readonly status: number;
      readonly reason: string;
      readonly retryAfter?: string;
    }
  | { readonly at: 'before' | 'after'; readonly drop: true }
  | {
      readonly at: 'rows';
      readonly rows: readonly number[];
      readonly reason: string;
      readonly message?: string;
    };

interface Reply {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startWarehouseServer(): Promise<WarehouseServer> {
  const api = new Api();
  const server = createServer((request, response) => {
    api.serve(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(api, {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      api.warehouse.close();
    },
  });
}

class Api {
  readonly warehouse = new Warehouse();
  readonly calls: CallKind[] = [];
  readonly asked: string[] = [];
  readonly #faults: { kind: CallKind; fault: Fault }[] = [];
  down = false;

  fail(kind: CallKind, fault: Fault, times = 1): void {
    for (let n = 0; n < times; n += 1) this.#faults.push({ kind, fault });
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    const kind = kindOf(request, path);
    this.calls.push(kind);
    const body = request.method === 'GET' ? {} : ((await json(request)) as Resource);
    this.asked.push(`${path} ${JSON.stringify(body)}`);
    if (this.down) return void response.destroy();
    const at = this.#faults.findIndex((planned) => planned.kind === kind);
    const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
    if (fault?.at === 'before') return meet(fault, response);
    const reply = this.#reply(kind, path, body, fault?.at === 'rows' ? fault : null);
    if (fault?.at === 'after') return meet(fault, response);
    send(response, reply);
  }

  #reply(kind: CallKind, path: string, body: Resource, fault: (Fault & { at: 'rows' }) | null): Reply {
    try {
      return { status: 200, body: this.#route(kind, path, body, fault) };
    } catch (error) {
      if (error instanceof ApiFailure) return failure(error.status, error.reason, error.message);
      return failure(400, 'invalidQuery', String(error));
    }
  }

  #route(kind: CallKind, path: string, body: Resource, fault: (Fault & { at: 'rows' }) | null): object {
    const [, dataset = '', table = ''] = /\/datasets\/([^/]+)(?:\/tables\/([^/]+))?/.exec(path) ?? [];
    if (kind === 'query') return this.warehouse.query(body);
    if (kind === 'dataset') return this.warehouse.dataset(dataset);
    if (kind === 'create') return this.warehouse.create(dataset, body);
    if (kind === 'change') return this.warehouse.change(dataset, table, body);
    if (kind === 'table') return this.warehouse.table(dataset, table);
    return this.warehouse.insert(
      dataset,
      table,
      body.rows as SentRow[],
      body.skipInvalidRows === true,
      fault,
    );
  }
}

function kindOf({ method }: IncomingMessage, path: string): CallKind {
  if (path.endsWith('/queries')) return 'query';
  if (path.endsWith('/insertAll')) return 'insert';
  if (method === 'PATCH') return 'change';
  if (method === 'POST') return 'create';
  return path.includes('/tables/') ? 'table' : 'dataset';
}

function meet(fault: Fault, response: ServerResponse): void {
  if ('drop' in fault || fault.at === 'rows') return void response.destroy();
  const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
  send(response, { ...failure(fault.status, fault.reason, fault.reason), headers });
}

function failure(status: number, reason: string, message: string): Reply {
  return { status, body: { error: { code: status, message, errors: [{ reason, message }] } } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}
