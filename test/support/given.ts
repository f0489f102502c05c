/** Vectors and times of the machinery as an application is given them. */
import type { KnownVector } from '../../src/clocks/known-vector.js';
import type { Halves } from '../../src/clocks/ntp64-halves.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';

export function givenVector({ table, ownIndex, own }: KnownVector): VectorTimestamp {
  return new VectorTimestamp(table, ownIndex, own);
}

export function givenTime({ seconds, fraction }: Halves): Ntp64 {
  return new Ntp64(seconds, fraction);
}
