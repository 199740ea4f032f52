import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { availableParallelism, homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findProgram } from './find-program.ts';
import { type GcpConfig, gcpOf } from './gcp-config.ts';
import { LOG_LEVELS, type LogLevel } from './kit/index.ts';
import { checkSignIn, residenciesOf, type SignInConfig, signInFields, signInOf } from './sign-in-config.ts';

/** Everything that can be set from outside, checked and typed. Passed down, never fetched. */
export interface Config {
  /** What this process does: the HTTP interface, operations that take longer, or both. */
  readonly role: RoleName;
  /** Operations that it does at a time. */
  readonly jobs: number;
  /** Milliseconds that an operation, and what came of it, is kept after its end. */
  readonly keepResultsMs: number;
  /** A loopback address, unless people sign in at an `https://` address of a proxy in front. */
  readonly host: string;
  /** How many proxies stand in front of it, each of which adds to `X-Forwarded-For`. */
  readonly proxies: number;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Tenants that have a region of their own; the others are where documents are kept by default. */
  readonly residencies: ReadonlyMap<string, 'us' | 'eu'>;
  /** Regions whose tenants this process works for; `null`: all. */
  readonly serves: ReadonlySet<string> | null;
  /** Where documents are kept in Google Cloud; `null`: on this machine. */
  readonly gcp: GcpConfig | null;
  /** Absolute path of the folder that the embedded platform keeps its data in; in the cloud, what can be made again. */
  readonly dataDirectory: string;
  /** Protects the ring of keys; `null`: the rights of its file do. Never logged. */
  readonly passphrase: string | null;
  /** Absolute path of the built pages and samples. */
  readonly assetsDirectory: string;
  /** Threads that compare documents. */
  readonly workers: number;
  /** Requests that may wait for a thread; one more is refused. */
  readonly queueLength: number;
  /** Milliseconds that one comparison may take, and that a request may wait for a thread. */
  readonly deadlineMs: number;
  /** MB of V8 heap for each thread. */
  readonly workerMemoryMb: number;
  /** MB that all uploads in flight may hold together. */
  readonly uploadMemoryMb: number;
  /** MB that all kept results may hold together. */
  readonly resultsMb: number;
  /** What makes PDFs. */
  readonly printer: PrinterConfig;
  /** Where figures for Prometheus are read, by anybody who can reach it; `null`: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** Where clamd listens; `null`: uploads are checked for their structure only. */
  readonly clamd: ClamdConfig | null;
  /** Addresses of Redis, one or those of a cluster; `null`: nothing is shared with other processes. Never logged. */
  readonly redis: readonly string[] | null;
  /** Who may reach the service, and how they prove who they are. */
  readonly signIn: SignInConfig;
  /** From where documents may be fetched. */
  readonly fetch: FetchConfig;
  /** Where deliveries of webhooks may go. */
  readonly webhooks: WebhookConfig;
  readonly logLevel: LogLevel;
}

