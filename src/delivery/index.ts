/** Ordering that applications act on: deduplication, conflicts, causal delivery. Free of Node and of OpenTelemetry. */
export { InvalidValueError } from '../clocks/errors.js';
export { type Relation, VectorTimestamp } from '../clocks/vector-timestamp.js';
export { parseVector } from '../clocks/vector-text.js';
export type { Conflict, ConflictQueue } from './conflict-queue.js';
export { CausalDeduplicator, type DeduplicatorOptions, type Handling } from './deduplicator.js';
export type { HandledState } from './handled-state.js';
export {
  openDeduplicator,
  type StoredDeduplicator,
  type StoredDeduplicatorOptions,
} from './stored-deduplicator.js';
export type {
  Decision,
  DeduplicatorCounters,
  FullPolicy,
  IdentifiedMessage,
  RefusedMessage,
  Verdict,
} from './verdicts.js';
export { type FileSystem, fileStorage } from './file-storage.js';
export {
  type AsyncStateStorage,
  memoryStorage,
  type StateStorage,
  type SyncStateStorage,
  type WebStorage,
  webStorage,
} from './state-storage.js';
export type { KeeperCounters } from './state-keeper.js';
export { type Answer, StateDamagedError, StateSlots, type StoredState } from './state-slots.js';
export {
  CausalRegister,
  type RegisterReading,
  type RegisterWrite,
  SiblingLimitError,
} from './register.js';
export type { RegisterState } from './register-state.js';
export type { VectorEntries } from './vector-entries.js';
export type { Sibling } from './siblings.js';
export { CausalDeliveryBuffer } from './delivery-buffer.js';
export type { DeliveryBufferOptions } from './buffer-options.js';
export type { BroadcastMessage } from './stamped-message.js';
export type { DeliverySnapshot } from './delivery-snapshot.js';
export type { Gap } from './missing-messages.js';
export type { Reception, ReceptionCounters, RefusedReception } from './receptions.js';
export { receptionAttributes, verdictAttributes, type VerdictAttributes } from './verdict-attributes.js';
