/**
 * Measures operations side by side.
 *
 * Guarantee: the operations of an experiment run in one process, in rounds; each round samples every operation once, in
 * an order that rotates, and each ratio is taken inside a round, so that a machine that gets slower half-way through
 * slows both sides of it. Making inputs and checking results is never timed. Rounds of several processes are put together:
 * how a process happens to be compiled makes a tenth.
 * Hazard: an operation must hand its results to `check`, or the compiler may find out that nobody wants them.
 */
import { type Spread, spreadOf } from './statistics.js';

/** Something that is measured in batches of `size` operations. */
export interface Operation {
  readonly size: number;
  /** Makes fresh inputs for a batch. Not timed. */
  prepare?(): void;
  /** Does the batch. Timed. Returns what came out of it. */
  run(): unknown;
  /** Throws where the batch did not do what it is said to do, and clears up after it. Not timed. */
  check(result: unknown): void | Promise<void>;
}

/** Nanoseconds per operation by the name of the operation, as one round measured them. */
export type Round = Readonly<Record<string, number>>;

/** One line of the table: a ratio of what a round measured. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly ratio: (round: Round) => number;
  /** The ratio that issue and design ask for. */
  readonly atMost?: number;
}

export interface Experiment {
  readonly title: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly rows: readonly Row[];
}

export interface Effort {
  /** All together. */
  readonly rounds: number;
  /** That share the rounds of an experiment. */
  readonly processes: number;
  readonly sampleMillis: number;
  readonly warmUpMillis: number;
}

export interface MeasuredRow {
  readonly what: string;
  readonly against: string;
  readonly ratio: Spread;
  readonly atMost?: number;
  /** The target where more is better. */
  readonly atLeast?: number;
}

export interface Measurement {
  readonly title: string;
  readonly rounds: number;
  readonly nanos: Readonly<Record<string, Spread>>;
  readonly rows: readonly MeasuredRow[];
}

/** What the rounds of one process measured. */
export interface Samples {
  readonly title: string;
  /** Nanoseconds per operation, of each round. */
  readonly nanos: Readonly<Record<string, readonly number[]>>;
  readonly rows: readonly (Omit<Row, 'ratio'> & { readonly ratios: readonly number[] })[];
}

/** This process's share of the rounds. */
export async function measure(experiment: Experiment, effort: Effort): Promise<Samples> {
  const named = Object.entries(experiment.operations);
  // Twice in turns, so that every operation has also run with the types that the others brought along.
  for (let turn = 0; turn < 2; turn++) {
    for (const [, operation] of named) await sample(operation, effort.warmUpMillis / 2);
  }
  const rounds: Round[] = [];
  for (let round = 0; round < effort.rounds / effort.processes; round++) {
    const nanos: Record<string, number> = {};
    for (let i = 0; i < named.length; i++) {
      const [name, operation] = named[(i + round) % named.length] as [string, Operation];
      nanos[name] = await sample(operation, effort.sampleMillis);
    }
    rounds.push(nanos);
  }
  return {
    title: experiment.title,
    nanos: Object.fromEntries(named.map(([name]) => [name, rounds.map((round) => round[name] as number)])),
    rows: experiment.rows.map(({ ratio, ...row }) => ({ ...row, ratios: rounds.map(ratio) })),
  };
}

/** The same experiment's rounds in several processes as one. */
export function together(processes: readonly [Samples, ...Samples[]]): Measurement {
  const [{ title, nanos, rows }] = processes;
  return {
    title,
    rounds: processes.reduce((sum, { rows: [row] }) => sum + (row?.ratios.length ?? 0), 0),
    nanos: Object.fromEntries(
      Object.keys(nanos).map((name) => [name, spreadOf(processes.flatMap((one) => one.nanos[name] ?? []))]),
    ),
    rows: rows.map(({ what, against, atMost }, i) => {
      const ratio = spreadOf(processes.flatMap((one) => one.rows[i]?.ratios ?? []));
      return atMost === undefined ? { what, against, ratio } : { what, against, ratio, atMost };
    }),
  };
}

/** A sample may take this many times longer with everything that is not timed; then it is made of fewer batches. */
const MOST_UNTIMED = 8;

/** Runs batches until they have taken this long together; nanoseconds per operation. */
async function sample(operation: Operation, millis: number): Promise<number> {
  let elapsed = 0;
  let operations = 0;
  const deadline = performance.now() + MOST_UNTIMED * millis;
  while (operations === 0 || (elapsed < millis * 1000 && performance.now() < deadline)) {
    operation.prepare?.();
    const started = processMicros();
    const result = operation.run();
    elapsed += processMicros() - started;
    operations += operation.size;
    await operation.check(result);
  }
  return (elapsed * 1000) / operations;
}

/**
 * Microseconds of processor time that this process has used: the collector's threads count, too, and what other
 * programs of the machine take does not.
 */
function processMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Throws unless the condition holds: a row that measured something else must not be printed. */
export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`the benchmark did not do what it says: ${what}`);
}
