/** The state of a delivery buffer as JSON and back; what is not one is an {@link InvalidValueError}. */
import { InvalidValueError } from '../clocks/errors.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { vectorOf } from './checks.js';

export const SNAPSHOT_FORMAT = 'otel-causality/delivery/1';

type Entries = readonly (readonly [node: string, counter: number])[];

/** What a delivery buffer knows. Plain JSON but for the messages, which are the application's. */
export interface DeliverySnapshot<M> {
  readonly format: typeof SNAPSHOT_FORMAT;
  /** How many messages of each node were delivered. */
  readonly seen: Entries;
  readonly waiting: readonly M[];
  /** The highest message of each sender that there was no room for. */
  readonly turnedAway: Entries;
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
  messageOf: (message: unknown) => M = (message) => message as M,
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

function vectorIn(field: string, value: unknown): VectorTimestamp {
  const vector = Array.isArray(value) ? vectorOf(value) : undefined;
  if (vector === undefined) throw new InvalidValueError(field, value, 'the entries of a vector');
  return vector;
}