export const ROLE_NAMES = ['all', 'api', 'worker'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

export type ClamdConfig = { readonly path: string } | { readonly host: string; readonly port: number };

export interface FetchConfig {
  /** `example.com`, `example.com:8443` or `*.example.com`; none: nothing is fetched. */
  readonly hosts: readonly string[];
  /** Whether `http` is allowed beside `https`. */
  readonly plain: boolean;
}

export interface WebhookConfig {
  /** As of `FetchConfig`; none: to every host. */
  readonly hosts: readonly string[];
  /** Ranges of addresses that are allowed beside public ones, and to which plain `http` is too. */
  readonly networks: readonly string[];
}

export interface PrinterConfig {
  /** Absolute path of LibreOffice, or null where there is none or none is wanted. */
  readonly office: string | null;
  /** Absolute path of Chromium, or null. */
  readonly browser: string | null;
  /** Milliseconds that one PDF may take. */
  readonly deadlineMs: number;
  /** MB that the program may hold. */
  readonly memoryMb: number;
}

/** The environment, or a part of it that someone else fills (the command line's options). */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Lets so many calls to the disk run at once, unless the environment says otherwise: most of the time they wait, and with
 * Node's four a few flushes of large files keep all others waiting too. Only before the first of them has it an effect.
 */
export function widenThreadPool(environment: NodeJS.ProcessEnv = process.env): void {
  environment.UV_THREADPOOL_SIZE ??= '16';
}

/** The configuration is unusable; the message lists every fault, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'] as const;

const wholeIfAny = (least: number, most: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int({ error: 'must be a whole number' })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` });
const whole = (least: number, most: number, byDefault: number) => wholeIfAny(least, most).default(byDefault);

const clamd = z
  .string()
  .refine((text) => clamdOf(text) !== undefined, {
    error: 'must be tcp://HOST:PORT, or the absolute path of a socket',
  })
  .optional();

const metrics = z
  .string()
  .refine((text) => metricsOf(text) !== undefined, {
    error: 'must be ADDRESS:PORT, such as 127.0.0.1:9090 or 0.0.0.0:9090',
  })
  .optional();

const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
const hosts = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((host) => host !== ''))
  .refine((list) => list.every((host) => HOST.test(host)), {
    error: 'must be names of hosts with commas between them, such as example.com,*.example.org',
  });

const networks = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((range) => range !== ''))
  .refine((list) => list.every(isRange), {
    error: 'must be ranges of addresses with commas between them, such as 10.0.0.0/8,fd00::/8',
  });

/** `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */
function isRange(text: string): boolean {
  const [address = '', bits = '0', more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more === undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

const redis = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((address) => address !== ''))
  .refine((list) => list.length > 0 && list.every(isRedis), {
    error:
      'must be redis://HOST:PORT or rediss://HOST:PORT; several with commas between them are nodes of a cluster',
  })
  .optional();

const schema = z
  .object({
    HOST: z
      .string()
      .refine((host) => isIP(host) !== 0 || host === 'localhost', {
        error: 'must be an IP address or localhost',
      })
      .default('127.0.0.1'),
    PORT: whole(0, 65_535, 8080),
    REDLINE_DATA: z.string().default('.redline'),
    REDLINE_PLATFORM: z.enum(['embedded', 'gcp'], { error: 'must be embedded or gcp' }).default('embedded'),
    REDLINE_RESIDENCY: z.enum(['us', 'eu'], { error: 'must be us or eu' }).optional(),
    REDLINE_SERVES: z
      .string()
      .transform((text) => new Set(text.split(/[\s,]+/).filter((name) => name !== '')))
      .optional(),
    REDLINE_GCS_US: z.string().optional(),
    REDLINE_GCS_EU: z.string().optional(),
    REDLINE_KMS_US: z.string().optional(),
    REDLINE_KMS_EU: z.string().optional(),
    REDLINE_BIGQUERY_US: z.string().optional(),
    REDLINE_BIGQUERY_EU: z.string().optional(),
    REDLINE_CHECKPOINTS_US: z.string().optional(),
    REDLINE_CHECKPOINTS_EU: z.string().optional(),
    REDLINE_GCP_PROJECT: z.string().optional(),
    REDLINE_NEARLINE_DAYS: whole(0, 36_500, 90),
    REDLINE_COLDLINE_DAYS: whole(0, 36_500, 365),
    REDLINE_WORKERS: whole(1, 64, Math.min(8, Math.max(1, availableParallelism() - 1))),
    REDLINE_ROLE: z.enum(ROLE_NAMES, { error: `must be one of ${ROLE_NAMES.join(', ')}` }).default('all'),
    REDLINE_JOBS: wholeIfAny(1, 256).optional(),
    REDLINE_RESULT_HOURS: whole(1, 168, 24),
    REDLINE_QUEUE: whole(0, 10_000, 128),
    REDLINE_DEADLINE_MS: whole(10, 600_000, 60_000),
    REDLINE_WORKER_MEMORY_MB: whole(64, 16_384, 1024),
    REDLINE_UPLOAD_MEMORY_MB: whole(101, 16_384, 256),
    REDLINE_RESULTS_MB: whole(1, 1_000_000, 2048),
    REDLINE_OFFICE: z.string().optional(),
    REDLINE_BROWSER: z.string().optional(),
    REDLINE_PDF_MEMORY_MB: whole(256, 16_384, 2048),
    REDLINE_PASSPHRASE: z
      .string()
      .min(12, { error: 'must have at least 12 characters' })
      .max(1000)
      .optional(),
    REDLINE_CLAMD: clamd,
    REDLINE_METRICS: metrics,
    REDLINE_REDIS: redis,
    ...signInFields,
    REDLINE_PROXIES: whole(0, 10, 0),
    REDLINE_FETCH_HOSTS: hosts,
    REDLINE_FETCH_PLAIN: z.enum(['yes', 'no'], { error: 'must be yes or no' }).default('no'),
    REDLINE_WEBHOOK_HOSTS: hosts,
    REDLINE_WEBHOOK_NETWORKS: networks,
    PATH: z.string().default(''),
    REDLINE_LOG_LEVEL: z
      .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
      .default('info'),
  })
  .superRefine(checkSignIn)
  .superRefine((values, context) => {
    const message = faultOfHost(values);
    if (message !== null) context.addIssue({ code: 'custom', path: ['HOST'], message });
  });

/**
 * Reads the configuration.
 *
 * @param overrides win over the environment; an empty string counts as not set in both.
 * @throws {ConfigError} naming every variable that cannot be used, and why.
 */
export function readConfig(overrides: Environment = {}, environment: Environment = process.env): Config {
  const given = Object.entries({ ...environment, ...present(overrides) }).filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
    throw new ConfigError(`The configuration cannot be used:\n${faults.join('\n')}`);
  }
  const values = parsed.data;
  const residencies = residenciesOf(values);
  const gcp = values.REDLINE_PLATFORM === 'gcp' ? gcpOf(values, residencies) : null;
  if (gcp !== null && !('places' in gcp)) {
    throw new ConfigError(
      `The configuration cannot be used:\n${gcp.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
  const serves = values.REDLINE_SERVES ?? null;
  const regions = gcp === null ? ['local', 'us', 'eu'] : gcp.places.map(({ residency }) => residency);
  if (
    serves !== null &&
    (serves.size === 0 || ![...serves].every((name) => regions.some((one) => one === name)))
  ) {
    throw new ConfigError(
      `The configuration cannot be used:\n  REDLINE_SERVES must name regions that there are, with commas between them: ${regions.join(', ')}`,
    );
  }
  return {
    serves,
    role: values.REDLINE_ROLE,
    // One more than there are threads: while one reads or keeps, no thread waits.
    jobs: values.REDLINE_JOBS ?? values.REDLINE_WORKERS + 1,
    keepResultsMs: values.REDLINE_RESULT_HOURS * 3_600_000,
    residencies,
    gcp,
    host: values.HOST,
    proxies: values.REDLINE_PROXIES,
    port: values.PORT,
    dataDirectory: resolve(values.REDLINE_DATA),
    passphrase: values.REDLINE_PASSPHRASE ?? null,
    assetsDirectory: builtFiles(),
    workers: values.REDLINE_WORKERS,
    queueLength: values.REDLINE_QUEUE,
    deadlineMs: values.REDLINE_DEADLINE_MS,
    workerMemoryMb: values.REDLINE_WORKER_MEMORY_MB,
    uploadMemoryMb: values.REDLINE_UPLOAD_MEMORY_MB,
    resultsMb: values.REDLINE_RESULTS_MB,
    printer: {
      office: findProgram(values.REDLINE_OFFICE, ['soffice', 'libreoffice'], values.PATH),
      browser: findProgram(
        values.REDLINE_BROWSER,
        ['chromium', 'chromium-browser', 'google-chrome'],
        values.PATH,
      ),
      deadlineMs: values.REDLINE_DEADLINE_MS,
      memoryMb: values.REDLINE_PDF_MEMORY_MB,
    },
    metrics: metricsOf(values.REDLINE_METRICS ?? '') ?? null,
    clamd: clamdOf(values.REDLINE_CLAMD ?? '') ?? null,
    redis: values.REDLINE_REDIS ?? null,
    signIn: signInOf(values),
    fetch: { hosts: values.REDLINE_FETCH_HOSTS, plain: values.REDLINE_FETCH_PLAIN === 'yes' },
    webhooks: { hosts: values.REDLINE_WEBHOOK_HOSTS, networks: values.REDLINE_WEBHOOK_NETWORKS },
    logLevel: values.REDLINE_LOG_LEVEL,
  };
}

/** What a command needs that talks to a running service. */
export interface ClientConfig {
  /** Address of the service, such as `http://127.0.0.1:8080`. */
  readonly server: string;
  /** Whether `REDLINE_SERVER` says so. */
  readonly isNamed: boolean;
  /** Of a program, `rl_…`; `null` where nobody has to sign in. Never printed. */
  readonly apiKey: string | null;
  /** Absolute path of the folder that remembers uploads that are not finished; it need not exist. */
  readonly uploadsDirectory: string;
}

/** The configuration of a client: `REDLINE_SERVER`, else the service of this machine on `PORT`. */
export function readClientConfig(environment: Environment = process.env): ClientConfig {
  const { REDLINE_SERVER, REDLINE_API_KEY, PORT, XDG_STATE_HOME = '' } = environment;
  const state = isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : join(homedir(), '.local', 'state');
  return {
    isNamed: Boolean(REDLINE_SERVER),
    server: REDLINE_SERVER || `http://127.0.0.1:${PORT || '8080'}`,
    apiKey: REDLINE_API_KEY || null,
    uploadsDirectory: join(state, 'redline', 'uploads'),
  };
}

/** Why the service may not listen there. Tokens and documents do not travel without TLS, which a proxy in front ends. */
function faultOfHost(values: {
  readonly HOST: string;
  readonly REDLINE_SIGN_IN: string;
  readonly REDLINE_OIDC_ISSUER?: string | undefined;
  readonly REDLINE_URL?: string | undefined;
  readonly REDLINE_PROXIES: number;
}): string | null {
  if (values.HOST === 'localhost' || values.HOST === '::1' || /^127\./.test(values.HOST)) return null;
  const missing = [
    ...(values.REDLINE_SIGN_IN === 'none' && values.REDLINE_OIDC_ISSUER === undefined
      ? ['people who sign in (REDLINE_SIGN_IN or REDLINE_OIDC_ISSUER)']
      : []),
    ...(values.REDLINE_URL?.startsWith('https:') === true ? [] : ['an https:// address (REDLINE_URL)']),
    ...(values.REDLINE_PROXIES > 0 ? [] : ['the proxy that ends TLS (REDLINE_PROXIES, at least 1)']),
  ];
  if (missing.length === 0) return null;
  return `must be a loopback address (${LOOPBACK.join(', ')}) without ${missing.join(', without ')}: nobody else may reach the service`;
}

/** `undefined` for what is no address to listen at. */
function metricsOf(text: string): Config['metrics'] | undefined {
  const [, host = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const bare = host.replace(/^\[|\]$/g, '');
  const port = Number(digits);
  return (isIP(bare) !== 0 || bare === 'localhost') && port <= 65_535 ? { host: bare, port } : undefined;
}

/** `undefined` for what names no place. */
function clamdOf(text: string): ClamdConfig | undefined {
  if (isAbsolute(text)) return { path: text };
  const url = URL.parse(text);
  if (url?.protocol !== 'tcp:' || url.port === '' || url.hostname === '') return undefined;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}

function isRedis(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    /^(?:\/\d{0,2})?$/.test(url.pathname)
  );
}

function present(values: Environment): Environment {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The folder of built files: this module's own when it is built, its neighbour `dist` when it runs from source. */
function builtFiles(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const neighbour = join(here, '..', 'dist');
  return import.meta.url.endsWith('.ts') && existsSync(neighbour) ? neighbour : here;
}
