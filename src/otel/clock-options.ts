/**
 * The options of a clock: defaults, ranges, and the environment variables that stand in for them.
 *
 * Guarantee: an option that cannot be meant is refused at construction with its name, its value and what was
 * expected; nothing is clamped in silence. A variable that cannot be meant stops nobody: it is said through `diag`,
 * and the default holds, or the strictest value where the variable keeps strangers out.
 */
import type { TextMapGetter } from '@opentelemetry/api';
import { checkMaxDriftMs, DRIFT_EXPECTED, DRIFT_VARIABLE, driftIn } from '../clocks/drift-limit.js';
import { type Environment, hostEnvironment } from '../clocks/environment.js';
import { InvalidValueError } from '../clocks/errors.js';
import {
  DEFAULT_DOMAIN_IDLE_MS,
  DEFAULT_MAX_DOMAINS,
  DEFAULT_MAX_DRIFT_MS,
  DEFAULT_WRITE_BYTES,
  HIGHEST_MAX_DOMAINS,
  MAX_NODE_NAME_LENGTH,
  MAX_STAMP_BYTES,
  MAX_VECTOR_ENTRIES,
  MIN_WRITE_BYTES,
} from '../clocks/limits.js';
import { createPhysicalClock, type PhysicalClock } from '../clocks/physical-clock.js';
import { say } from './counters.js';
import { EnvironmentValues, eitherOf } from './environment-values.js';

/** Which events share a clock: those of a trace, or all of the process. */
export type CausalityScope = 'trace' | 'process';

/** How much of a stamp goes onto a span. */
export type AttributeMode = 'standard' | 'full' | 'lean';

/** Whether services that only forward baggage and tracestate may have heard something on their own. */
export type PlainHops = 'visible' | 'transparent';

/** Whose stamps are read. The function form gets what `extract` got; where it throws, the stamp is not trusted. */
// oxlint-disable-next-line typescript/no-explicit-any -- a carrier can be anything, as in OpenTelemetry's own TextMapGetter
export type Trust = 'all' | 'none' | ((carrier: any, getter: TextMapGetter) => boolean);

/** Everything is optional, but `trust` in process scope. */
export interface CausalClockOptions {
  /**
   * Name of this service in node ids: characters outside `A-Z a-z 0-9 - _ .` are replaced, at most 40 are kept, and
   * a random suffix makes each process its own node. Default: `service.name` of the first stamped span.
   */
  readonly node?: string;
  /** Default `trace`. `process` orders events across traces and requires `trust` to be stated. */
  readonly scope?: CausalityScope;
  /** Default `all` in trace scope; must be given in process scope, where one forged header spoils the process's life. */
  readonly trust?: Trust;
  /** Most entries of a vector, 2..64. Default 64. */
  readonly maxEntries?: number;
  /** Most bytes of a written stamp, 160..4,096. Default 1,024. */
  readonly maxBytes?: number;
  /** Most traces remembered at once, 1..1,000,000. Default 10,000. */
  readonly maxDomains?: number;
  /** Milliseconds of idleness after which a trace without a live span is dropped, 1 or more. Default 15 minutes. */
  readonly domainIdleMs?: number;
  /** Milliseconds that a remote hybrid time may be ahead of ours, 0..86,400,000. Default 500. */
  readonly maxDriftMs?: number;
  /** `transparent`: plain hops only forward (a mesh's proxies). Default `visible`. */
  readonly plainHops?: PlainHops;
  /** Default `standard`. */
  readonly attributes?: AttributeMode;
  /** The physical clock: milliseconds since the Unix epoch, with fractions. Default: follows `Date.now()`. */
  readonly now?: PhysicalClock;
}

/** The options of a clock as they are in force: checked, with defaults filled in. */
export interface ClockSettings extends Required<Omit<CausalClockOptions, 'node'>> {
  readonly node: string | undefined;
}

/** True when `OTEL_CAUSALITY_DISABLED` is `true`: nothing is read, written or stamped. */
export function isDisabled(environment: Environment = hostEnvironment()): boolean {
  return environment['OTEL_CAUSALITY_DISABLED']?.trim().toLowerCase() === 'true';
}

/** What is wrong with `OTEL_CAUSALITY_DISABLED`, where something is. */
export function disabledProblem(environment: Environment): readonly string[] {
  const variables = new EnvironmentValues(environment);
  variables.choice('OTEL_CAUSALITY_DISABLED', ['true', 'false'], "taken for 'false'");
  return variables.problems;
}

const SCOPES = ['trace', 'process'] as const;
const PLAIN_HOPS = ['visible', 'transparent'] as const;
const MODES = ['standard', 'full', 'lean'] as const;

/** Checks the options and fills in what is missing, from the environment where that speaks, else from the defaults. */
export function settle(options: CausalClockOptions, environment: Environment = hostEnvironment()): ClockSettings {
  const { settings, problems } = settleWith(options, environment);
  for (const problem of problems) say(problem);
  return settings;
}

/** What is wrong with the variables that a clock without options reads: a sentence for each. */
export function clockProblems(environment: Environment): readonly string[] {
  return settleWith({}, environment).problems;
}

