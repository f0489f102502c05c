/**
 * Remembers which traces were dropped, compactly and boundedly: a Bloom filter in two generations. When the younger
 * one is full, the older one is forgotten.
 *
 * Guarantee: one of the last {@link DROPPED_TRACES_PER_GENERATION} dropped traces is always recognised.
 * Hazard: now and then a new trace is taken for a dropped one. That costs an "unknown", never a wrong order, so a
 * stranger who chooses trace ids to collide gains nothing.
 */
import { DROPPED_TRACE_BITS, DROPPED_TRACES_PER_GENERATION } from '../clocks/limits.js';
import type { TraceWords } from './trace-key.js';

/**
 * Words of a line of the processor's cache (64 bytes), half of them each generation's: all that is known of one trace is in
 * one line, which has to be waited for once.
 */
const LINE_WORDS = 16;
/** Bits of the filter that are set for a trace. The lower half of the lower word chooses the line; the rest these bits. */
const PROBES = 6;

export class DroppedTraces {
  /** True once traces that were added are no longer recognised. */
  hasForgotten = false;
  /** Made when it is needed: most processes drop nothing for long. */
  private filter: Uint32Array | undefined = undefined;
  /** Where the younger generation's words of a line begin. */
  private younger = 0;
  private hasOlder = false;
  /** Traces of the younger generation. */
  private count = 0;
  private readonly words: number;
  /** Words that a generation has in a line. */
  private readonly half: number;

  /** @param capacity traces in one generation, a power of two; memory is two generations of 4 bytes a trace */
  constructor(private readonly capacity: number = DROPPED_TRACES_PER_GENERATION) {
    this.words = (2 * capacity * DROPPED_TRACE_BITS) / WORD_BITS;
    this.half = Math.min(LINE_WORDS, this.words) / 2;
  }

  add(key: TraceWords): void {
    const filter = (this.filter ??= new Uint32Array(this.words));
    if (this.count === this.capacity) this.beginGeneration(filter);
    this.count++;
    const line = this.lineOf(key) + this.younger;
    for (let i = 0; i < PROBES; i++) {
      const bit = this.bitOf(key, i);
      const word = line + (bit >>> 5);
      filter[word] = (filter[word] as number) | (1 << (bit & 31));
    }
  }

  mayContain(key: TraceWords): boolean {
    const { filter } = this;
    if (filter === undefined) return false;
    const line = this.lineOf(key);
    return this.includes(filter, line, key) || this.includes(filter, line + this.half, key);
  }

  private includes(filter: Uint32Array, line: number, key: TraceWords): boolean {
    for (let i = 0; i < PROBES; i++) {
      const bit = this.bitOf(key, i);
      if (((filter[line + (bit >>> 5)] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** The older generation is forgotten, and its words are the next one's. */
  private beginGeneration(filter: Uint32Array): void {
    this.hasForgotten ||= this.hasOlder;
    this.hasOlder = true;
    this.younger = this.half - this.younger;
    this.count = 0;
    for (let line = this.younger; line < filter.length; line += 2 * this.half) {
      // Word by word: a call for eight of them takes ten times as long, and the application waits.
      for (let word = line; word < line + this.half; word++) filter[word] = 0;
    }
  }

  /** The first word of a trace's line. Trace ids are random, and sizes powers of two, so that a remainder is a mask. */
  private lineOf({ low }: TraceWords): number {
    return Math.imul(low, 2 * this.half) & (this.words - 1);
  }

  /** One of the bits that a generation has in a line: eight bits of the key choose it. */
  private bitOf({ high, low }: TraceWords, probe: number): number {
    const choice = probe < 4 ? high >>> (8 * probe) : low >>> (8 * (probe - 2));
    return choice & (this.half * WORD_BITS - 1);
  }
}

const WORD_BITS = 32;
