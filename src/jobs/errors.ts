/** Every way in which work is not done, beside the engine's own refusals. */
export type JobErrorCode =
  /** The work took longer than its deadline, waiting not counted. */
  | 'work/deadline-exceeded'
  /** The work needed more memory than a thread may have. */
  | 'work/out-of-memory'
  /** It was begun as often as it may be, and no worker came to an end. */
  | 'work/attempts-exceeded'
  /** Whoever asked may not have it done any more. */
  | 'work/not-allowed'
  /** What was sent with it is there no more. */
  | 'work/input-missing'
  /** An operation of a kind that no worker here knows. */
  | 'work/unknown-kind'
  /** There is none, it is somebody else's, or its time is over. */
  | 'operations/not-found'
  /** It was not given up. */
  | 'operations/not-dead'
  /** It was begun, and ending it would leave something half done. */
  | 'operations/not-cancellable'
  /** There is none, it is somebody else's, or its time is over. */
  | 'batches/not-found'
  /** Some of its pairs have not ended. */
  | 'batches/running'
  /** Every pair of it failed or was cancelled. */
  | 'batches/none-succeeded'
  /** Nothing on this machine makes PDFs. */
  | 'pdf/not-available'
  /** The program that makes PDFs gave none. */
  | 'pdf/failed'
  /** The queue is full, or no thread came free in time. */
  | 'service/busy'
  /** The service is ending. */
  | 'service/stopping'
  | 'webhooks/not-found'
  /** An address, a type of events or a time cannot be used. */
  | 'webhooks/invalid'
  /** There are too many of something, or others changed it too often. */
  | 'webhooks/conflict'
  /** Whoever asked went away. */
  | 'request/abandoned';

/** A typed refusal by the pool. */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly code: JobErrorCode;
  /** When to come back, for the codes of the service; seconds. */
  readonly retryAfterSeconds: number | null;

  constructor(code: JobErrorCode, message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
