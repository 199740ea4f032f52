import {
  type CompareOptions,
  type Comparison,
  type ErrorCode,
  type ErrorDetails,
  type Limits,
  RedlineError,
} from '../redline/index.ts';

/** What crosses to a thread. Errors lose their class on the way back, so they travel as values. */
export interface CompareTask {
  readonly kind: 'compare';
  readonly original: Uint8Array;
  readonly modified: Uint8Array;
  readonly options: CompareOptions;
}

export interface RenderTask {
  readonly kind: 'render';
  readonly redline: Uint8Array;
  readonly limits: Limits;
}

export type EngineTask = CompareTask | RenderTask;

export interface EngineRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

export type EngineAnswer =
  | { readonly kind: 'comparison'; readonly comparison: Comparison }
  | { readonly kind: 'page'; readonly html: string }
  | { readonly kind: 'refusal'; readonly refusal: EngineRefusal };

export function toRefusal(error: RedlineError): EngineRefusal {
  return { code: error.code, message: error.message, details: error.details };
}

export function fromRefusal({ code, message, details }: EngineRefusal): RedlineError {
  return new RedlineError(code, message, details);
}

/** Bytes that own their whole buffer, so that the buffer can be handed to another thread instead of copied. */
export function transferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength === bytes.byteLength;
  return whole ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}
