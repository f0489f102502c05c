/**
 * Reads all that a command was asked to read.
 *
 * Guarantee: whatever cannot be read is one line on stderr with its place and reason, and the rest is read. Where
 * nothing could be, {@link NothingReadError} is thrown.
 */
import { InvalidValueError } from '../clocks/errors.js';
import { type ReadProblem, ReadTracesError } from '../analysis/readers/formats/problems.js';
import { oneLine } from '../analysis/one-line.js';
import { readTraces } from '../analysis/readers/read-traces.js';
import type { RecordedLog, RecordedSpan } from '../analysis/recorded.js';
import { Progress } from './progress.js';
import type { Wanted } from './source-options.js';
import type { Output } from './streams.js';
import { UsageError } from './usage-error.js';

export class NothingReadError extends Error {
  override readonly name = 'NothingReadError';
}

export interface ReadTelemetry {
  readonly spans: readonly RecordedSpan[];
  readonly logs: readonly RecordedLog[];
}

/** A file of a million broken lines is told by its first ones. */
const MOST_PROBLEMS_SHOWN = 50;

/** Spans alone; that there are logs is said. */
export async function readSpans(wanted: Wanted, err: Output): Promise<readonly RecordedSpan[]> {
  return (await read(wanted, err, undefined)).spans;
}

/** Spans, and logs of the same traces. */
export async function readTelemetry(wanted: Wanted, err: Output): Promise<ReadTelemetry> {
  return read(wanted, err, []);
}

async function read(
  { sources, trace, limit }: Wanted,
  err: Output,
  logs: RecordedLog[] | undefined,
): Promise<ReadTelemetry> {
  const told = new ToldProblems(err);
  const traces = new Set<string>();
  const spans: RecordedSpan[] = [];
  let others = 0;
  for (const source of sources) {
    const progress = new Progress(err);
    const name = typeof source === 'string' ? source : 'the backend';
    try {
      const reading = readTraces(source, {
        onProblem: (problem) => {
          progress.clear();
          told.tell(problem);
        },
        ...(logs === undefined ? {} : { onLog: (log: RecordedLog) => void logs.push(log) }),
        onProgress: (bytes, total) => progress.read(oneLine(name), bytes, total),
      });
      for await (const span of reading) {
        if (trace !== undefined && !isOf(trace, span.traceId)) {
          others++;
          continue;
        }
        if (!traces.has(span.traceId)) {
          if (limit !== undefined && traces.size >= limit) continue;
          traces.add(span.traceId);
        }
        spans.push(span);
      }
    } catch (error) {
      progress.clear();
      if (error instanceof InvalidValueError) throw new UsageError(error.message);
      if (!(error instanceof ReadTracesError)) throw error;
      // The problems were told as they came; the error sums them up.
      if (error.problems === 0) told.tell({ source: error.source, line: undefined, reason: error.reason });
    } finally {
      progress.clear();
    }
  }
  told.finish();
  const wantedLogs = (logs ?? []).filter(({ traceId }) => isWantedLog(traceId, trace, limit, traces));
  if (spans.length + wantedLogs.length === 0) throw new NothingReadError(whyNothing(trace, others, told.count));
  return { spans, logs: wantedLogs };
}

/** Logs may come before the spans of their trace, so they are chosen in the end. */
function isWantedLog(
  traceId: string | undefined,
  trace: string | undefined,
  limit: number | undefined,
  traces: ReadonlySet<string>,
): boolean {
  if (limit !== undefined) return traceId !== undefined && traces.has(traceId);
  return trace === undefined || (traceId !== undefined && isOf(trace, traceId));
}

function isOf(wanted: string, traceId: string): boolean {
  // Jaeger and Zipkin show 64-bit ids without the zeros in front.
  return traceId.startsWith(wanted) || traceId.replace(/^0+/, '').startsWith(wanted.replace(/^0+/, ''));
}

function whyNothing(trace: string | undefined, others: number, problems: number): string {
  if (others > 0) return `no trace begins with ${trace}, but ${others} spans of other traces were read`;
  if (problems > 0) return 'nothing could be read';
  return 'there are no spans in it';
}

class ToldProblems {
  count = 0;

  constructor(private readonly err: Output) {}

  tell({ source, line, reason }: ReadProblem): void {
    this.count++;
    if (this.count > MOST_PROBLEMS_SHOWN) return;
    const place = line === undefined ? oneLine(source) : `${oneLine(source)}:${line}`;
    this.err.line(`${this.err.paint('yellow', place)}: ${reason}`);
  }

  finish(): void {
    const more = this.count - MOST_PROBLEMS_SHOWN;
    if (more > 0) this.err.line(`and ${more} more that could not be read`);
  }
}
