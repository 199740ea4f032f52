import { OutsideError } from '../../kit/index.ts';
import { type BucketUse, DEFAULT_TIERS, hasTiers, type LifecycleRule, type Tiers } from './lifecycle.ts';
import type { StorageCalls } from './storage-calls.ts';

/**
 * What a bucket is for: heads can be erased without a trace, contents are readable only with a key out of a head, what
 * is in the spool ends within eight days, of secrets nothing is left that was replaced, and checkpoints stay, whoever wants them gone.
 */
export interface BucketNeeds {
  readonly residency: 'us' | 'eu';
  readonly use: BucketUse;
}

/** Locations of each residency. London and Zurich are `europe-` too, but not in the Union, nor are the pairs with them. */
export const LOCATIONS: Readonly<Record<BucketNeeds['residency'], RegExp>> = {
  us: /^(?:US|NAM4|US-[A-Z0-9]+)$/,
  eu: /^(?:EU|EUR4|EUROPE-(?!WEST2$|WEST6$)[A-Z0-9]+)$/,
};

/** The fields of the JSON API's bucket resource that matter here. */
interface BucketResource {
  readonly location?: string;
  readonly versioning?: { readonly enabled?: boolean };
  readonly softDeletePolicy?: { readonly retentionDurationSeconds?: string | number };
  readonly retentionPolicy?: { readonly isLocked?: boolean; readonly retentionPeriod?: string | number };
  readonly defaultEventBasedHold?: boolean;
  readonly iamConfiguration?: {
    readonly publicAccessPrevention?: string;
    readonly uniformBucketLevelAccess?: { readonly enabled?: boolean };
  };
  readonly customPlacementConfig?: { readonly dataLocations?: readonly string[] };
  readonly lifecycle?: { readonly rule?: readonly LifecycleRule[] };
}

/** What docs/cloud-storage.md asks the lifecycle to keep at least. */
const KEPT = { spoolDays: 8, headDays: 30, newerHeads: 100, contentDays: 30, checkpointDays: 365 };

/** Conditions that a current object cannot meet. */
const ONLY_EARLIER = ['daysSinceNoncurrentTime', 'noncurrentTimeBefore', 'numNewerVersions'] as const;

/**
 * Checks at start that a bucket is what `docs/cloud-storage.md` asks for, as far as the service tells.
 *
 * @param tiers when contents should go to cheaper classes.
 * @returns what works, and costs more than it needs to.
 * @throws {OutsideError} `refused`, naming everything that is wrong.
 */
export async function checkBucket(
  calls: StorageCalls,
  name: string,
  needs: BucketNeeds,
  tiers: Tiers = DEFAULT_TIERS,
): Promise<readonly string[]> {
  const bucket = calls.client.bucket(name);
  const [found] = await calls.ask('question', () => bucket.getMetadata());
  const wrong = whatIsWrong(found as BucketResource, needs);
  if (wrong.length > 0) {
    throw new OutsideError(
      'BlobStore',
      'refused',
      `The bucket ${name} cannot be used: it ${wrong.join('; it ')}.`,
    );
  }
  return whatIsDear(found as BucketResource, needs, tiers).map((what) => `The bucket ${name} ${what}.`);
}

