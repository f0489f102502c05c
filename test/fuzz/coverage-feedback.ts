/**
 * Which blocks of the sources ran for the first time, as V8 counts them.
 *
 * Guarantee: a block is news once. Asking is cheap when nothing new ran, because V8 reports what changed.
 * Hazard: only this process's main thread is seen, and only what was compiled after {@link CoverageFeedback.start}.
 */
import { type Profiler, Session } from 'node:inspector';

const SOURCES = '/build/src/';

export class CoverageFeedback {
  private readonly session = new Session();
  private readonly known = new Set<string>();

  start(): void {
    this.session.connect();
    this.session.post('Profiler.enable');
    // Binary: whether a block ran, not how often, so that V8 still optimizes.
    this.session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }

  /** Number of blocks that ran since the start. */
  get blocks(): number {
    return this.known.size;
  }

  /** How many blocks ran that never did before. */
  news(): number {
    const before = this.known.size;
    this.session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      for (const script of result) if (script.url.includes(SOURCES)) this.learn(script);
    });
    return this.known.size - before;
  }

  stop(): void {
    this.session.disconnect();
  }

  private learn({ scriptId, functions }: Profiler.ScriptCoverage): void {
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        if (count > 0) this.known.add(`${scriptId} ${startOffset} ${endOffset}`);
      }
    }
  }
}
