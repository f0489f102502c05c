/**
 * What a client holds between requests, as text.
 *
 * A **session token** is a vector: how many operations of each writer the session's future must be able to see. A
 * **context** is a vector too, but of one key: the versions of this key that its reader was shown. It names the key by a
 * hash, because a context that is handed in for another key would replace versions that nobody saw.
 * Both are plain text, `1;n1-4f2a9c01=7,n2-…=3` and `1;8c1f0a2b;n1-…=7`, and neither is a secret or a proof: a client
 * that invents one waits for what it invented, or replaces what it chose to.
 */
import { createHash } from 'node:crypto';
import { parseVector, VectorTimestamp } from 'otel-causality';
import { MAX_TOKEN_LENGTH, MAX_WRITERS } from '../limits.js';
import { Refusal, type RefusalCode } from './refusal.js';

const VERSION = '1';
const KEY_HASH_DIGITS = 8;

export function formatSession(vector: VectorTimestamp): string {
  return `${VERSION};${vector.toString()}`;
}

/** Reads a session token; undefined and the empty text are a new session. Throws a {@link Refusal}. */
export function parseSession(text: string | undefined): VectorTimestamp {
  if (text === undefined || text === '') return VectorTimestamp.EMPTY;
  const [version, vector, ...rest] = split(text, 'bad-session');
  if (version !== VERSION || vector === undefined || rest.length > 0) {
    throw new Refusal('bad-session', `a session token is "${VERSION};<vector>", as an earlier reply gave it`);
  }
  return vectorOf(vector, 'bad-session');
}

export function formatContext(key: string, vector: VectorTimestamp): string {
  return `${VERSION};${keyHash(key)};${vector.toString()}`;
}

/** Reads a context of this key; undefined and the empty text have seen nothing. Throws a {@link Refusal}. */
export function parseContext(key: string, text: string | undefined): VectorTimestamp {
  if (text === undefined || text === '') return VectorTimestamp.EMPTY;
  const [version, hash, vector, ...rest] = split(text, 'bad-context');
  if (version !== VERSION || hash === undefined || vector === undefined || rest.length > 0) {
    throw new Refusal('bad-context', `a context is "${VERSION};<key>;<vector>", as a reply about this key gave it`);
  }
  if (hash !== keyHash(key)) throw new Refusal('bad-context', 'this context is of another key');
  return vectorOf(vector, 'bad-context');
}

/** A vector as text, where the empty one is the empty text. */
export function parsePlainVector(text: string): VectorTimestamp {
  return text === '' ? VectorTimestamp.EMPTY : parseVector(text);
}

function split(text: string, code: RefusalCode): string[] {
  if (text.length > MAX_TOKEN_LENGTH) throw new Refusal(code, `longer than ${MAX_TOKEN_LENGTH} characters`);
  return text.split(';', 4);
}

function vectorOf(text: string, code: RefusalCode): VectorTimestamp {
  let vector: VectorTimestamp;
  try {
    vector = parsePlainVector(text);
  } catch (error) {
    throw new Refusal(code, error instanceof Error ? error.message : String(error));
  }
  if (vector.size > MAX_WRITERS) throw new Refusal(code, `more than ${MAX_WRITERS} writers`);
  return vector;
}

function keyHash(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, KEY_HASH_DIGITS);
}
