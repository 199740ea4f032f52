import type { Codec } from '../../codec.ts';
import { openPackage } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import type { ChangeFilter, ChangeList } from './change.ts';
import { checkFilter, takes } from './filter.ts';
import { readChanges } from './read.ts';

export interface ListOptions {
  readonly limits: Limits;
  /** Takes all when not given. */
  readonly filter?: ChangeFilter;
}

/**
 * Every tracked change of a document as one logical change, in document order (ECMA-376 Part 1 §17.13.5). The document
 * may come from any editor.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when it cannot be read, `options/invalid` for a filter of which a
 *   condition is not known
 */
export function listChanges(document: Uint8Array, options: ListOptions, codec: Codec): ChangeList {
  if (options.filter) checkFilter(options.filter);
  const found = readChanges(openPackage(document, codec, options.limits));
  const { filter } = options;
  const taken = filter ? found.filter((f) => takes(filter, f.change, f.names)) : found;
  return {
    changes: taken.map((f) => f.change),
    total: found.length,
    authors: [...new Set(found.map((f) => f.change.author))].filter((author) => author !== ''),
  };
}
