import { type Clock, OutsideError } from '../../kit/index.ts';
import { DocumentsError } from '../errors.ts';
import type { Head } from '../head.ts';
import { type IfMatch, matches } from '../if-match.ts';
import type { Records } from '../records.ts';
import { NO_RULES, type Retained, type RuleSet, replaceRules, retained, type TenantRules } from './rules.ts';

/** How long a process shows what it knows of the rules without asking again; what is refused or deleted is always asked anew. */
const SHOWN_MS = 4000;
const MOST_RULES = 200;
const MOST_DAYS = 36_500;
const RULE_ID = /^[a-z0-9-]{1,64}$/;
const TYPE = /^[a-z0-9.+-]+\/(?:\*|[a-z0-9.+-]+)$/;
/** Of a tenant that has no rules yet. */
const NO_GENERATION = '0';

/** The rules of a tenant with what a change of them is bound to. */
export interface StoredRules {
  readonly rules: TenantRules;
  readonly generation: string;
}

/** How long each tenant keeps its documents. One record a tenant. Throws `OutsideError`. */
export class RuleBook {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #shown = new Map<string, { readonly rules: Promise<StoredRules>; readonly until: number }>();

  constructor(records: Records, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  /** As they are now. */
  async read(tenant: string): Promise<StoredRules> {
    const stored = await this.#records.read<TenantRules>(tenant, 'retention', 'rules');
    return { rules: stored?.value ?? NO_RULES, generation: stored?.generation ?? NO_GENERATION };
  }

  /** @throws {DocumentsError} `retention/stale`, `documents/invalid`. */
  async replace(tenant: string, ifMatch: IfMatch, current: RuleSet): Promise<StoredRules> {
    checkRules(current);
    const base = await this.#records.read<TenantRules>(tenant, 'retention', 'rules');
    const at = new Date(this.#clock()).toISOString();
    const rules = replaceRules(base?.value ?? NO_RULES, current, at);
    const isKnown = matches(base?.generation ?? NO_GENERATION, ifMatch);
    const place = { tenant, kind: 'retention', id: 'rules' } as const;
    const stored = isKnown ? await this.#records.write(place, base, rules) : null;
    this.#shown.delete(tenant);
    if (stored !== null) return { rules: stored.value, generation: stored.generation };
    throw new DocumentsError('retention/stale', 'The rules were changed by someone else meanwhile.');
  }

  /**
   * What the rules say of a document, to be shown: at most some seconds old. `null` while they cannot be read: whatever was
   * done to the document is not undone by that.
   */
  async show(head: Head): Promise<Retained | null> {
    const now = this.#clock();
    const known = this.#shown.get(head.tenant);
    const rules = known !== undefined && known.until > now ? known.rules : this.read(head.tenant);
    if (rules !== known?.rules) {
      this.#shown.set(head.tenant, { rules, until: now + SHOWN_MS });
      rules.catch(() => this.#shown.delete(head.tenant));
    }
    try {
      return retained(head, (await rules).rules, now);
    } catch (error) {
      if (error instanceof OutsideError) return null;
      throw error;
    }
  }
}

/** @throws {DocumentsError} `documents/invalid`, naming the field. */
function checkRules({ default: fallback, rules }: RuleSet): void {
  if (rules.length > MOST_RULES) throw invalid('rules', `At most ${MOST_RULES} rules.`);
  if (new Set(rules.map(({ id }) => id)).size < rules.length)
    throw invalid('rules', 'Every id can be used once.');
  for (const { id, type, label } of rules) {
    if (!RULE_ID.test(id) || id === 'default') {
      throw invalid('id', 'Give a-z, 0-9 and -, at most 64 characters, and not "default".');
    }
    if (type === null && label === null) throw invalid('rules', 'A rule names a type, a label, or both.');
    if (type !== null && !TYPE.test(type)) throw invalid('type', 'Give a media type, such as image/*.');
  }
  for (const { keepDays, deleteAfterDays } of [fallback, ...rules]) {
    for (const days of [keepDays ?? 0, deleteAfterDays ?? 1]) {
      if (!Number.isInteger(days) || days < 0 || days > MOST_DAYS)
        throw invalid('days', `Give whole days up to ${MOST_DAYS}.`);
    }
    if (deleteAfterDays !== null && deleteAfterDays < Math.max(1, keepDays ?? 0)) {
      throw invalid(
        'deleteAfterDays',
        'Nothing is deleted on the day, nor before it must be kept no longer.',
      );
    }
  }
}

function invalid(field: string, message: string): DocumentsError {
  return new DocumentsError('documents/invalid', message, { field });
}
