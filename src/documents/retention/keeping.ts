import { DocumentsError } from '../errors.ts';
import type { Head } from '../head.ts';
import { retained, type TenantRules } from './rules.ts';

/** The rules of a tenant, as they are now. */
export type RulesOf = (tenant: string) => Promise<TenantRules>;

/** What somebody is about to write. */
interface Step {
  /** Of the document: of a redline the one that it is kept with. */
  readonly guarding: Head;
  readonly before: Head;
  readonly next: Head;
}

/**
 * Refuses to delete what is held or must be kept, and whatever would have it kept for a shorter time. Redlines are kept by a hold of
 * their document, and by no rule.
 *
 * @param at ISO 8601.
 * @throws {DocumentsError} `documents/held`, `documents/retained`.
 */
export async function assertKept(
  rules: RulesOf | undefined,
  { guarding, before, next }: Step,
  at: string,
): Promise<void> {
  const isDeleted = next.state === 'deleted' && before.state !== 'deleted';
  if (isDeleted) assertNotHeld(guarding);
  if (rules === undefined || guarding.id !== before.id) return;
  if (!isDeleted && next.labels === before.labels && typeOf(next) === typeOf(before)) return;
  const [of, now] = [await rules(before.tenant), Date.parse(at)];
  const { keepUntil, keepRule } = retained(before, of, now);
  if (keepUntil === null || keepUntil <= now || keepRule === null) return;
  if (!isDeleted && (retained(next, of, now).keepUntil ?? 0) >= keepUntil) return;
  const until = new Date(keepUntil).toISOString();
  throw new DocumentsError('documents/retained', `The rule ${keepRule} keeps the document until ${until}.`, {
    ...{ keepUntil: until, rule: keepRule },
  });
}

/** @throws {DocumentsError} `documents/held`. */
function assertNotHeld({ hold }: Head): void {
  if (hold == null) return;
  throw new DocumentsError('documents/held', 'The document is under a legal hold.');
}

function typeOf({ versions }: Head): string | undefined {
  return versions.at(-1)?.facts.type;
}