function whatIsWrong(bucket: BucketResource, { residency, use }: BucketNeeds): string[] {
  const { location = '', customPlacementConfig, iamConfiguration = {} } = bucket;
  const places = customPlacementConfig?.dataLocations ?? [location];
  const erasable = use === 'heads' || use === 'secrets';
  const versioned = isVersioned(use);
  const isLocked = use === 'checkpoints';
  const lockedDays = Number(bucket.retentionPolicy?.retentionPeriod ?? 0) / 86_400;
  const wrong: [boolean, string][] = [
    [
      !places.every((place) => LOCATIONS[residency].test(place)),
      `lies in ${places.join(' and ')}, outside of "${residency}"`,
    ],
    [versioned && bucket.versioning?.enabled !== true, 'keeps no versions'],
    [use === 'secrets' && bucket.versioning?.enabled === true, 'keeps what is erased (versions)'],
    [
      erasable && Number(bucket.softDeletePolicy?.retentionDurationSeconds ?? 0) > 0,
      'keeps what is erased (soft delete)',
    ],
    [erasable && bucket.retentionPolicy !== undefined, 'keeps what is erased (retention policy)'],
    [isLocked && bucket.retentionPolicy?.isLocked !== true, 'has no retention policy that is locked'],
    [isLocked && lockedDays < KEPT.checkpointDays, `keeps objects for less than ${KEPT.checkpointDays} days`],
    [isLocked && removals(bucket).length > 0, 'has a lifecycle rule that removes objects'],
    [bucket.defaultEventBasedHold === true, 'holds every new object'],
    [iamConfiguration.publicAccessPrevention === 'inherited', 'may be opened to the public'],
    [iamConfiguration.uniformBucketLevelAccess?.enabled === false, 'lets objects have rights of their own'],
    [
      use !== 'spool' && (bucket.lifecycle?.rule ?? []).some(removesCurrent),
      'has a lifecycle rule that removes current objects',
    ],
    [
      use === 'heads' && removals(bucket).some((rule) => !sparesHeads(rule)),
      `has a lifecycle rule that removes earlier heads before ${KEPT.newerHeads} newer ones are there and ${KEPT.headDays} days are over`,
    ],
    [
      use === 'contents' && removals(bucket).some((rule) => daysOf(rule) < KEPT.contentDays),
      `has a lifecycle rule that removes earlier objects within ${KEPT.contentDays} days`,
    ],
    [
      use === 'spool' && removals(bucket).some(({ condition = {} }) => (condition.age ?? 0) < KEPT.spoolDays),
      `has a lifecycle rule that removes what is under way within ${KEPT.spoolDays} days`,
    ],
  ];
  return wrong.flatMap(([is, what]) => (is ? [what] : []));
}

/** What works all the same. */
function whatIsDear(bucket: BucketResource, { use }: BucketNeeds, tiers: Tiers): string[] {
  const rules = bucket.lifecycle?.rule ?? [];
  const has = (type: string): boolean => rules.some(({ action }) => action?.type === type);
  const dear: [boolean, string][] = [
    [isVersioned(use) && removals(bucket).length === 0, 'never removes earlier objects: it only grows'],
    [use === 'contents' && !hasTiers(rules, tiers), tiersWanted(has('SetStorageClass'), tiers)],
    [use === 'heads' && has('SetStorageClass'), 'moves heads, which are read often, to another class'],
    [
      use !== 'checkpoints' && !has('AbortIncompleteMultipartUpload'),
      'keeps uploads that were never finished',
    ],
  ];
  return dear.flatMap(([is, what]) => (is ? [what] : []));
}

function tiersWanted(hasSome: boolean, { nearlineDays, coldlineDays }: Tiers): string {
  if (!hasSome) return 'keeps old contents in the class of new ones';
  const day = (days: number) => (days === 0 ? 'never' : `after ${days} days`);
  return `moves contents to other classes at other times than the settings say (Nearline ${day(nearlineDays)}, Coldline ${day(coldlineDays)})`;
}

function isVersioned(use: BucketNeeds['use']): boolean {
  return use === 'heads' || use === 'contents';
}

function removals({ lifecycle }: BucketResource): readonly LifecycleRule[] {
  return (lifecycle?.rule ?? []).filter(({ action }) => action?.type === 'Delete');
}

/** Records of audit stand in earlier heads until a relay has taken them. All conditions of a rule must hold. */
function sparesHeads(rule: LifecycleRule): boolean {
  return daysOf(rule) >= KEPT.headDays && (rule.condition?.numNewerVersions ?? 0) >= KEPT.newerHeads;
}

function daysOf({ condition = {} }: LifecycleRule): number {
  return condition.daysSinceNoncurrentTime ?? 0;
}

function removesCurrent({ action, condition = {} }: LifecycleRule): boolean {
  if (action?.type !== 'Delete') return false;
  return !ONLY_EARLIER.some((name) => name in condition) && condition.isLive !== false;
}
