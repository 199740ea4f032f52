import type { Access, Decision, Principal } from '../access/index.ts';
import type { EventActor, Happening, Intent, LockedPlace, Trail, TrailState } from '../audit/index.ts';
import type {
  BlobStore,
  Erasures,
  Examiner,
  Exports,
  Library,
  PersonErasures,
  RemoteRules,
  Results,
  Web,
} from '../documents/index.ts';
import type {
  Arrivals,
  Batches,
  EnginePool,
  Operations,
  PrintShop,
  QueueWatch,
  Webhooks,
} from '../jobs/index.ts';
import type { Clock, Integrity, Log } from '../kit/index.ts';
import type { Precedence } from './precedence.ts';
import type { UploadMemory } from './upload-memory.ts';

/** What the routes work with. Built by a role, which also ends it. */
export interface HttpServices {
  readonly access: Access;
  /** Under which address people find the service; asked for with every request, as a free port is known only then. */
  readonly origin: () => string;
  /** Sites whose pages may use the API, as exact origins. */
  readonly sites: readonly string[];
  /** How many proxies stand in front of the service, each of which adds to `X-Forwarded-For`. */
  readonly proxies: number;
  readonly pool: EnginePool;
  readonly results: Results;
  readonly library: Library;
  /** Hears of everything that is asked for. */
  readonly trail: Pick<Trail, 'record' | 'recordLater' | 'intend' | 'list' | 'reach' | 'event'>;
  readonly erasures: Erasures;
  readonly webhooks: Webhooks;
  readonly personErasures: PersonErasures;
  /** Where signed checkpoints of the trail are; `null`: nowhere. */
  readonly checkpoints: LockedPlace | null;
  readonly exports: Exports;
  /** What takes longer than a request. */
  readonly operations: Operations;
  readonly batches: Batches;
  /** How far what happened is from where auditors look, by region. */
  readonly auditLag: () => Readonly<Record<string, TrailState>>;
  /** How much there is to do that takes longer than a request. */
  readonly queueWatch: QueueWatch;
  readonly examiner: Examiner;
  readonly web: Web;
  /** From where documents may be fetched. */
  readonly remote: RemoteRules;
  readonly blobs: BlobStore;
  readonly prints: PrintShop;
  readonly uploads: UploadMemory;
  /** In which order documents that arrive are worked on. */
  readonly precedence: Precedence;
  /** Submissions that are being taken. */
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  readonly log: Log;
  /** Is told of every error that somebody sees. */
  readonly integrity: Integrity;
  /** Absolute path of the built pages (`web/`) and samples (`sample/`). */
  readonly assetsDirectory: string;
  /** The port that the service listens on; asked for with every request, as a free one is known only then. */
  readonly port: () => number;
  readonly vitals: () => Vitals;
  /** The service is ending: connections are not kept. */
  readonly stopping: () => boolean;
}

/** How the process feels. */
export interface Vitals {
  readonly uptimeSeconds: number;
  /** How much later than planned the event loop came round, since the start; milliseconds. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly memoryBytes: { readonly rss: number; readonly heapUsed: number; readonly buffers: number };
}

/** What a route tells the audit trail. */
export interface AuditedRequest {
  /** Who asks, where no principal says it: whoever just signed in, or has a link. */
  readonly actor?: EventActor;
  readonly object?: string;
  readonly document?: string;
  /** Where the route can be one of several. */
  readonly type?: Happening['type'];
  readonly version?: number | null;
  /** Facts of this type of event. */
  readonly details?: NonNullable<Happening['details']>;
}

/** What the middleware leaves for the routes. */
export interface HttpEnv {
  Variables: {
    requestId: string;
    /** From where, as far as that is known. */
    address: string | null;
    /** Of a page of another site that may use the API; cookies are not looked at then. */
    site: string | undefined;
    /** Who asks, of what is not open to everybody. */
    principal: Principal | undefined;
    traceId: string | undefined;
    /** Bytes of the uploads, once they are read. */
    bytesIn: number | undefined;
    problemCode: string | undefined;
    /** What was decided about it, in order. */
    decisions: readonly Decision[] | undefined;
    /** The decision that it came to: a refusal, or else the last one. */
    decision: Decision | undefined;
    /** What the audit trail should know beside the request itself: who it turned out to be, what was made. */
    audited: AuditedRequest | undefined;
    /** Takes note of what goes wrong behind an answer that has begun. */
    noteFailure: ((error: unknown) => void) | undefined;
    /** Kept before a change that carries no record of its own. */
    intent: Intent | undefined;
    /** What is to be read instead of the request's own body. */
    body: AsyncIterable<Uint8Array> | undefined;
    /** The answer is sent while it is made: it may yet break off. */
    streamed: boolean | undefined;
    /** To be done once the answer is kept under the request's idempotency key. */
    settled: (() => Promise<void>) | undefined;
  };
}
