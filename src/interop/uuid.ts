/**
 * Event ids: UUIDs of version 7 (RFC 9562), which begin with the millisecond of their making and so sort by it.
 */
import { hexOfBytes } from '../clocks/hex.js';
import { hostRandomBytes, type RandomBytes } from '../clocks/node-id.js';
import type { PhysicalClock } from '../clocks/physical-clock.js';

const UUID_BYTES = 16;
const TIME_BYTES = 6;
const LAST_TIME = 2 ** 48 - 1;

/** A new UUIDv7: 48 bits of Unix milliseconds, the version, and 74 random bits. */
export function uuidV7(now: PhysicalClock = () => Date.now(), randomBytes: RandomBytes = hostRandomBytes): string {
  const bytes = Uint8Array.from(randomBytes(UUID_BYTES));
  let millis = Math.min(Math.max(Math.floor(now()) || 0, 0), LAST_TIME);
  for (let i = TIME_BYTES - 1; i >= 0; i--) {
    bytes[i] = millis % 256;
    millis = Math.floor(millis / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = hexOfBytes(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
