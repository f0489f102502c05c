/** Reads a source to its end, with its problems beside its spans. */
import type { RecordedSpan } from '../../../src/analysis/recorded.js';
import type { ReadProblem } from '../../../src/analysis/readers/formats/problems.js';
import { readTraces, type ReadTracesOptions, type TraceSource } from '../../../src/analysis/readers/read-traces.js';

export interface Everything {
  readonly spans: RecordedSpan[];
  readonly problems: ReadProblem[];
  /** Problems as a person sees them. */
  readonly said: string[];
  readonly error: unknown;
}

export async function readAll(source: TraceSource, options: ReadTracesOptions = {}): Promise<Everything> {
  const spans: RecordedSpan[] = [];
  const problems: ReadProblem[] = [];
  let error: unknown;
  try {
    for await (const span of readTraces(source, { ...options, onProblem: (problem) => problems.push(problem) })) {
      spans.push(span);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { spans, problems, said: problems.map(({ line, reason }) => `${line}: ${reason}`), error };
}

/** Spans without the place where they were read, as plain objects. */
export function bare(spans: readonly RecordedSpan[]): unknown[] {
  return spans.map((span) => Object.fromEntries(Object.entries(span).filter(([key]) => key !== 'origin')));
}

/** Text in pieces of a few bytes, cut anywhere. */
export function inPieces(text: string, bytes: number): Buffer[] {
  const all = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; at += bytes) pieces.push(all.subarray(at, at + bytes));
  return pieces;
}
