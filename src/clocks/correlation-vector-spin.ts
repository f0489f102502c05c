/**
 * What a spin or a reset puts into a correlation vector: a piece of the time and some random bytes, so that one
 * vector received many times becomes many vectors that still sort roughly by time.
 *
 * Hazard: the .NET library counts its ticks from the year 1, everyone else from 1970. Two services that spin the
 * same vector sort together only when they agree.
 */
import { InvalidValueError } from './errors.js';
import type { RandomBytes } from './node-id.js';
import type { PhysicalClock } from './physical-clock.js';

/** Where time and randomness come from, and how ticks are counted. */
export interface CorrelationVectorSource {
  /** Milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: PhysicalClock;
  /** Default: the host's cryptographic source. */
  readonly randomBytes?: RandomBytes;
  /** Where ticks of 100 ns are counted from: 1970, or the year 1 as .NET does. Default: `unix`. */
  readonly epoch?: 'unix' | 'dotnet';
}

/** How often the counter of a spin moves: every 1.68 s or 6.6 ms. */
export type SpinInterval = 'coarse' | 'fine';
/** How many bits of the counter are kept: 0, 16, 24 or 32. */
export type SpinPeriodicity = 'none' | 'short' | 'medium' | 'long';
/** How many random bytes a spin adds. */
export type SpinEntropy = 0 | 1 | 2 | 3 | 4;

/** What a spin puts into a vector. */
export interface SpinParameters {
  /** How often the counter moves: every 1.68 s (`coarse`) or 6.6 ms (`fine`). Default: `coarse`. */
  readonly interval?: SpinInterval;
  /** Bits of the counter that are kept: 0, 16, 24 or 32. Default: `short`; in version 3.0 `long`. */
  readonly periodicity?: SpinPeriodicity;
  /** Random bytes. Default: 2; in version 3.0 4. */
  readonly entropy?: SpinEntropy;
}

/** A counter and random bits, each with its size. */
export interface SpinValue {
  readonly counter: bigint;
  readonly entropy: bigint;
  readonly entropyBits: number;
}

const TICKS_PER_MS = 10_000n;
const MS_FROM_YEAR_1_TO_1970 = 62_135_596_800_000n;
const DROPPED_BITS: Readonly<Record<SpinInterval, bigint>> = { coarse: 24n, fine: 16n };
const COUNTER_BITS: Readonly<Record<SpinPeriodicity, number>> = { none: 0, short: 16, medium: 24, long: 32 };
const MAX_ENTROPY_BYTES = 4;

/** Draws the two parts. Throws {@link InvalidValueError} for parameters that do not exist. */
export function drawSpin(parameters: Required<SpinParameters>, source: Required<CorrelationVectorSource>): SpinValue {
  const { interval, periodicity, entropy } = parameters;
  if (!Object.hasOwn(DROPPED_BITS, interval)) throw new InvalidValueError('interval', interval, '"coarse" or "fine"');
  if (!Object.hasOwn(COUNTER_BITS, periodicity)) {
    throw new InvalidValueError('periodicity', periodicity, '"none", "short", "medium" or "long"');
  }
  if (!Number.isInteger(entropy) || entropy < 0 || entropy > MAX_ENTROPY_BYTES) {
    throw new InvalidValueError('entropy', entropy, `0 to ${MAX_ENTROPY_BYTES} bytes`);
  }
  const counter = (ticks(source) >> DROPPED_BITS[interval]) & ((1n << BigInt(COUNTER_BITS[periodicity])) - 1n);
  let random = 0n;
  if (entropy > 0) for (const byte of source.randomBytes(entropy)) random = (random << 8n) | BigInt(byte);
  return { counter, entropy: random, entropyBits: 8 * entropy };
}

/** As the elements of versions up to 2.1: one number, or `high.low` where the two together are over 32 bits. */
export function spinElements(value: SpinValue, counterAndEntropyBits: number): string {
  const whole = (value.counter << BigInt(value.entropyBits)) | value.entropy;
  const low = String(whole & 0xffff_ffffn);
  return counterAndEntropyBits > 32 ? `${whole >> 32n}.${low}` : low;
}

/** As the sixteen digits of version 3.0: the counter in the first eight, the random bytes in the last. */
export function spinId({ counter, entropy }: SpinValue): string {
  return `${hexHalf(counter)}${hexHalf(entropy)}`;
}

/** Bits that these parameters fill. */
export function spinBits({ periodicity, entropy }: Required<SpinParameters>): number {
  return COUNTER_BITS[periodicity] + 8 * entropy;
}

function ticks({ now, epoch }: Required<CorrelationVectorSource>): bigint {
  const millis = now();
  const whole = Number.isFinite(millis) && millis > 0 ? Math.floor(millis) : 0;
  // Unix ticks of today are over 2^53: the fraction is added apart.
  const rest = whole === 0 ? 0n : BigInt(Math.floor((millis - whole) * 10_000));
  return (BigInt(whole) + (epoch === 'dotnet' ? MS_FROM_YEAR_1_TO_1970 : 0n)) * TICKS_PER_MS + rest;
}

function hexHalf(value: bigint): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
