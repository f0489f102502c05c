/** What a client may ask for. Each throws a {@link Refusal} that says what is wrong. */
import {
  MAX_KEY_BYTES,
  MAX_KEYS,
  MAX_REQUEST_ID_LENGTH,
  MAX_SIBLINGS,
  MAX_STORE_CHARACTERS,
  MAX_VALUE_BYTES,
} from '../limits.js';
import type { LocalWrite } from './commit-loop.js';
import { EMPTY_KEY } from './key-state.js';
import { fits } from './operation.js';
import { Refusal } from './refusal.js';
import type { StateChange } from './store-state.js';

export function checkKey(key: string): void {
  if (key === '' || !fits(key, MAX_KEY_BYTES)) throw new Refusal('bad-key', `a key is 1 to ${MAX_KEY_BYTES} bytes`);
}

export function checkValue(value: string | null): void {
  if (value !== null && !fits(value, MAX_VALUE_BYTES)) {
    throw new Refusal('bad-value', `a value is at most ${MAX_VALUE_BYTES} bytes`);
  }
}

export function checkRequestId(request: string): void {
  if (!/^[\x21-\x7e]+$/.test(request) || request.length > MAX_REQUEST_ID_LENGTH) {
    throw new Refusal('bad-request-id', `a request id is 1 to ${MAX_REQUEST_ID_LENGTH} visible ASCII characters`);
  }
}

/** Whether the store has room for a write. Deletions always have room: they are how room is made. */
export function checkRoom(change: StateChange, { key, value, context }: LocalWrite): void {
  const known = change.key(key);
  if (known === EMPTY_KEY && change.keyCount >= MAX_KEYS) {
    throw new Refusal('too-many-keys', `the store holds ${MAX_KEYS} keys already, deleted ones included`);
  }
  // Every entry of an honest context is an operation on this key, and the request has waited until all are here.
  if (!known.register.context.covers(context)) {
    throw new Refusal('bad-context', 'it names versions that this key never had');
  }
  const standing = known.register.unseen(context);
  if (standing.length >= MAX_SIBLINGS) {
    throw new Refusal(
      'too-many-siblings',
      `${standing.length} versions stand side by side: read them and merge them first`,
    );
  }
  if (value !== null && change.characters + value.length > MAX_STORE_CHARACTERS) {
    throw new Refusal('store-full', `the store holds ${MAX_STORE_CHARACTERS} characters already`);
  }
}
