/** The state of a delivery buffer as JSON and back; what is not one is an {@link InvalidValueError}. */
import { InvalidValueError } from '../clocks/errors.js';
import { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { vectorOf } from './foreign-names.js';
import { type VectorEntries, vectorIn } from './vector-entries.js';

export const SNAPSHOT_FORMAT: DeliverySnapshot<unknown>['format'] = 'otel-causality/delivery/1';

/** What a delivery buffer knows. Plain JSON but for the messages, which are the application's. */
export interface DeliverySnapshot<M> {
  /** Names what this is, and its version. */
  readonly format: 'otel-causality/delivery/1';
  /** How many messages of each node were delivered. */
  readonly seen: VectorEntries;
  /** The messages that wait, in the order of their coming. */
  readonly waiting: readonly M[];
  /** The highest message of each sender that there was no room for. */
  readonly turnedAway: VectorEntries;
}

/** A snapshot that was read. */
export interface RestoredDelivery<M> {
  readonly seen: VectorTimestamp;
  readonly waiting: readonly M[];
  readonly turnedAway: VectorTimestamp;
}

/** Throws {@link InvalidValueError}. The messages are checked by whoever takes them in. */
export function readSnapshot<M>(
  value: unknown,
  messageOf: (message: unknown) => M = (message) => parsedMessage(message) as M,
): RestoredDelivery<M> {
  if (typeof value !== 'object' || value === null) throw new InvalidValueError('snapshot', value, 'an object');
  const { format, seen, waiting, turnedAway } = value as Readonly<Record<string, unknown>>;
  if (format !== SNAPSHOT_FORMAT) throw new InvalidValueError('snapshot.format', format, `'${SNAPSHOT_FORMAT}'`);
  if (!Array.isArray(waiting)) throw new InvalidValueError('snapshot.waiting', waiting, 'a list');
  return {
    seen: vectorIn('snapshot.seen', seen),
    waiting: waiting.map((message: unknown) => messageOf(message)),
    turnedAway: vectorIn('snapshot.turnedAway', turnedAway),
  };
}

/** What JSON has made of a message: its vector is a record again of nodes and counters. */
function parsedMessage(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const { vector } = message as { vector?: unknown };
  if (typeof vector !== 'object' || vector === null || vector instanceof VectorTimestamp) return message;
  return { ...message, vector: vectorOf(Object.entries(vector)) };
}
