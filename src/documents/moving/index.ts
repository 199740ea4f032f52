export { isElsewhere, isServed, movingBy, Placements } from './placements.ts';
export { type MoveReport, type Mover, TenantMove } from './tenant-move.ts';
