/**
 * Remembers which traces were dropped, compactly and boundedly: a Bloom filter in two generations. When the younger
 * one is full, the older one is forgotten.
 *
 * Guarantee: one of the last {@link DROPPED_TRACES_PER_GENERATION} dropped traces is always recognised.
 * Hazard: now and then a new trace is taken for a dropped one. That costs an "unknown", never a wrong order, so a
 * stranger who chooses trace ids to collide gains nothing.
 */
import { DROPPED_TRACE_BITS, DROPPED_TRACES_PER_GENERATION } from '../clocks/limits.js';

const PROBES = 4;

export class DroppedTraces {
  private younger: Uint32Array | undefined;
  private older: Uint32Array | undefined;
  private count = 0;
  private readonly bits: number;

  /** @param capacity traces in one generation, a power of two; memory is two generations of 2 bytes a trace */
  constructor(private readonly capacity: number = DROPPED_TRACES_PER_GENERATION) {
    this.bits = capacity * DROPPED_TRACE_BITS;
  }

  /** @param id the 16 hex digits of a domain */
  add(id: string): void {
    const { first, step } = hashes(id);
    this.include(first, step);
  }

  /** Adds an id. False where it may have been there already. */
  addNew(id: string): boolean {
    const { first, step } = hashes(id);
    if (includes(this.younger, this.bits, first, step) || includes(this.older, this.bits, first, step)) return false;
    this.include(first, step);
    return true;
  }

  /** True once traces that were added are no longer recognised. */
  hasForgotten = false;

  private include(first: number, step: number): void {
    if (this.count === this.capacity) {
      this.hasForgotten ||= this.older !== undefined;
      this.older = this.younger;
      this.younger = undefined;
      this.count = 0;
    }
    this.younger ??= new Uint32Array(this.bits / 32);
    this.count++;
    for (let i = 0; i < PROBES; i++) {
      const bit = probe(first, step, i, this.bits);
      this.younger[bit >>> 5] = (this.younger[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  mayContain(id: string): boolean {
    if (this.younger === undefined) return false;
    const { first, step } = hashes(id);
    return includes(this.younger, this.bits, first, step) || includes(this.older, this.bits, first, step);
  }
}

function includes(filter: Uint32Array | undefined, bits: number, first: number, step: number): boolean {
  if (filter === undefined) return false;
  for (let i = 0; i < PROBES; i++) {
    const bit = probe(first, step, i, bits);
    if (((filter[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

/** @param bits a power of two, so that the remainder is a mask and 32-bit arithmetic is exact */
function probe(first: number, step: number, i: number, bits: number): number {
  return (first + Math.imul(i, step)) & (bits - 1);
}

/** Trace ids are random: their two halves serve as the two hashes of double hashing; odd steps reach every bit. */
function hashes(id: string): { first: number; step: number } {
  return { first: hexWord(id, 16), step: hexWord(id, 8) | 1 };
}

/** Digits that are read of each half: 24 bits, and no filter has more. */
const DIGITS = 6;

/** The hex digits before `end` as a number. Other characters give some number, too: a trace id of that kind is as good. */
function hexWord(id: string, end: number): number {
  let word = 0;
  for (let at = end - DIGITS; at < end; at++) {
    const code = id.charCodeAt(at);
    word = (word << 4) | (code <= 57 ? code - 48 : (code - 87) & 15);
  }
  return word;
}
