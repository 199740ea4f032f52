import type { Head } from '../head.ts';
import { currentVersion } from '../versions.ts';

/** How long documents are kept. Days of 24 hours. */
export interface Periods {
  /** Nobody can delete it before; `null`: whoever may, may at once. */
  readonly keepDays: number | null;
  /** The service deletes it then; `null`: never. Not before what must be kept is over. */
  readonly deleteAfterDays: number | null;
  /** From when on: since it was first kept, or since it last got a version. */
  readonly since: 'created' | 'changed';
}

/** Periods for documents that are told by their type, a label, or both. */
export interface RetentionRule extends Periods {
  /** `[a-z0-9-]`, at most 64 characters; each once. */
  readonly id: string;
  /** Media type of the current version, or `image/*` and the like; `null`: any. */
  readonly type: string | null;
  readonly label: string | null;
}

/** Everything that holds for the documents of a tenant. */
export interface RuleSet {
  /** For documents that no rule is about. */
  readonly default: Periods;
  readonly rules: readonly RetentionRule[];
}

/** Rules that others took the place of: they are kept as promised until the notice is over. */
interface FormerRules extends RuleSet {
  /** ISO 8601. */
  readonly replacedAt: string;
}

/** What a tenant's rules are, and were. */
export interface TenantRules {
  /** Counts the changes; 0 before the first. */
  readonly version: number;
  readonly current: RuleSet;
  /** The latest first. */
  readonly former: readonly FormerRules[];
}

/** What the rules say of one document. Times in milliseconds since 1970. */
export interface Retained {
  /** Nobody deletes it before; `null`: no rule keeps it. */
  readonly keepUntil: number | null;
  /** From then on the sweep may mark it, and delete it when the grace period is over; `null`: never. */
  readonly deleteAfter: number | null;
  /** Ids of the rules that the two come from, `default` for the tenant's; `null` where there is none. */
  readonly keepRule: string | null;
  readonly deleteRule: string | null;
}

const DAY_MS = 24 * 3_600_000;
/** How long what was promised before holds on after the rules were changed. */
const NOTICE_MS = 30 * DAY_MS;

/** Everything is kept until somebody deletes it. */
export const NO_RULES: TenantRules = {
  version: 0,
  current: { default: { keepDays: null, deleteAfterDays: null, since: 'created' }, rules: [] },
  former: [],
};

type Bound = readonly [at: number, rule: string];

/**
 * What holds for a document now. Of several rules the one that keeps longer holds, both ways. What rules before promised
 * holds until the notice is over: a shorter period never takes effect sooner.
 *
 * @param now milliseconds since 1970.
 */
export function retained(head: Head, rules: TenantRules, now: number): Retained {
  const current = boundsBy(head, rules.current);
  let [keep, due] = [current.keep, current.due];
  for (const former of rules.former) {
    const noticed = Date.parse(former.replacedAt) + NOTICE_MS;
    if (noticed <= now) continue;
    const before = boundsBy(head, former);
    if (before.keep !== null) keep = later(keep, earlier(before.keep, noticed));
    if (due === null) continue;
    // Deleted when it would have been, or after the notice, whatever comes first; never before the rules of now say so.
    due = later(due, before.due === null ? [noticed, due[1]] : earlier(before.due, noticed));
  }
  if (due !== null && keep !== null) due = later(due, [keep[0], due[1]]);
  return {
    ...{ keepUntil: keep?.[0] ?? null, keepRule: keep?.[1] ?? null },
    ...{ deleteAfter: due?.[0] ?? null, deleteRule: due?.[1] ?? null },
  };
}

/** The rules after a change. */
export function replaceRules(rules: TenantRules, current: RuleSet, at: string): TenantRules {
  const since = Date.parse(at) - NOTICE_MS;
  const former = [{ ...rules.current, replacedAt: at }, ...rules.former].filter(
    ({ replacedAt }) => Date.parse(replacedAt) > since,
  );
  return { version: rules.version + 1, current, former };
}

function boundsBy(
  head: Head,
  { default: fallback, rules }: RuleSet,
): { readonly keep: Bound | null; readonly due: Bound | null } {
  const own = rules.filter((rule) => isAbout(rule, head));
  const keeping = own.some(({ keepDays }) => keepDays !== null) ? own : [{ ...fallback, id: 'default' }];
  const deleting = own.some(({ deleteAfterDays }) => deleteAfterDays !== null)
    ? own
    : [{ ...fallback, id: 'default' }];
  let keep: Bound | null = null;
  for (const { keepDays, since, id } of keeping)
    if (keepDays !== null) keep = later(keep, [sinceOf(head, since) + keepDays * DAY_MS, id]);
  let due: Bound | null = null;
  for (const { deleteAfterDays, since, id } of deleting)
    if (deleteAfterDays !== null) due = later(due, [sinceOf(head, since) + deleteAfterDays * DAY_MS, id]);
  return { keep, due };
}

function isAbout({ type, label }: RetentionRule, head: Head): boolean {
  if (label !== null && !head.labels.includes(label)) return false;
  if (type === null) return true;
  const own = currentVersion(head).facts.type;
  return type.endsWith('/*') ? own.startsWith(type.slice(0, -1)) : own === type;
}

function sinceOf(head: Head, since: Periods['since']): number {
  return Date.parse(since === 'created' ? head.createdAt : currentVersion(head).createdAt);
}

function later(one: Bound | null, other: Bound): Bound {
  return one === null || other[0] > one[0] ? other : one;
}

function earlier([at, rule]: Bound, most: number): Bound {
  return [Math.min(at, most), rule];
}
