import { type EditCandidate, type ErrorCode, RedlineError } from '../../errors.ts';

type EditErrorCode = Extract<ErrorCode, `edit/${string}`>;

/** A refusal of one edit of a list; `applyEdits` adds its number. */
export function editFault(
  code: EditErrorCode,
  message: string,
  candidates: readonly EditCandidate[] = [],
): RedlineError {
  return new RedlineError(code, message, candidates.length === 0 ? {} : { candidates });
}

/** Names the edit that a refusal is about. */
export function numbered<T>(edit: number | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (edit === undefined || !(error instanceof RedlineError) || error.details.edit !== undefined)
      throw error;
    throw new RedlineError(error.code, error.message, { ...error.details, edit }, error.cause);
  }
}
