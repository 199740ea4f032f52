/** Where the data of one residency are in the cloud. */
export interface GcpPlaces {
  readonly residency: 'us' | 'eu';
  readonly heads: string;
  readonly contents: string;
  readonly spool: string;
  readonly secrets: string;
  readonly keyRing: string;
  /** Of BigQuery, for events of the audit trail. */
  readonly dataset: { readonly project: string | null; readonly dataset: string } | null;
  /** The bucket of its checkpoints. */
  readonly checkpoints: string | null;
}

export interface GcpConfig {
  /** The first one is where documents are kept of tenants for whom nothing else is said. */
  readonly places: readonly GcpPlaces[];
  /** `null`: the one of the surroundings. */
  readonly project: string | null;
  /** After how many days contents go to a cheaper class; 0: never. */
  readonly tiers: { readonly nearlineDays: number; readonly coldlineDays: number };
}

/** Variables as they are given, `undefined` where they are not. */
export interface GcpVariables {
  readonly REDLINE_RESIDENCY?: 'us' | 'eu' | undefined;
  readonly REDLINE_GCS_US?: string | undefined;
  readonly REDLINE_GCS_EU?: string | undefined;
  readonly REDLINE_KMS_US?: string | undefined;
  readonly REDLINE_KMS_EU?: string | undefined;
  readonly REDLINE_BIGQUERY_US?: string | undefined;
  readonly REDLINE_BIGQUERY_EU?: string | undefined;
  readonly REDLINE_CHECKPOINTS_US?: string | undefined;
  readonly REDLINE_CHECKPOINTS_EU?: string | undefined;
  readonly REDLINE_GCP_PROJECT?: string | undefined;
  readonly REDLINE_NEARLINE_DAYS: number;
  readonly REDLINE_COLDLINE_DAYS: number;
}

const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
const KEY_RING = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[A-Za-z0-9_-]{1,63}$/;
/** `PROJECT.DATASET`, or a dataset of the project of all else. */
const DATASET = /^(?:([a-z][a-z0-9:.-]{4,60}[a-z0-9])\.)?(\w{1,1024})$/;
const RESIDENCIES = ['us', 'eu'] as const;

/** @returns the configuration, or every fault as a line. */
export function gcpOf(
  values: GcpVariables,
  residencies: ReadonlyMap<string, 'us' | 'eu'>,
): GcpConfig | readonly string[] {
  const faults: string[] = [];
  const places = RESIDENCIES.flatMap((residency) => placesOf(residency, values, faults));
  const chosen = values.REDLINE_RESIDENCY ?? (places.length === 1 ? places[0]?.residency : undefined);
  if (faults.length === 0 && chosen === undefined) {
    faults.push(
      places.length === 0
        ? 'REDLINE_GCS_US or REDLINE_GCS_EU must name the buckets'
        : 'REDLINE_RESIDENCY must be us or eu where both have buckets',
    );
  }
  if (faults.length === 0 && !places.some(({ residency }) => residency === chosen)) {
    faults.push(`REDLINE_RESIDENCY is ${chosen}, which has no buckets`);
  }
  for (const [tenant, residency] of residencies) {
    if (places.some((place) => place.residency === residency)) continue;
    faults.push(`REDLINE_TENANTS puts ${tenant} in ${residency}, which has no buckets`);
  }
  if (new Set(places.map(({ checkpoints }) => checkpoints === null)).size > 1) {
    faults.push('REDLINE_CHECKPOINTS_US and REDLINE_CHECKPOINTS_EU must both be given, or none of them');
  }
  const tiers = { nearlineDays: values.REDLINE_NEARLINE_DAYS, coldlineDays: values.REDLINE_COLDLINE_DAYS };
  if (tiers.coldlineDays > 0 && tiers.coldlineDays <= tiers.nearlineDays)
    faults.push('REDLINE_COLDLINE_DAYS must be more than REDLINE_NEARLINE_DAYS, or 0 for never');
  if (faults.length > 0) return faults;
  const first = places.toSorted((a) => (a.residency === chosen ? -1 : 1));
  return { places: first, project: values.REDLINE_GCP_PROJECT ?? null, tiers };
}

function placesOf(residency: 'us' | 'eu', values: GcpVariables, faults: string[]): GcpPlaces[] {
  const suffix = residency === 'us' ? 'US' : 'EU';
  const [gcs, kms] = [`REDLINE_GCS_${suffix}`, `REDLINE_KMS_${suffix}`] as const;
  const [warehouse, locked] = [`REDLINE_BIGQUERY_${suffix}`, `REDLINE_CHECKPOINTS_${suffix}`] as const;
  const { [gcs]: buckets, [kms]: keyRing, [warehouse]: dataset, [locked]: checkpoints = null } = values;
  if (buckets === undefined && keyRing === undefined) return [];
  const names = (buckets ?? '').split(',').map((name) => name.trim());
  const [heads = '', contents = '', spool = '', secrets = ''] = names;
  const areNames =
    names.length === 4 && new Set(names).size === 4 && names.every((name) => BUCKET.test(name));
  if (!areNames)
    faults.push(
      `${gcs} must be the names of four buckets with commas between them: heads, contents, spool, secrets`,
    );
  if (!KEY_RING.test(keyRing ?? '')) faults.push(`${kms} must be projects/…/locations/…/keyRings/…`);
  const [, project = null, name] = DATASET.exec(dataset ?? '') ?? [];
  if (dataset !== undefined && name === undefined)
    faults.push(`${warehouse} must be PROJECT.DATASET, or DATASET`);
  if (checkpoints !== null && (!BUCKET.test(checkpoints) || names.includes(checkpoints)))
    faults.push(`${locked} must be the name of a bucket of its own`);
  const stores = { heads, contents, spool, secrets, keyRing: keyRing ?? '', checkpoints };
  return [{ residency, ...stores, dataset: name === undefined ? null : { project, dataset: name } }];
}
