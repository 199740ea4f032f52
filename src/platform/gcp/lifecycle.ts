import type { StorageCalls } from './storage-calls.ts';

/** What a bucket is for; see `BucketNeeds`. */
export type BucketUse = 'heads' | 'contents' | 'spool' | 'secrets' | 'checkpoints';

/** After how many days contents go to a cheaper class; 0: never. */
export interface Tiers {
  readonly nearlineDays: number;
  readonly coldlineDays: number;
}

export const DEFAULT_TIERS: Tiers = { nearlineDays: 90, coldlineDays: 365 };

/** A rule of a bucket's lifecycle, as the JSON API has it. */
export interface LifecycleRule {
  readonly action?: { readonly type?: string; readonly storageClass?: string };
  readonly condition?: {
    readonly age?: number;
    readonly isLive?: boolean;
    readonly daysSinceNoncurrentTime?: number;
    readonly noncurrentTimeBefore?: string;
    readonly numNewerVersions?: number;
  };
}

/** Removes what was replaced, and what was never finished, as docs/cloud-storage.md asks. */
const REMOVALS: Partial<Record<BucketUse, LifecycleRule>> = {
  heads: { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30, numNewerVersions: 100 } },
  contents: { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30 } },
};
const ABORT: LifecycleRule = { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } };

/**
 * The rules that a bucket should have. Classes go by the settings; of other rules those stay that are there, as whoever owns the
 * bucket may want more, and what is missing is added.
 */
function wantedRules(
  use: BucketUse,
  found: readonly LifecycleRule[],
  tiers: Tiers,
): readonly LifecycleRule[] {
  if (use === 'checkpoints') return found;
  const others = found.filter((rule) => typeOf(rule) !== 'SetStorageClass');
  const removal = others.some((rule) => typeOf(rule) === 'Delete') ? undefined : REMOVALS[use];
  const abort = others.some((rule) => typeOf(rule) === ABORT.action?.type) ? undefined : ABORT;
  return [
    ...(use === 'contents' ? classRules(tiers) : []),
    ...others,
    ...[removal, abort].filter((rule) => rule !== undefined),
  ];
}

/** Whether contents go to cheaper classes when the settings say. */
export function hasTiers(found: readonly LifecycleRule[], tiers: Tiers): boolean {
  const own = found.filter((rule) => typeOf(rule) === 'SetStorageClass');
  return textOf(own) === textOf(classRules(tiers));
}

/** What a bucket has and should have. */
export interface BucketLifecycle {
  readonly bucket: string;
  readonly use: BucketUse;
  readonly state: 'as wanted' | 'differs' | 'changed';
  readonly rule: readonly LifecycleRule[];
}

/**
 * Compares the lifecycle of a bucket with the settings.
 *
 * @param apply sets it where it differs, for which `storage.buckets.update` is needed.
 * @throws {OutsideError}
 */
export async function tendLifecycle(
  calls: StorageCalls,
  name: string,
  { use, tiers, apply }: { readonly use: BucketUse; readonly tiers: Tiers; readonly apply: boolean },
): Promise<BucketLifecycle> {
  const bucket = calls.client.bucket(name);
  const [facts] = await calls.ask('question', () => bucket.getMetadata());
  const { lifecycle } = facts as { readonly lifecycle?: { readonly rule?: readonly LifecycleRule[] } };
  const found = lifecycle?.rule ?? [];
  const rule = wantedRules(use, found, tiers);
  const said = { bucket: name, use, rule };
  if (textOf(found) === textOf(rule)) return { ...said, state: 'as wanted' };
  if (!apply) return { ...said, state: 'differs' };
  const wanted = { lifecycle: { rule: [...rule] } } as Parameters<typeof bucket.setMetadata>[0];
  await calls.ask('change', () => bucket.setMetadata(wanted));
  return { ...said, state: 'changed' };
}

function classRules({ nearlineDays, coldlineDays }: Tiers): readonly LifecycleRule[] {
  const rule = (storageClass: string, age: number): LifecycleRule[] =>
    age === 0 ? [] : [{ action: { type: 'SetStorageClass', storageClass }, condition: { age } }];
  return [...rule('NEARLINE', nearlineDays), ...rule('COLDLINE', coldlineDays)];
}

function typeOf({ action }: LifecycleRule): string | undefined {
  return action?.type;
}

/** The same for the same rules, in whatever order they and their fields come. */
function textOf(rules: readonly LifecycleRule[]): string {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort()
            .map(([name, one]) => [name, sorted(one)]),
        )
      : value;
  return rules
    .map((rule) => JSON.stringify(sorted(rule)))
    .sort()
    .join('\n');
}
