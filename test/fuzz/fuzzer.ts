/**
 * Runs a target on mutations of a corpus, and keeps the inputs that reached what none before them had.
 *
 * Guarantee: a run is repeated by its seed and its corpus. An input that breaks a rule ends it with {@link Broken}, which
 * holds that input.
 */
import { CoverageFeedback } from './coverage-feedback.js';
import { mutated } from './mutations.js';
import { Random } from './random.js';
import { must, type Target } from './targets/target.js';

/**
 * Inputs between two looks at the coverage. Which of them was new cannot be told afterwards, so all of them are kept: few
 * enough that the pool stays good, many enough that looking costs little.
 */
const BATCH = 32;
/** The pool is what mutations start from; the first ones of a run reach the most. */
const MAX_POOL = 20_000;
/** Far above what a linear decoder takes for the longest input on a slow machine, far below what a quadratic one does. */
const MOST_MILLIS = 2_000;

export interface FuzzLimits {
  readonly inputs: number;
  /** Ends the run early; undefined for never. */
  readonly millis?: number;
  /** Whether coverage leads. A run without it is the same on every machine. */
  readonly guided: boolean;
}

export interface FuzzReport {
  readonly inputs: number;
  /** Inputs that brought new blocks. */
  readonly found: readonly Buffer[];
  /** Blocks of the sources that ran; 0 without guidance. */
  readonly blocks: number;
}

/** A rule was broken. */
export class Broken extends Error {
  override readonly name = 'Broken';

  constructor(
    target: string,
    readonly input: Buffer,
    cause: unknown,
  ) {
    super(`${target} is broken by ${input.length} bytes (base64): ${input.toString('base64')}: ${String(cause)}`, {
      cause,
    });
  }
}

export async function fuzz(
  target: Target,
  seed: number,
  corpus: readonly Buffer[],
  { inputs: most, millis, guided }: FuzzLimits,
): Promise<FuzzReport> {
  const random = new Random(seed);
  const words = target.words.map((word) => Buffer.from(word, 'latin1'));
  const pool = [...target.seeds.map((one) => Buffer.from(one as string)), ...corpus];
  const found: Buffer[] = [];
  const feedback = guided ? new CoverageFeedback() : undefined;
  const until = millis === undefined ? Number.POSITIVE_INFINITY : performance.now() + millis;
  feedback?.start();
  try {
    for (const input of pool) await runOne(target, input);
    feedback?.news();
    let inputs = pool.length;
    while (inputs < most && performance.now() < until) {
      const batch = Array.from({ length: Math.min(BATCH, most - inputs) }, () =>
        mutated(random, { corpus: pool, words }),
      );
      for (const input of batch) await runOne(target, input);
      inputs += batch.length;
      if (feedback === undefined || feedback.news() === 0 || pool.length >= MAX_POOL) continue;
      pool.push(...batch);
      found.push(...batch);
    }
    return { inputs, found, blocks: feedback?.blocks ?? 0 };
  } finally {
    feedback?.stop();
  }
}

async function runOne(target: Target, input: Buffer): Promise<void> {
  const started = performance.now();
  try {
    const work = target.run(input);
    // Most targets are synchronous, and a promise for each input costs as much as many of them.
    if (work !== undefined) await work;
    const millis = performance.now() - started;
    must(millis < MOST_MILLIS, `it takes ${Math.round(millis)} ms`);
    must(Reflect.ownKeys(Object.prototype).length === OBJECT_KEYS, 'Object.prototype is as it was');
  } catch (error) {
    throw new Broken(target.name, input, error);
  }
}

const OBJECT_KEYS = Reflect.ownKeys(Object.prototype).length;
