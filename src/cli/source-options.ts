/** What to read: files, standard input, or a live backend, as the command line says it. */
import type { BackendSource } from '../analysis/readers/sources/backends.js';
import type { Arguments, OptionHelp } from './arguments.js';

const DEFAULT_TRACES = 100;
const MOST_TRACES = 1_000_000;

export const SOURCE_OPTIONS: readonly OptionHelp[] = [
  { name: 'jaeger', value: 'URL', says: "ask Jaeger's query service, such as http://localhost:16686" },
  { name: 'tempo', value: 'URL', says: 'ask Tempo, such as http://localhost:3200' },
  { name: 'zipkin', value: 'URL', says: 'ask Zipkin, such as http://localhost:9411' },
  { name: 'service', value: 'NAME', says: 'of a backend: traces that this service takes part in' },
  { name: 'since', value: 'AGE', says: 'of a backend: no older than 15m, 2h, 1d, or a date (default: 1h)' },
  { name: 'query', value: 'TRACEQL', says: 'of Tempo: a search instead of --service' },
  {
    name: 'header',
    value: 'NAME:VALUE',
    isRepeated: true,
    says: 'of a backend: send this along, for a tenant or a token',
  },
  { name: 'trace', value: 'ID', says: 'this trace only; of files also the beginning of an id' },
  { name: 'limit', value: 'N', says: `no more than N traces (default: ${DEFAULT_TRACES} of a backend; files: all)` },
];

const BACKENDS = ['jaeger', 'tempo', 'zipkin'] as const;

export interface Wanted {
  readonly sources: readonly (string | BackendSource)[];
  /** The beginning of a trace id, in lower case. */
  readonly trace: string | undefined;
  readonly limit: number | undefined;
}

export function wantedOf(args: Arguments): Wanted {
  const trace = args.text('trace')?.toLowerCase();
  if (trace !== undefined && !/^[0-9a-f]{1,32}$/.test(trace)) {
    args.refuse(`--trace is ${JSON.stringify(trace.slice(0, 60))}; a trace id has up to 32 hexadecimal digits`);
  }
  const limit = args.integer('limit', 1, MOST_TRACES);
  const asked = BACKENDS.filter((name) => args.text(name) !== undefined);
  const [backend] = asked;
  if (backend === undefined) {
    for (const name of ['service', 'since', 'query'] as const) {
      if (args.text(name) !== undefined)
        args.refuse(`--${name} is for a backend: add --jaeger, --tempo or --zipkin with its URL`);
    }
    if (args.texts('header').length > 0) args.refuse('--header is for a backend: add --jaeger, --tempo or --zipkin');
    if (args.operands.length === 0)
      args.refuse('name a file to read, - for standard input, or a backend with --jaeger');
    if (args.operands.filter((operand) => operand === '-').length > 1)
      args.refuse('standard input can be read once only');
    return { sources: args.operands, trace, limit };
  }
  if (asked.length > 1) args.refuse(`--${asked.join(' and --')} together: ask one backend at a time`);
  if (args.operands.length > 0) args.refuse(`either files or --${backend}, not both`);
  if (args.text('query') !== undefined && backend !== 'tempo') args.refuse('--query is TraceQL: only --tempo takes it');
  return { sources: [backendOf(backend, args, trace, limit)], trace, limit };
}

function backendOf(
  backend: (typeof BACKENDS)[number],
  args: Arguments,
  trace: string | undefined,
  limit: number | undefined,
): BackendSource {
  const optional = {
    trace,
    limit,
    service: args.text('service'),
    since: args.text('since'),
    query: args.text('query'),
  };
  const query = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const headers = Object.fromEntries(
    args.texts('header').map((header) => {
      const at = header.indexOf(':');
      // The value may be a secret, so no message shows it.
      if (at < 1) args.refuse('--header needs a name and a value: --header "Authorization: Bearer …"');
      return [header.slice(0, at).trim(), header.slice(at + 1).trim()];
    }),
  );
  return { [backend]: args.text(backend), ...query, headers } as unknown as BackendSource;
}
