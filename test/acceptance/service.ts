import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, readConfig } from '../../src/config.ts';
import { createLog, systemClock } from '../../src/kit/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
import { ROLES, shutDown } from '../../src/roles/index.ts';

/** Threads that behave as the option `author` says; see the module. */
export const STAND_IN_ENGINE = new URL('../fixtures/engine-worker.ts', import.meta.url);

export interface Service {
  readonly url: string;
  /** What signs in once, where the settings ask for it. */
  readonly link: string | null;
  readonly port: number;
  readonly dataDirectory: string;
  /** Every log line so far, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  health(): Promise<Health>;
  stop(): Promise<void>;
}

export interface Health {
  readonly status: string;
  readonly pool: { readonly running: number; readonly waiting: number; readonly places: number };
  readonly uploadBytesHeld: number;
}

export interface ServiceOptions {
  readonly settings?: Environment;
  readonly engineScript?: URL;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** What rates go by; the system's clock by default, so that one that jumps to and fro refuses nobody. */
  readonly ratesClock?: () => number;
  readonly dataDirectory?: string;
  readonly assetsDirectory?: string;
}

/** The real service of the role `all` on a free port, with data in a folder of its own. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'redline-service-')));
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const settings = { PORT: '0', REDLINE_DATA: dataDirectory, REDLINE_WORKERS: '1', ...options.settings };
  const { assetsDirectory = readConfig(settings, {}).assetsDirectory } = options;
  const config = { ...readConfig(settings, {}), assetsDirectory };
  const { engineScript, clock = systemClock, ratesClock = systemClock } = options;
  const platform = await openEmbeddedPlatform(dataDirectory, { ...config, clock: ratesClock });
  const start = await ROLES.all();
  const role = await start({
    config,
    platform,
    log,
    clock,
    ...(engineScript === undefined ? {} : { engineScript }),
  });
  return {
    url: role.url,
    link: role.link,
    port: Number(new URL(role.url).port),
    dataDirectory,
    lines,
    health: async () => (await (await fetch(`${role.url}/health`)).json()) as Health,
    stop: async () => {
      await shutDown(role.shutdown, log);
      await platform.close();
      if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true });
    },
  };
}

export interface FormParts {
  readonly original?: Uint8Array | readonly Uint8Array[];
  readonly modified?: Uint8Array | readonly Uint8Array[];
  readonly options?: unknown;
  readonly [unknown: string]: unknown;
}

/** A form as a browser sends it. A list sends its field several times. */
export function form(parts: FormParts): FormData {
  const data = new FormData();
  for (const [field, given] of Object.entries(parts)) {
    for (const value of Array.isArray(given) ? given : [given]) {
      if (value instanceof Uint8Array)
        data.append(field, new Blob([Uint8Array.from(value)]), `${field}.docx`);
      else data.append(field, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return data;
}

export function post(
  service: Service,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${service.url}/v1/comparisons`, { method: 'POST', body, headers });
}

/** Two small inputs and what the stand-in engine shall do with them. */
export function asked(behaviour: string): FormData {
  return form({ original: Uint8Array.of(1), modified: Uint8Array.of(2, 3), options: { author: behaviour } });
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with headers that `fetch` would not send. */
export function rawRequest(
  service: Service,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<RawAnswer> {
  return answerOf(httpRequest({ host: '127.0.0.1', port: service.port, method, path, headers }).end());
}

/** An upload that is opened and fed by hand. */
export function openUpload(service: Service, headers: Record<string, string> = {}): ClientRequest {
  const type = 'multipart/form-data; boundary=cut';
  const path = '/v1/comparisons';
  const all = { 'content-type': type, ...headers };
  return httpRequest({ host: '127.0.0.1', port: service.port, method: 'POST', path, headers: all });
}

export const partHead = (field: string): string =>
  `--cut\r\ncontent-disposition: form-data; name="${field}"; filename="${field}.docx"\r\n\r\n`;

export function answerOf(request: ClientRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
  });
}

/** Sends bytes as they are and gives back all that comes until the other side ends. */
export function rawBytes(service: Service, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(service.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}
