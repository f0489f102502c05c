/**
 * What an application is given for a stamp: the same, with vector and time as values that it can work with.
 *
 * Guarantee: nothing is copied; the vector shares its entries, so that a stamp given twice costs its size once.
 */
import { Ntp64 } from './ntp64.js';
import { type CausalStamp, Stamp } from './stamp.js';
import { VectorTimestamp } from './vector-timestamp.js';

/** A stamp that was given already stays what it is: it is told from others by more than one look (see `compareStamps`). */
export function givenStamp(stamp: Stamp): CausalStamp {
  if (isGiven(stamp)) return stamp;
  const { domain, node, tick, lamport, vector, hlc, incomplete, hlcUnordered } = stamp;
  const given = new Stamp(
    domain,
    node,
    tick,
    lamport,
    new VectorTimestamp(vector.table, vector.ownIndex, vector.own),
    hlc === undefined ? undefined : new Ntp64(hlc.seconds, hlc.fraction),
    incomplete,
    hlcUnordered,
  );
  return given as CausalStamp;
}

/** By what it can do: another copy of this package may have given it. */
function isGiven(stamp: Stamp | CausalStamp): stamp is CausalStamp {
  return 'merge' in stamp.vector;
}
