/**
 * Live backends: Jaeger, Tempo and Zipkin, asked through their own query interfaces.
 *
 * Guarantee: times are the recorded ones: whatever a backend does against clock skew is switched off in the request.
 * No more traces are asked for than the limit says.
 * Hazard: no backend says how many traces it did not return. An answer as long as the limit may have been cut.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import { DEFAULT_BACKEND_SINCE_MS, DEFAULT_BACKEND_TRACES, HIGHEST_BACKEND_TRACES } from '../../../clocks/limits.js';
import { isObject } from '../formats/attribute-record.js';
import { addressOf, BackendClient, RefusedError } from './backend-request.js';
import type { SourcePart } from './byte-source.js';
import { paddedTraceIdOf } from '../formats/ids.js';
import { ReadTracesError } from '../formats/problems.js';

/** What to ask of a backend. */
export interface BackendQuery {
  /** One trace by its id; then nothing else of the query matters. */
  readonly trace?: string;
  /** Traces that this service takes part in. */
  readonly service?: string;
  /** No traces older than this: a moment, or an age such as `15m`, `2h` or `1d`. An hour by default. */
  readonly since?: Date | string;
  /** Most traces to ask for. 100 by default. */
  readonly limit?: number;
  /** Sent along, for a tenant or a token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that the backend may stay silent. 30,000 by default. */
  readonly timeoutMs?: number;
}

/** Jaeger by the address of its query service, such as `http://localhost:16686`. */
export interface JaegerSource extends BackendQuery {
  readonly jaeger: string;
}

/** Tempo by the address of its query frontend, such as `http://localhost:3200`. */
export interface TempoSource extends BackendQuery {
  readonly tempo: string;
  /** A search in TraceQL, instead of `service`. */
  readonly query?: string;
}

/** Zipkin by its address, such as `http://localhost:9411`. */
export interface ZipkinSource extends BackendQuery {
  readonly zipkin: string;
}

export type BackendSource = JaegerSource | TempoSource | ZipkinSource;

/** Told of a trace that a backend lists and does not give. */
type OnRefusal = (name: string, reason: string) => void;

interface Window {
  readonly since: Date;
  readonly until: Date;
  readonly limit: number;
}

export function isBackend(source: unknown): source is BackendSource {
  if (typeof source !== 'object' || source === null) return false;
  return 'jaeger' in source || 'tempo' in source || 'zipkin' in source;
}

/** The answers that hold the traces. Throws {@link ReadTracesError}. */
export async function* openBackend(source: BackendSource, onRefusal: OnRefusal): AsyncGenerator<SourcePart> {
  const window = windowOf(source);
  const id = source.trace === undefined ? undefined : paddedTraceIdOf(source.trace, 'trace');
  if ('jaeger' in source) yield await openJaeger(source, id, window);
  else if ('zipkin' in source) yield await openZipkin(source, id, window);
  else yield* openTempo(source, id, window, onRefusal);
}

/**
 * Every spelling of each parameter. Jaeger took those with low lines until 2.16 and takes only the others from 2.20 on;
 * how many traces was `num_traces` before, and 2.13 refuses a search without it.
 */
async function openJaeger(source: JaegerSource, id: string | undefined, window: Window): Promise<SourcePart> {
  const client = clientOf('jaeger', source.jaeger, source);
  if (id !== undefined)
    return client.open(client.url(`api/v3/traces/${id}`, { raw_traces: 'true', rawTraces: 'true' }));
  const [since, until] = [window.since.toISOString(), window.until.toISOString()];
  const url = client.url('api/v3/traces', {
    'query.service_name': source.service,
    'query.serviceName': source.service,
    'query.start_time_min': since,
    'query.startTimeMin': since,
    'query.start_time_max': until,
    'query.startTimeMax': until,
    'query.num_traces': window.limit,
    'query.search_depth': window.limit,
    'query.searchDepth': window.limit,
    'query.raw_traces': 'true',
    'query.rawTraces': 'true',
  });
  try {
    return await client.open(url);
  } catch (error) {
    if (error instanceof RefusedError && error.status === 400 && source.service === undefined) {
      throw new ReadTracesError(addressOf(url), `${error.reason}. Name a service`, 0, { cause: error });
    }
    throw error;
  }
}

