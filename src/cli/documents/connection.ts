import { type Problem, Service } from '../../client/index.ts';
import { type ClientConfig, readClientConfig } from '../../config.ts';
import { CliError } from '../errors.ts';

/** What every verb of `redline documents` takes. */
export interface ServiceFlags {
  readonly server?: string;
  readonly json?: boolean;
}

export interface Connection {
  readonly service: Service;
  readonly server: string;
  readonly config: ClientConfig;
}

/** The service that is meant; nothing is asked yet. @throws {CliError} when the address is none. */
export function connect({ server: given }: ServiceFlags): Connection {
  const config = readClientConfig();
  const server = given ?? config.server;
  const url = URL.parse(server);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new CliError('usage', `--server is not an address such as http://127.0.0.1:8080: ${server}`);
  }
  const { apiKey } = config;
  // A header takes printable ASCII; what is none would end in an error that names it.
  if (apiKey !== null && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new CliError('usage', 'REDLINE_API_KEY is not a key such as rl_live_…');
  return { service: new Service(server, { key: apiKey ?? undefined }), server, config };
}

/** A service that is away may come back; one that refuses means it. */
export function isAway({ status }: Pick<Problem, 'status'>): boolean {
  return status === 0 || status >= 500 || status === 408 || status === 429;
}
