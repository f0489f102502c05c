import type { TextMapGetter } from '@opentelemetry/api';
import { InvalidValueError } from '../clocks/errors.js';

/**
 * The one text that a carrier has under a header's name, in any case: Node gives header names in lower case, other
 * carriers as they were written. Undefined where there is none. Throws {@link InvalidValueError} for several values
 * or one that is no text, and whatever the getter throws.
 */
export function headerText(carrier: unknown, getter: TextMapGetter, name: string): string | undefined {
  const lower = name.toLowerCase();
  let value = getter.get(carrier, lower) ?? getter.get(carrier, name);
  if (value === undefined || value === null) {
    const key = getter.keys(carrier).find((one) => one.length === name.length && one.toLowerCase() === lower);
    if (key === undefined) return undefined;
    value = getter.get(carrier, key);
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const [text] = values;
  if (values.length === 0 || text === undefined || text === null) return undefined;
  if (values.length > 1 || typeof text !== 'string') throw new InvalidValueError(name, value, 'one text');
  return text;
}
