import { DocumentsError, type OperationFailure, ResultsFullError } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { RedlineError } from '../../redline/index.ts';
import { JobError } from '../errors.ts';

/** Refusals that may not be given the next time. */
const PASSING: ReadonlySet<string> = new Set([
  ...['documents/unclear', 'documents/stale', 'tenants/moving'],
  ...['service/busy', 'service/stopping'],
]);
/** What nobody should try again by itself, but somebody may with other settings. */
const STOPPED: ReadonlySet<string> = new Set([
  ...['work/deadline-exceeded', 'work/out-of-memory'],
  ...['work/attempts-exceeded', 'work/unknown-kind'],
]);

/** Why work failed, as whoever asked is told. What is not one of ours says nothing of what it held. */
export function failureOf(error: unknown): OperationFailure {
  if (error instanceof RedlineError || error instanceof DocumentsError) {
    const { code, message: detail, details } = error;
    return { code, detail, ...(Object.keys(details).length > 0 ? { details } : {}) };
  }
  if (error instanceof JobError) return { code: error.code, detail: error.message };
  if (error instanceof OutsideError) {
    return { code: `storage/${error.failure}`, detail: 'A part that the service needs did not do its work.' };
  }
  if (error instanceof ResultsFullError) return { code: 'comparison/no-room', detail: error.message };
  return { code: 'internal', detail: 'Something went wrong that nobody foresaw.' };
}

/** Whether the same may go through when it is tried again. */
export function canPass(error: unknown): boolean {
  if (error instanceof RedlineError) return false;
  if (error instanceof OutsideError) return !['damaged', 'refused'].includes(error.failure);
  if (error instanceof DocumentsError || error instanceof JobError) return PASSING.has(error.code);
  // No room now, or a thread that crashed.
  return true;
}

/** Whether what finally failed is for somebody to look at: it is no refusal of what was asked. */
export function isForSomebody(error: unknown): boolean {
  return canPass(error) || (error instanceof JobError && STOPPED.has(error.code));
}
