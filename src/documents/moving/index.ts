export {
  isElsewhere,
  isMoving,
  isServed,
  type LeftEvents,
  type Move,
  movingBy,
  Placements,
  type StoredMove,
} from './placements.ts';
export { type MoveReport, type Mover, type MoveStatus, TenantMove } from './tenant-move.ts';
