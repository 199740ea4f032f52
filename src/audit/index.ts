export { type AuditEvent, EVENT_FIELDS, hashOf, type Occurrence, type Outcome } from './event.ts';
export { EVENT_SCHEMA } from './event-schema.ts';
export { EVENT_TYPES, type EventKind, type EventType } from './event-types.ts';
export type { EventActor, Happening } from './happening.ts';
export type { TrailState } from './lag.ts';
export { PortableTrail } from './portable-trail.ts';
export type { AuditPage, AuditQuery, AuditSink, RegionalSink, SequenceRange } from './ports/audit-sink.ts';
export type { LockedPlace, NameStretch } from './ports/locked-place.ts';
export type { KeptRecord, RecordLog } from './ports/record-log.ts';
export { Checkpointer, type Checkpoints, checkpointsAfter, readProof } from './proof/checkpointer.ts';
export { type EventProof, proveEvent } from './proof/event-proof.ts';
export { isStatement, type Signed } from './proof/statement.ts';
export { type ChainFault, type Verification, verifyChain, vouchedKeys } from './proof/verify.ts';
export { routedLog } from './routed-log.ts';
export { routedSink } from './routed-sink.ts';
export { EXPORT_FORMATS, type ExportFormat, eventLine, headLine } from './tables.ts';
export {
  type Intent,
  Trail,
  type TrailParts,
  type TrailReach,
} from './trail.ts';
