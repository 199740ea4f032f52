import { BigQuery, type BigQueryOptions } from '@google-cloud/bigquery';
import type { AuthClient } from 'google-auth-library';
import { OutsideError } from '../../kit/index.ts';
import { isTooMany, millisecondsOf, type Refusal, refusalOf } from './storage-errors.ts';

export interface WarehouseOptions {
  /** Where the API is, when it is not at Google: `http://127.0.0.1:9050`. */
  readonly endpoint?: string;
  /** Who calls; found in the surroundings by default (workload identity). */
  readonly authClient?: AuthClient;
  readonly projectId?: string;
  /** Milliseconds for one call; 25,000 by default. */
  readonly deadlineMs?: number;
}

/** The client brings an earlier release of the library that has the class. */
type AuthOfClient = NonNullable<BigQueryOptions['authClient']>;

/** A value of a query, by the name that stands in it behind `@`. */
export type Parameter = string | number | readonly string[];

/**
 * Calls to BigQuery, one attempt each: whether one is made again is decided outside. Everything that is asked of it can be asked
 * again, so what got no answer is `unavailable`.
 */
export class WarehouseCalls {
  readonly client: BigQuery;

  constructor({ endpoint, authClient, projectId, deadlineMs = 25_000 }: WarehouseOptions = {}) {
    this.client = new BigQuery({
      autoRetry: false,
      maxRetries: 0,
      ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
      ...(authClient === undefined ? {} : { authClient: authClient as unknown as AuthOfClient }),
      ...(projectId === undefined ? {} : { projectId }),
    });
    // An option of the client's base that its types leave out.
    this.client.timeout = deadlineMs;
  }

  /** The result of a method of the client. @throws {OutsideError} */
  async ask<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      throw error instanceof OutsideError ? error : warehouseError(refusalOf(error));
    }
  }

  /** The same, or `null` when there is no such thing. */
  async find<Result>(call: () => Promise<Result>): Promise<Result | null> {
    try {
      return await call();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.status === 404) return null;
      throw warehouseError(refusal);
    }
  }

  /**
   * Changes rows. @returns `false` when some were streamed so lately that nothing of it was done: that takes half an hour, seldom
   * more than 90 minutes. https://cloud.google.com/bigquery/docs/data-manipulation-language#limitations @throws {OutsideError}
   */
  async change(
    query: string,
    params: Readonly<Record<string, Parameter>>,
    location: string,
  ): Promise<boolean> {
    try {
      await this.client.query({ query, params, location });
      return true;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.status === 400 && /streaming buffer/i.test(refusal.message)) return false;
      throw warehouseError(refusal);
    }
  }

  /** The rows of a query; integers and moments as the client reads them. @throws {OutsideError} */
  async rows<Row>(
    query: string,
    params: Readonly<Record<string, Parameter>>,
    location: string,
  ): Promise<Row[]> {
    // An empty list has no type of its own.
    const types = Object.fromEntries(
      Object.entries(params).flatMap(([name, value]) => (Array.isArray(value) ? [[name, ['STRING']]] : [])),
    );
    // Read back at once, a cached answer would lack what was just added.
    const asked = { query, params, types, location, useQueryCache: false };
    return await this.ask(async () => (await this.client.query(asked))[0] as Row[]);
  }
}

/** What a call that was not answered as it should means for the port. No text of the service goes on: it may hold values. */
export function warehouseError(refusal: Refusal): OutsideError {
  const { status, reason } = refusal;
  const isLater =
    status === null || status === 408 || status >= 500 || isTooMany(refusal) || LATER.has(reason);
  const what =
    status === null
      ? 'did not answer'
      : isTooMany(refusal)
        ? 'has had too many calls'
        : isLater
          ? 'failed'
          : status === 404
            ? 'has no such dataset or table'
            : status === 401 || status === 403
              ? 'does not let us do this'
              : 'takes the call for wrong';
  const message = `BigQuery ${what} (${status ?? 'no answer'}${reason === '' ? '' : `, ${reason}`}).`;
  const retryAfterMs = millisecondsOf(refusal.retryAfter);
  const failure = isLater ? 'unavailable' : 'refused';
  return new OutsideError('AuditSink', failure, message, retryAfterMs === null ? {} : { retryAfterMs });
}

/** Reasons that say 400, and pass all the same: https://cloud.google.com/bigquery/docs/error-messages */
const LATER = new Set([
  'resourcesExceeded',
  'resourceInUse',
  'backendError',
  'internalError',
  'stopped',
  'timeout',
]);
