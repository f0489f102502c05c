/**
 * Lists of a document, element by element.
 *
 * Guarantee: an element that cannot be read is a problem that names it, and its neighbours are read. No more elements
 * are read than the limit says, and that there were more is said.
 */
import { InvalidValueError } from '../../../clocks/errors.js';
import { isObject, type JsonObject } from './attribute-record.js';
import type { Reading } from './reading.js';

/** Elements of a list; nothing is an empty list, as JSON's protobuf mapping has it. */
export function elementsOf(list: unknown, what: string, reading: Reading): readonly unknown[] {
  if (Array.isArray(list)) return list;
  if (list !== undefined && list !== null) reading.problem(`${what} is no list`);
  return [];
}

/**
 * What the elements are read as, without those that are nothing or cannot be read.
 *
 * @param one what an element is called; the list is called the same with an `s`
 */
export function readEach<T>(
  list: unknown,
  one: string,
  most: number,
  reading: Reading,
  read: (element: JsonObject) => T | undefined,
): T[] {
  const elements = elementsOf(list, `${one}s`, reading);
  const found: T[] = [];
  for (let i = 0; i < Math.min(elements.length, most); i++) {
    try {
      const element = elements[i];
      if (!isObject(element)) throw new InvalidValueError(one, element, 'an object');
      const value = read(element);
      if (value !== undefined) found.push(value);
    } catch (error) {
      reading.problem(`${one} ${i}: ${(error as Error).message}`);
    }
  }
  if (elements.length > most) reading.problem(`${elements.length} ${one}s: the first ${most} are read`);
  return found;
}
