import { createRequire } from 'node:module';
import type pino from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Everything that a log line may hold. The list is closed on purpose: no text of a document, no file name, no
 * identifier that opens a result, no message of an unexpected error (it may quote what it choked on).
 */
export interface LogFields {
  readonly requestId?: string;
  readonly traceId?: string;
  readonly method?: string;
  /** The route's pattern, never the path: a path holds the unguessable part of a result's link. */
  readonly route?: string;
  readonly status?: number;
  readonly code?: string;
  readonly durationMs?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly errorName?: string;
  /** Frames only: `at function (file:line)`. */
  readonly stack?: string;
  readonly signal?: string;
  readonly phase?: string;
  readonly port?: number;
  /** Which of the regular chores. */
  readonly chore?: string;
  /** The id of an operation that takes longer than a request, its kind, and how often it was begun. */
  readonly operation?: string;
  readonly kind?: string;
  readonly attempt?: number;
  readonly count?: number;
  readonly version?: string;
  /** A part outside of this process, by the name of its port, its method, and the state of its breaker. */
  readonly part?: string;
  readonly call?: string;
  readonly state?: string;
  /** Who signed in or out, by ids that are made; never an address or a name. */
  readonly tenant?: string;
  readonly person?: string;
  /** The id of a session or key; no secret. */
  readonly credential?: string;
  /** Why something was refused, in fixed words. */
  readonly reason?: string;
}

const FIELDS: Readonly<Record<keyof LogFields, true>> = {
  requestId: true,
  traceId: true,
  method: true,
  route: true,
  status: true,
  code: true,
  durationMs: true,
  bytesIn: true,
  bytesOut: true,
  errorName: true,
  stack: true,
  signal: true,
  phase: true,
  port: true,
  chore: true,
  operation: true,
  kind: true,
  attempt: true,
  count: true,
  version: true,
  part: true,
  call: true,
  state: true,
  tenant: true,
  person: true,
  credential: true,
  reason: true,
};

/** Where a process says what it does: one JSON object a line. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** Writes out what is still buffered. */
  flush(): void;
}

/** What the log needs of a stream. */
export interface LogDestination {
  write(line: string): void;
  flushSync?(): void;
}

/** Loaded by the first log: a command line that logs nothing does not wait for it. */
function loadPino(): typeof pino {
  return createRequire(import.meta.url)('pino') as typeof pino;
}

function allowed(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => Object.hasOwn(FIELDS, name)));
}

/** JSON lines on standard error (or `destination`), with no field outside `LogFields`. */
export function createLog(level: LogLevel, destination: LogDestination = standardError()): Log {
  const pino = loadPino();
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    info: (event, fields = {}) => logger.info(allowed(fields), event),
    warn: (event, fields = {}) => logger.warn(allowed(fields), event),
    error: (event, fields = {}) => logger.error(allowed(fields), event),
    flush: () => destination.flushSync?.(),
  };
}

function standardError(): LogDestination {
  return loadPino().destination({ dest: 2, sync: false });
}

/** What may be logged of an error that nobody expected: its class and where it came from, not what it says. */
export function describeError(error: unknown): Pick<LogFields, 'errorName' | 'stack'> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  return { errorName: error.name, stack: framesOf(error) };
}

/** The frames below the message, which itself may look like one. A stack that does not begin with it tells nothing. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  if (at < 0) return '';
  const below = stack.slice(at + message.length).split('\n');
  return below
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .join('\n');
}
