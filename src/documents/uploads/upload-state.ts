import type { Clock } from '../../kit/index.ts';
import { isoTime } from '../ambient.ts';

/** The format of states that this program writes, and the only one that it reads. */
const FORMAT = 1;

/** How long an upload waits for more: 24 hours. */
export const UPLOAD_LIFETIME_MS = 24 * 3_600_000;
/** How long it may go on at all: a week. The key under which it is kept need not outlive that. */
const LONGEST_MS = 7 * UPLOAD_LIFETIME_MS;

/** Bytes that have arrived and are kept. */
export interface Part {
  readonly id: string;
  readonly size: number;
}

/** All that is known of an upload that is under way; replaced as a whole when something has arrived. */
export interface UploadState {
  readonly format: typeof FORMAT;
  readonly tenant: string;
  readonly id: string;
  /** The actor's id: nobody else can go on with it. */
  readonly owner: string;
  /** Bytes that it will have. */
  readonly size: number;
  /** What the client says of it, as it came. Never trusted. */
  readonly metadata: string;
  /** In the order of the content. */
  readonly parts: readonly Part[];
  readonly createdAt: string;
}

export function newState(
  given: Pick<UploadState, 'tenant' | 'id' | 'owner' | 'size' | 'metadata'>,
  clock: Clock,
): UploadState {
  return { format: FORMAT, ...given, parts: [], createdAt: isoTime(clock) };
}

/** How many bytes have arrived. */
export function offsetOf({ parts }: UploadState): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

/** When an upload is over unless something more arrives; milliseconds since 1970. */
export function expiryAt({ createdAt }: UploadState, now: number): number {
  return Math.min(now + UPLOAD_LIFETIME_MS, Date.parse(createdAt) + LONGEST_MS);
}

export function encodeState(state: UploadState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(state));
}

/** @throws {Error} when the format is not known: a newer program wrote it. */
export function decodeState(bytes: Uint8Array): UploadState {
  const state = JSON.parse(new TextDecoder().decode(bytes)) as UploadState;
  if (state.format !== FORMAT) {
    throw new Error(`An upload has the format ${state.format}; this program reads ${FORMAT}. Update it.`);
  }
  return state;
}
