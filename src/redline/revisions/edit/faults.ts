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
