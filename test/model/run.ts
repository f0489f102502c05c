/** Runs many random programs and says, in a form that a person can follow, what was wrong with the smallest one. */
import { check, property } from 'fast-check';
import { checkWorld, emptyTally, type Tally } from './check.js';
import { checkExported } from './check-exported.js';
import { checkGraph } from './check-graph.js';
import { checkLogs } from './check-logs.js';
import { type Focus, programs } from './arbitrary-programs.js';
import { describeProgram, type Program } from './program.js';
import { World } from './world.js';

/** How long a failing program may be shrunk. */
const SHRINK_MILLIS = 20_000;

export interface Campaign {
  readonly programs: number;
  readonly seed?: number | undefined;
  /** Give up shrinking, which only costs time where a failure is expected. */
  readonly shrinks?: boolean;
  readonly longest?: number;
  readonly focus?: Focus | undefined;
}

export interface Outcome {
  readonly seed: number;
  readonly runs: number;
  readonly tally: Tally;
  /** The story of the smallest program that failed. */
  readonly failure: string | undefined;
}

interface Failed {
  readonly world: World;
  readonly error: unknown;
}

export function campaign({ programs: numRuns, seed, shrinks = true, longest, focus }: Campaign): Outcome {
  const tally = emptyTally();
  let shrinkUntil = Number.POSITIVE_INFINITY;
  // What failed last is what the search ends with. It is not run again: ids are random, and a filter that is small enough
  // to be wrong now and then is wrong for other ones.
  let failed: Failed | undefined;
  const details = check(
    property(programs(longest, focus), (program) => {
      // A program that came out small enough is found by then.
      if (Date.now() > shrinkUntil) return;
      const world = new World(program);
      try {
        checkWorld(world.run(), tally);
        checkExported(world);
        checkLogs(world, tally);
        checkGraph(world, tally);
      } catch (error) {
        shrinkUntil = Math.min(shrinkUntil, Date.now() + SHRINK_MILLIS);
        failed = { world, error };
        throw error;
      }
    }),
    { numRuns, endOnFailure: !shrinks, ...(seed === undefined ? {} : { seed }) },
  );
  const [program] = details.counterexample ?? [];
  const failure = program === undefined ? undefined : tellStory(program, failed, details.seed);
  return { seed: details.seed, runs: details.numRuns, tally, failure };
}

/** What a failing program did, and how it failed. */
function tellStory(program: Program, failed: Failed | undefined, seed: number): string {
  const { error = 'not even its world could be made', world } = failed ?? {};
  const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [problem, `seed ${seed}`, describeProgram(program), 'what happened:', ...(world?.log ?? [])].join('\n');
}
