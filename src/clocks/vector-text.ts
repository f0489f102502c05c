/**
 * The canonical text of a vector, `a=1,b=2`, as people and other systems write it: the counterpart of
 * {@link VectorTimestamp.toString}.
 *
 * Guarantee: linear in the text, bounded by the limits for foreign vectors, and never a guess: anything that is not
 * such a text is refused. Entries may come in any order, and a 0 is the same as no entry.
 * Hazard: a node twice is refused here, where like-a-clockwork lets the last one win: two counters for one node
 * mean that someone joined two headers.
 */
import { InvalidValueError } from './errors.js';
import { checkVectorNodeId, parseForeignCounter } from './foreign-values.js';
import { MAX_FOREIGN_VECTOR_ENTRIES, MAX_FOREIGN_VECTOR_LENGTH } from './limits.js';
import { VectorTimestamp } from './vector-timestamp.js';

/** Reads `a=1,b=2`. Throws {@link InvalidValueError}, also for the empty text, which no clock prints. */
export function parseVector(text: string): VectorTimestamp {
  if (typeof text !== 'string' || text === '' || text.length > MAX_FOREIGN_VECTOR_LENGTH) {
    throw new InvalidValueError('vector', text, `node=counter,… in 1 to ${MAX_FOREIGN_VECTOR_LENGTH} characters`);
  }
  const entries = text.split(',', MAX_FOREIGN_VECTOR_ENTRIES + 1);
  return vectorOfForeign(
    entries.map((entry) => {
      const assign = entry.indexOf('=');
      if (assign < 0) throw new InvalidValueError('vector entry', entry, 'node=counter');
      const node = entry.slice(0, assign);
      return [node, parseForeignCounter(`vector[${node}]`, entry.slice(assign + 1))];
    }),
  );
}

/**
 * A vector from another system's entries: checks their number, their nodes and that each is there once, and leaves
 * out the zeros. The counters must have been checked. Throws {@link InvalidValueError}.
 */
export function vectorOfForeign(entries: readonly (readonly [node: string, counter: number])[]): VectorTimestamp {
  if (entries.length > MAX_FOREIGN_VECTOR_ENTRIES) {
    throw new InvalidValueError('vector', entries.length, `at most ${MAX_FOREIGN_VECTOR_ENTRIES} entries`);
  }
  const named = new Set<string>();
  for (const [node] of entries) {
    checkVectorNodeId('vector node', node);
    if (named.has(node)) throw new InvalidValueError('vector', node, 'each node once');
    named.add(node);
  }
  return VectorTimestamp.from(entries.filter(([, counter]) => counter > 0));
}