async function openZipkin(source: ZipkinSource, id: string | undefined, window: Window): Promise<SourcePart> {
  const client = clientOf('zipkin', source.zipkin, source);
  if (id !== undefined) return client.open(client.url(`api/v2/trace/${id}`));
  return client.open(
    client.url('api/v2/traces', {
      serviceName: source.service,
      endTs: window.until.getTime(),
      lookback: Math.max(1, window.until.getTime() - window.since.getTime()),
      limit: window.limit,
    }),
  );
}

async function* openTempo(
  source: TempoSource,
  id: string | undefined,
  window: Window,
  onRefusal: OnRefusal,
): AsyncGenerator<SourcePart> {
  const client = clientOf('tempo', source.tempo, source);
  if (id !== undefined) {
    yield await openTempoTrace(client, id);
    return;
  }
  const url = client.url('api/search', {
    q:
      source.query ??
      (source.service === undefined ? '{}' : `{ resource.service.name = ${JSON.stringify(source.service)} }`),
    start: Math.floor(window.since.getTime() / 1000),
    end: Math.ceil(window.until.getTime() / 1000),
    limit: window.limit,
    // The spans that a search shows are thrown away: each trace is then read whole.
    spss: 1,
  });
  const ids = tempoIdsOf(await client.json(url), url, window.limit, onRefusal);
  for (const found of ids) {
    try {
      yield await openTempoTrace(client, found);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      // Tempo forgets traces while one looks on; the others are still worth reading.
      onRefusal(error.source, error.reason);
    }
  }
}

/** Older Tempos know only the second of the two ways. */
async function openTempoTrace(client: BackendClient, id: string): Promise<SourcePart> {
  try {
    return await client.open(client.url(`api/v2/traces/${id}`));
  } catch (error) {
    if (!(error instanceof RefusedError) || error.status !== 404) throw error;
    return client.open(client.url(`api/traces/${id}`));
  }
}

function tempoIdsOf(answer: unknown, url: string, limit: number, onRefusal: OnRefusal): ReadonlySet<string> {
  const traces = isObject(answer) ? (answer['traces'] ?? []) : undefined;
  if (!Array.isArray(traces))
    throw new ReadTracesError(addressOf(url), 'answers with no list of traces: is this Tempo?');
  const ids = new Set<string>();
  for (const trace of (traces as readonly unknown[]).slice(0, limit)) {
    try {
      ids.add(paddedTraceIdOf(isObject(trace) ? trace['traceID'] : trace, 'traceID'));
    } catch (error) {
      onRefusal(addressOf(url), (error as Error).message);
    }
  }
  if (ids.size === 0)
    throw new ReadTracesError(addressOf(url), 'no such traces: look further back with since, or ask for others');
  return ids;
}

function clientOf(field: string, address: string, { headers, timeoutMs }: BackendQuery): BackendClient {
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new InvalidValueError('timeoutMs', timeoutMs, 'milliseconds above 0');
  }
  return new BackendClient(field, address, headers, timeoutMs);
}

function windowOf({ since, limit = DEFAULT_BACKEND_TRACES }: BackendQuery): Window {
  if (!Number.isInteger(limit) || limit < 1 || limit > HIGHEST_BACKEND_TRACES) {
    throw new InvalidValueError('limit', limit, `1 to ${HIGHEST_BACKEND_TRACES}`);
  }
  const until = new Date();
  return { since: momentOf(since, until), until, limit };
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment, an age before now, or a moment as text. */
function momentOf(since: Date | string | undefined, now: Date): Date {
  if (since === undefined) return new Date(now.getTime() - DEFAULT_BACKEND_SINCE_MS);
  let moment = since instanceof Date ? since : new Date(Number.NaN);
  if (typeof since === 'string') {
    const age = /^(\d{1,9})(ms|s|m|h|d)$/.exec(since);
    if (age !== null) moment = new Date(now.getTime() - Number(age[1]) * (UNIT_MS[age[2] as string] as number));
    else if (/^\d{4}-\d{2}-\d{2}/.test(since)) moment = new Date(since);
  }
  // Before 1970 there were no traces.
  if (!(moment.getTime() >= 0 && moment.getTime() <= now.getTime())) {
    throw new InvalidValueError('since', since, 'an age such as 15m, 2h or 1d, or a moment in the past');
  }
  return moment;
}
