import type { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { StampFormatError } from '../../src/codec/stamp-format-error.js';
import { readStamp } from '../../src/codec/wire-text.js';
import { givenVector } from './given.js';

/**
 * A vector as it comes with a message: a text that nobody has read yet.
 * @param by the node that receives it, whose place among the entries is known from then on
 */
export function receivedVector(vector: VectorTimestamp, by: string | undefined): VectorTimestamp {
  const text = [...vector].map(([node, counter]) => `${node}*${counter}`).join('~');
  const stamp = readStamp(`1!7b1d62f2c9e04a15!9!!0!${text}`, undefined, by);
  if (stamp instanceof StampFormatError) throw stamp;
  return givenVector(stamp.vector);
}
