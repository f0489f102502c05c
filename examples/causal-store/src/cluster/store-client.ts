/** A client of the store: one session, which keeps its token, and hands contexts back. */
import type { ReplyJson } from '../core/client-protocol.js';

export interface StoreRequest {
  readonly key: string;
  readonly session?: string | undefined;
  readonly context?: string | undefined;
  /** Undefined reads, null deletes. */
  readonly value?: string | null | undefined;
  readonly request?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StoreAnswer {
  readonly status: number;
  /** The store's reply, or undefined where it refused. */
  readonly reply?: ReplyJson;
  readonly error?: string;
}

const TIMEOUT_MS = 6_000;

/** One request to one node. Rejects when no whole answer came: a write may then have happened. */
export async function askStore(base: string, request: StoreRequest, timeoutMs = TIMEOUT_MS): Promise<StoreAnswer> {
  const { key, session, context, value, request: id, headers } = request;
  const response = await fetch(new URL(`/kv/${encodeURIComponent(key)}`, base), {
    method: value === undefined ? 'GET' : value === null ? 'DELETE' : 'PUT',
    headers: {
      ...(session === undefined || session === '' ? {} : { 'x-store-session': session }),
      ...(context === undefined || context === '' ? {} : { 'x-store-context': context }),
      ...(id === undefined ? {} : { 'x-request-id': id }),
      ...headers,
    },
    ...(typeof value === 'string' ? { body: value } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const json = (await response.json()) as ReplyJson & { readonly error?: string };
  return json.error === undefined
    ? { status: response.status, reply: json }
    : { status: response.status, error: json.error };
}