function settleWith(
  options: CausalClockOptions,
  environment: Environment,
): { readonly settings: ClockSettings; readonly problems: readonly string[] } {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidValueError('options', options, 'an object');
  }
  const variables = new EnvironmentValues(environment);
  const { scope, trust } = scopeAndTrust(options, variables);
  const whole = (name: 'maxEntries' | 'maxBytes', variable: string, range: Range, otherwise: number): number => {
    const read = (text: string): number | undefined =>
      /^\d{1,16}$/.test(text) ? inRange(Number(text), range) : undefined;
    return integer(
      name,
      options[name] ?? variables.value(variable, read, integerOf(range), `using ${otherwise}`) ?? otherwise,
      range,
    );
  };
  const choice = <T extends string>(
    name: 'plainHops' | 'attributes',
    variable: string,
    allowed: readonly [T, ...T[]],
  ): T => oneOf(name, options[name] ?? chosen(variables, variable, allowed), allowed);
  const settings: ClockSettings = {
    node: options.node === undefined ? nodeNamedBy(variables) : nodeName(options.node),
    scope,
    trust,
    maxEntries: whole('maxEntries', 'OTEL_CAUSALITY_MAX_ENTRIES', [2, MAX_VECTOR_ENTRIES], MAX_VECTOR_ENTRIES),
    maxBytes: whole('maxBytes', 'OTEL_CAUSALITY_MAX_BYTES', [MIN_WRITE_BYTES, MAX_STAMP_BYTES], DEFAULT_WRITE_BYTES),
    maxDomains: integer('maxDomains', options.maxDomains ?? DEFAULT_MAX_DOMAINS, [1, HIGHEST_MAX_DOMAINS]),
    domainIdleMs: integer('domainIdleMs', options.domainIdleMs ?? DEFAULT_DOMAIN_IDLE_MS, [1, Number.MAX_SAFE_INTEGER]),
    maxDriftMs:
      options.maxDriftMs === undefined
        ? (variables.value(DRIFT_VARIABLE, driftIn, DRIFT_EXPECTED, `using ${DEFAULT_MAX_DRIFT_MS}`) ??
          DEFAULT_MAX_DRIFT_MS)
        : checkMaxDriftMs(options.maxDriftMs),
    plainHops: choice('plainHops', 'OTEL_CAUSALITY_PLAIN_HOPS', PLAIN_HOPS),
    attributes: choice('attributes', 'OTEL_CAUSALITY_ATTRIBUTES', MODES),
    now: clockOf(options.now),
  };
  return { settings, problems: variables.problems };
}

type Range = readonly [lowest: number, highest: number];

/** What the environment chooses, or else the first of what is allowed. */
function chosen<T extends string>(variables: EnvironmentValues, variable: string, allowed: readonly [T, ...T[]]): T {
  return variables.choice(variable, allowed, `using '${allowed[0]}'`) ?? allowed[0];
}

function scopeAndTrust(
  options: CausalClockOptions,
  variables: EnvironmentValues,
): { scope: CausalityScope; trust: Trust } {
  const { trust: stated = trustNamedBy(variables) } = options;
  let scope = oneOf('scope', options.scope ?? chosen(variables, 'OTEL_CAUSALITY_SCOPE', SCOPES), SCOPES);
  if (options.scope === undefined && scope === 'process' && stated === undefined) {
    variables.refuse(
      'OTEL_CAUSALITY_SCOPE',
      'process',
      "OTEL_CAUSALITY_TRUST to be 'all' or 'none' beside it",
      "using 'trace'",
    );
    scope = 'trace';
  }
  return { scope, trust: trustOf(stated, scope) };
}

/** A trust that was mistyped was meant to keep somebody out: then nobody is trusted. */
function trustNamedBy(variables: EnvironmentValues): Trust | undefined {
  const found = variables.choice('OTEL_CAUSALITY_TRUST', ['all', 'none'], "using 'none', so no stamp is read");
  return found ?? (variables.text('OTEL_CAUSALITY_TRUST') === undefined ? undefined : 'none');
}

function nodeNamedBy(variables: EnvironmentValues): string | undefined {
  const read = (text: string): string | undefined => (NAME.test(text) ? text : undefined);
  return variables.value('OTEL_CAUSALITY_NODE', read, NAME_EXPECTED, 'using service.name');
}

const NAME = /[A-Za-z0-9]/;
const NAME_EXPECTED = `a name with a letter or digit; ${MAX_NODE_NAME_LENGTH} characters are kept`;

function nodeName(value: unknown): string {
  if (typeof value !== 'string' || !NAME.test(value)) throw new InvalidValueError('node', value, NAME_EXPECTED);
  return value;
}

function trustOf(value: unknown, scope: CausalityScope): Trust {
  if (value === undefined) {
    if (scope === 'trace') return 'all';
    throw new InvalidValueError('trust', value, "'all', 'none' or a function, stated in process scope");
  }
  if (value === 'all' || value === 'none' || typeof value === 'function') return value as Trust;
  throw new InvalidValueError('trust', value, "'all', 'none' or a function");
}

function clockOf(value: unknown): PhysicalClock {
  if (value === undefined) return createPhysicalClock();
  if (typeof value === 'function') return value as PhysicalClock;
  throw new InvalidValueError('now', value, 'a function that returns milliseconds since the Unix epoch');
}

function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  throw new InvalidValueError(name, value, eitherOf(allowed));
}

function integer(name: string, value: unknown, range: Range): number {
  const found = Number.isInteger(value) ? inRange(value as number, range) : undefined;
  if (found === undefined) throw new InvalidValueError(name, value, integerOf(range));
  return found;
}

function inRange(value: number, [lowest, highest]: Range): number | undefined {
  return value >= lowest && value <= highest ? value : undefined;
}

function integerOf([lowest, highest]: Range): string {
  return `an integer from ${lowest} to ${highest}`;
}
