/**
 * An application's event together with what its sender knew: the envelope of the Rust SDK like-a-clockwork.
 *
 * Guarantee: immutable, and legal in all three transports, so that an event that could be made can be sent.
 * Hazard: the payload's bytes are not copied. Whoever changes them changes the event.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { LamportTimestamp } from '../clocks/lamport-clock.js';
import { MAX_EVENT_FIELD_LENGTH } from '../clocks/limits.js';
import type { RandomBytes } from '../clocks/node-id.js';
import type { PhysicalClock } from '../clocks/physical-clock.js';
import { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { uuidV7 } from './uuid.js';

/** What an event is made of. */
export interface TracedEventFields {
  /** What happened, for example `order.created`: 1 to 256 characters, no control characters. */
  readonly type: string;
  /** The message's own content. */
  readonly payload: Uint8Array;
  /** What the sender had heard of, the event itself included. */
  readonly vector: VectorTimestamp;
  /** The sender's Lamport time, where it keeps one. */
  readonly lamport?: LamportTimestamp | undefined;
  /** Default: a new UUIDv7. Any 1 to 256 characters without control characters. */
  readonly id?: string | undefined;
}

/** Where the time and the randomness of a new id come from. */
export interface EventIdSource {
  /** Milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: PhysicalClock;
  /** Default: the host's cryptographic source. */
  readonly randomBytes?: RandomBytes;
}

/** An event with its causal metadata. Immutable. */
export class TracedEvent {
  /** Names this event: a UUIDv7 unless the sender chose another. */
  readonly id: string;
  /** What happened. */
  readonly type: string;
  /** The message's own content, not copied. */
  readonly payload: Uint8Array;
  /** What the sender had heard of, the event itself included. */
  readonly vector: VectorTimestamp;
  /** The sender's Lamport time, where it keeps one. */
  readonly lamport: LamportTimestamp | undefined;

  /** Throws {@link InvalidValueError} naming the field. */
  constructor(fields: TracedEventFields, { now, randomBytes }: EventIdSource = {}) {
    this.type = checkEventField('event type', fields.type);
    this.id = fields.id === undefined ? uuidV7(now, randomBytes) : checkEventField('event id', fields.id);
    if (!(fields.payload instanceof Uint8Array)) {
      throw new InvalidValueError('event payload', fields.payload, 'a Uint8Array');
    }
    if (!(fields.vector instanceof VectorTimestamp)) {
      throw new InvalidValueError('event vector', fields.vector, 'a VectorTimestamp');
    }
    if (fields.lamport !== undefined && !(fields.lamport instanceof LamportTimestamp)) {
      throw new InvalidValueError('event lamport', fields.lamport, 'a LamportTimestamp');
    }
    this.payload = fields.payload;
    this.vector = fields.vector;
    this.lamport = fields.lamport;
  }
}

/** Returns an event's id or type when it can travel in a header. Throws {@link InvalidValueError}. */
export function checkEventField(field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_EVENT_FIELD_LENGTH && !hasControl(value)) {
    return value;
  }
  const expected = `a string of 1 to ${MAX_EVENT_FIELD_LENGTH} characters without control characters`;
  throw new InvalidValueError(field, value, expected);
}

/** True for a text that could end a header and begin another. */
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
}
