/**
 * A register as JSON and back.
 *
 * Guarantee: `readRegister` takes exactly what `registerState` can have written; anything else is an
 * {@link InvalidValueError} naming the place.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { MAX_MERGED_SIBLINGS } from '../clocks/limits.js';
import type { VectorTimestamp } from '../clocks/vector-timestamp.js';
import { isNode, isTick, NODE_EXPECTED, TICK_EXPECTED } from './foreign-names.js';
import { compareSiblings, type Sibling } from './siblings.js';
import { type VectorEntries, vectorIn } from './vector-entries.js';

const FORMAT: RegisterState<unknown>['format'] = 'otel-causality/register/1';

/** A register as plain JSON. */
export interface RegisterState<V> {
  /** Names what this is, and its version. */
  readonly format: 'otel-causality/register/1';
  /** The writes and deletions that the state includes. */
  readonly context: VectorEntries;
  /** The values that nobody has replaced, each under its write. */
  readonly siblings: readonly (readonly [node: string, tick: number, value: V])[];
}

export function registerState<V>(siblings: readonly Sibling<V>[], context: VectorTimestamp): RegisterState<V> {
  return {
    format: FORMAT,
    context: [...context],
    siblings: siblings.map(({ node, tick, value }) => [node, tick, value]),
  };
}

export function readRegister<V>(
  state: unknown,
  valueOf: (value: unknown) => V = (value) => value as V,
): { readonly siblings: readonly Sibling<V>[]; readonly context: VectorTimestamp } {
  if (typeof state !== 'object' || state === null) throw new InvalidValueError('register', state, 'an object');
  const { format, context: entries, siblings: list } = state as Readonly<Record<string, unknown>>;
  if (format !== FORMAT) throw new InvalidValueError('register.format', format, `'${FORMAT}'`);
  const context = vectorIn('register.context', entries);
  if (!Array.isArray(list) || list.length > MAX_MERGED_SIBLINGS) {
    throw new InvalidValueError('register.siblings', list, `a list of at most ${MAX_MERGED_SIBLINGS} values`);
  }
  const siblings = list.map((entry: unknown, i): Sibling<V> => {
    const field = `register.siblings[${i}]`;
    if (!Array.isArray(entry) || entry.length !== 3) throw new InvalidValueError(field, entry, '[node, tick, value]');
    const [node, tick, value] = entry as readonly unknown[];
    if (!isNode(node)) throw new InvalidValueError(`${field}.node`, node, NODE_EXPECTED);
    if (!isTick(tick)) throw new InvalidValueError(`${field}.tick`, tick, TICK_EXPECTED);
    if (tick > context.get(node))
      throw new InvalidValueError(`${field}.tick`, tick, 'a write that the context includes');
    return { node, tick, value: valueOf(value) };
  });
  siblings.forEach((sibling, i) => {
    const previous = siblings[i - 1];
    if (previous !== undefined && compareSiblings(previous, sibling) >= 0) {
      throw new InvalidValueError(`register.siblings[${i}]`, sibling.tick, 'ascending nodes and ticks, each once');
    }
  });
  return { siblings, context };
}
