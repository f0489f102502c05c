/**
 * Vectors of a graph as one list of numbers. Along a chain they mostly grow by an entry or two, so each is written as
 * its difference from the one before it: `changes, chain, count, chain, count, ...`; where that cannot say it (an entry
 * is gone), as a whole: `-1 - entries, chain, count, ...`.
 *
 * Guarantee: unpacking gives every vector its entries back, in whatever order. A reply has no vector of its own.
 */
import { type Chain, END, type EventTable, NONE, REPLY, STAMPED, vectorOf } from '../events/event-table.js';

type Entries = ReadonlyMap<number, number>;

const NOTHING: Entries = new Map();

export function packVectors(table: EventTable): number[] {
  const packed: number[] = [];
  forEachVector(table, (vector, isFirst, before) => {
    const entries = entriesOf(table, vector);
    const earlier = isFirst ? NOTHING : entriesOf(table, before);
    const isWhole = [...earlier.keys()].some((chain) => !entries.has(chain));
    const told = isWhole ? [...entries] : [...entries].filter(([chain, count]) => earlier.get(chain) !== count);
    packed.push(isWhole ? -1 - told.length : told.length);
    for (const [chain, count] of told) packed.push(chain, count);
  });
  return packed;
}

/** Fills the columns of vectors in a table whose chains are already there. */
export function unpackVectors(table: EventTable, packed: readonly number[]): void {
  let at = 0;
  forEachVector(table, (vector, isFirst, before) => {
    const length = packed[at++] as number;
    if (length === 0 && !isFirst) {
      // The same entries need no second place.
      table.vectorAt[vector] = table.vectorAt[before] as number;
      table.vectorSize[vector] = table.vectorSize[before] as number;
      return;
    }
    const entries = new Map(isFirst || length < 0 ? NOTHING : entriesOf(table, before));
    for (let i = length < 0 ? -1 - length : length; i > 0; i--) {
      entries.set(packed[at] as number, packed[at + 1] as number);
      at += 2;
    }
    table.vectorAt[vector] = table.entryChain.length;
    table.vectorSize[vector] = entries.size;
    for (const [chain, count] of entries) {
      table.entryChain.push(chain);
      table.entryCount.push(count);
    }
  });
  // A stamped span whose end is not: its end is held to know what its start did.
  for (let span = 0; span < table.spans.length; span++) {
    if (((table.flags[span] as number) & STAMPED) === 0 || table.chain[3 * span + END] !== NONE) continue;
    table.vectorAt[2 * span + 1] = table.vectorAt[2 * span] as number;
    table.vectorSize[2 * span + 1] = table.vectorSize[2 * span] as number;
  }
}

/** Chains by chains, and what an event of one has heard of the others. */
export function entriesOf(table: EventTable, vector: number): Entries {
  const from = table.vectorAt[vector] as number;
  const entries = new Map<number, number>();
  for (let i = from; i < from + (table.vectorSize[vector] as number); i++) {
    entries.set(table.entryChain.values[i] as number, table.entryCount.values[i] as number);
  }
  return entries;
}

function forEachVector(table: EventTable, visit: (vector: number, isFirst: boolean, before: number) => void): void {
  for (const { domain, from, to } of table.chains as readonly Chain[]) {
    if (domain === NONE) continue;
    let before = NONE;
    for (let at = from; at < to; at++) {
      const event = table.chainEvents[at] as number;
      if (event % 3 === REPLY) continue;
      visit(vectorOf(event), before === NONE, before);
      before = vectorOf(event);
    }
  }
}
