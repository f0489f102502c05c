/**
 * What was handled, as JSON and back.
 *
 * Guarantee: what `handledState` writes, `readHandledState` reads as the same memory; anything else is refused with an
 * {@link InvalidValueError} that names the place, and nothing of it is taken. Lists, not objects, hold the names, so
 * that a node or key called `__proto__` is one like any other.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { MAX_KEY_LENGTH, MAX_KEY_VERSIONS } from '../clocks/limits.js';
import { isNode, isTick, NODE_EXPECTED } from './foreign-names.js';
import { HandledMemory, type MemoryLimits } from './handled-memory.js';
import { KeyVersions } from './key-versions.js';
import { TickRuns } from './tick-runs.js';
import { type VectorEntries, vectorIn } from './vector-entries.js';

const FORMAT: HandledState['format'] = 'otel-causality/handled/1';

/** Everything that a deduplicator remembers. Plain JSON. */
export interface HandledState {
  /** Names what this is, and its version. */
  readonly format: 'otel-causality/handled/1';
  /**
   * For each node the highest tick that may have been forgotten, and the runs of handled ticks, first and last in
   * turns.
   */
  readonly nodes: readonly (readonly [node: string, forgotten: number, runs: readonly number[]])[];
  /** For each key the latest versions handled, the union of those forgotten, and whether its past was forgotten. */
  readonly keys: readonly (readonly [
    key: string,
    latest: readonly VectorEntries[],
    forgotten: VectorEntries,
    past: boolean,
  ])[];
  /** Whether whole nodes, and whole keys, were forgotten. */
  readonly nodesForgotten: boolean;
  readonly keysForgotten: boolean;
}

export function handledState(memory: HandledMemory): HandledState {
  return {
    format: FORMAT,
    nodes: [...memory.nodes].map(([node, runs]) => [node, runs.forgotten, [...runs.runs]]),
    keys: [...memory.keys].map(([key, versions]) => [
      key,
      versions.latest.map((version) => [...version]),
      [...versions.forgotten],
      versions.pastForgotten,
    ]),
    nodesForgotten: memory.nodesForgotten,
    keysForgotten: memory.keysForgotten,
  };
}

/**
 * Reads what {@link handledState} wrote. Throws {@link InvalidValueError}, also where it needs more than the limits.
 */
export function readHandledState(value: unknown, limits: MemoryLimits): HandledMemory {
  const state = recordOf('state', value);
  if (state['format'] !== FORMAT) throw new InvalidValueError('state.format', state['format'], `'${FORMAT}'`);
  const memory = new HandledMemory(limits);
  listOf('state.nodes', state['nodes']).forEach((entry, i) => {
    const field = `state.nodes[${i}]`;
    const [node, forgotten, runs] = listOf(field, entry);
    if (!isNode(node)) throw new InvalidValueError(`${field}.node`, node, NODE_EXPECTED);
    if (memory.nodes.has(node)) throw new InvalidValueError(`${field}.node`, node, 'each node once');
    memory.nodes.set(node, runsOf(field, forgotten, runs));
  });
  listOf('state.keys', state['keys']).forEach((entry, i) => {
    const field = `state.keys[${i}]`;
    const [key, latest, forgotten, past] = listOf(field, entry);
    if (!isKey(key)) throw new InvalidValueError(`${field}.key`, key, `a string of 1 to ${MAX_KEY_LENGTH} characters`);
    if (memory.keys.has(key)) throw new InvalidValueError(`${field}.key`, key, 'each key once');
    memory.keys.set(key, versionsOf(field, latest, forgotten, past));
  });
  memory.nodesForgotten = flagOf('state.nodesForgotten', state['nodesForgotten']);
  memory.keysForgotten = flagOf('state.keysForgotten', state['keysForgotten']);
  return memory;
}

/** True for 1 to 1,024 characters. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_KEY_LENGTH;
}

function runsOf(field: string, forgotten: unknown, value: unknown): TickRuns {
  const runs = new TickRuns();
  if (forgotten !== 0 && !isTick(forgotten)) {
    throw new InvalidValueError(`${field}.forgotten`, forgotten, 'an integer from 0 to 2^48');
  }
  runs.forgotten = forgotten;
  const bounds = listOf(`${field}.runs`, value);
  let previous = -1;
  for (let i = 0; i < bounds.length; i += 2) {
    const [first, last] = [bounds[i], bounds[i + 1]];
    // Two runs that touch are one run: whoever wrote them apart did not write this format.
    if (!isTick(first) || !isTick(last) || first > last || first <= previous + 1) {
      throw new InvalidValueError(`${field}.runs`, value, 'ascending runs of ticks from 1 to 2^48');
    }
    runs.add(first, last);
    previous = last;
  }
  return runs;
}

function versionsOf(field: string, latest: unknown, forgotten: unknown, past: unknown): KeyVersions {
  const versions = new KeyVersions();
  const list = listOf(`${field}.latest`, latest);
  if (list.length > MAX_KEY_VERSIONS) {
    throw new InvalidValueError(`${field}.latest`, list.length, `at most ${MAX_KEY_VERSIONS} versions`);
  }
  for (const version of list) versions.add(vectorIn(`${field}.latest`, version));
  versions.forgotten = vectorIn(`${field}.forgotten`, forgotten);
  versions.pastForgotten = flagOf(`${field}.past`, past);
  return versions;
}

function recordOf(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new InvalidValueError(field, value, 'an object');
}

function listOf(field: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new InvalidValueError(field, value, 'a list');
}

function flagOf(field: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new InvalidValueError(field, value, 'true or false');
}
