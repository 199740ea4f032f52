export { BigQueryAuditSink, type WarehousePlace } from './bigquery-audit-sink.ts';
export { type BucketNeeds, checkBucket } from './bucket-check.ts';
export { CloudKeys, type CloudKeysOptions } from './cloud-keys.ts';
export { GcsBlobStore } from './gcs-blob-store.ts';
export { LockedBucket, routedPlace } from './locked-bucket.ts';
export { type CloudOptions, openGcpPlatform } from './platform.ts';
export { StorageCalls, type StorageOptions } from './storage-calls.ts';
export { WarehouseCalls, type WarehouseOptions } from './warehouse-calls.ts';
export { COLUMNS, TABLES } from './warehouse-tables.ts';
