import type { MessagePort } from 'node:worker_threads';
import { type ErrorCode, type ErrorDetails, RedlineError } from '../redline/index.ts';
import type { Documents, OperationName } from './operations.ts';

/** What crosses to a thread. Errors lose their class on the way back, so they travel as values. */
export interface EngineTask {
  readonly operation: OperationName;
  readonly inputs: Documents;
  readonly options: unknown;
  /** Where a result goes that is made piece by piece. */
  readonly port?: MessagePort;
}

export interface EngineRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

export type EngineAnswer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refusal'; readonly refusal: EngineRefusal };

export function toRefusal(error: RedlineError): EngineRefusal {
  return { code: error.code, message: error.message, details: error.details };
}

export function fromRefusal({ code, message, details }: EngineRefusal): RedlineError {
  return new RedlineError(code, message, details);
}

/**
 * The same value with every byte array that it holds, directly or in a list, owning its whole buffer, and those
 * buffers: they can be handed to another thread instead of copied.
 */
export function transferable<Value>(value: Value): { value: Value; buffers: ArrayBuffer[] } {
  const buffers = new Set<ArrayBuffer>();
  const own = (one: unknown): unknown => {
    if (!(one instanceof Uint8Array)) return Array.isArray(one) ? one.map(own) : one;
    const whole = one.buffer instanceof ArrayBuffer && one.buffer.byteLength === one.byteLength;
    const bytes = whole ? (one as Uint8Array<ArrayBuffer>) : Uint8Array.from(one);
    buffers.add(bytes.buffer);
    return bytes;
  };
  if (!isRecord(value)) return { value, buffers: [] };
  const owned = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, own(one)]));
  return { value: owned as Value, buffers: [...buffers] };
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
