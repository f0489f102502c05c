/**
 * Node ids: who stamped an event. One id is one *incarnation*, that is one start of one process (or one JavaScript
 * realm), so that a restarted process can begin counting again without ever reusing a (node, tick) pair.
 */
import { INCARNATION_LENGTH, MAX_NODE_ID_LENGTH, MAX_NODE_NAME_LENGTH, MAX_RANDOM_DRAWS } from './limits.js';

/** Random bytes as numbers 0..255; the host's cryptographic source unless a test injects its own. */
export type RandomBytes = (count: number) => Uint8Array;

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const FALLBACK_NAME = 'node';

const NODE_CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';

/** 1 for each code of a byte that a node id may have: one look for each character, of which most of a stamp is. */
const IS_NODE_CHAR = Uint8Array.from({ length: 256 }, (_, code) =>
  NODE_CHARS.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** True for the characters a node id may have: `A-Z a-z 0-9 - _ .` */
export function isNodeChar(code: number): boolean {
  return IS_NODE_CHAR[code] === 1;
}

/** True for 1 to 64 characters of the wire alphabet. */
export function isNodeId(text: unknown): text is string {
  if (typeof text !== 'string' || text.length === 0 || text.length > MAX_NODE_ID_LENGTH) return false;
  for (let i = 0; i < text.length; i++) if (!isNodeChar(text.charCodeAt(i))) return false;
  return true;
}

/** Makes any text a legal name: runs of other characters become one hyphen, and it is cut at 40 characters. */
export function cleanNodeName(text: string): string {
  const cleaned = text
    .slice(0, 4 * MAX_NODE_NAME_LENGTH)
    .replace(/[^A-Za-z0-9\-_.]+/g, '-')
    .slice(0, MAX_NODE_NAME_LENGTH)
    .replace(/^-|-$/g, '');
  return cleaned === '' ? FALLBACK_NAME : cleaned;
}

/**
 * Draws the id of a new incarnation: `<name>-<8 random base36>`. Throws where the random source gives none: an id that
 * another process may have, too, is worse than no stamps.
 */
export function drawNodeId(name: string, randomBytes: RandomBytes = hostRandomBytes): string {
  let suffix = '';
  for (let draws = 0; suffix.length < INCARNATION_LENGTH; draws++) {
    if (draws === MAX_RANDOM_DRAWS) throw new Error('the random source gives no usable bytes');
    const bytes = randomBytes(2 * INCARNATION_LENGTH);
    for (let at = 0; at < 2 * INCARNATION_LENGTH && suffix.length < INCARNATION_LENGTH; at++) {
      const byte = bytes[at];
      // 252 is the highest multiple of 36 in a byte: taking more would favour the first letters.
      if (Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) < 252) {
        suffix += ALPHABET[(byte as number) % 36];
      }
    }
  }
  return `${cleanNodeName(name)}-${suffix}`;
}

interface HostCrypto {
  getRandomValues(array: Uint8Array): Uint8Array;
}

/** `crypto.getRandomValues`, which Node 20, browsers, workers and edge runtimes all have. */
export function hostRandomBytes(count: number): Uint8Array {
  const { crypto } = globalThis as unknown as { crypto: HostCrypto };
  return crypto.getRandomValues(new Uint8Array(count));
}
