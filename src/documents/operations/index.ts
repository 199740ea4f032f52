export type { OperationPlace, SentInputs, SentWith } from './inputs.ts';
export {
  callerOf,
  type ListedOperation,
  OperationStore,
  type ShelvedOperation,
  type StoredOperation,
  shelved,
} from './operation-store.ts';
export {
  changed,
  isOpen,
  type NewOperation,
  OPERATION_STATES,
  type Operation,
  type OperationActor,
  type OperationChange,
  type OperationEvent,
  type OperationFailure,
  type OperationPriority,
  type OperationState,
} from './record.ts';
