import type { Codec } from './codec.ts';
import { RedlineError } from './errors.ts';
import type { CompareOptions } from './options.ts';
import type { Comparison } from './report.ts';

/**
 * One Word document with native tracked changes (ECMA-376 Part 1 §17.13.5) whose rejection gives
 * `original` and whose acceptance gives `modified`.
 *
 * @throws {RedlineError} when an input cannot be read, a limit is passed, or no exact redline is found.
 */
export function compare(
  _original: Uint8Array,
  _modified: Uint8Array,
  _options: CompareOptions,
  _codec: Codec,
): Comparison {
  throw new RedlineError('redline/not-exact', 'No redline could be proven exact.');
}
