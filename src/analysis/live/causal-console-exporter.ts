/**
 * A SpanExporter for development: prints each finished trace in causal order, with a lane for each node, and its races.
 *
 * A trace counts as finished when a span that has no parent in this process was exported and nothing more came for a
 * while.
 *
 * Guarantee: nothing is thrown into the SDK, no timer keeps a process alive, and memory is bounded by the two limits.
 * Hazard: it sees the spans of its own process. What others did shows only as what was heard of them. And it computes
 * and prints in the process that it watches: not for production.
 */
import { MAX_LIVE_SPANS, MAX_LIVE_TRACES } from '../../clocks/limits.js';
import { CausalGraph } from '../graph/causal-graph.js';
import { countText } from '../wording/durations.js';
import { COLUMNS_WITHOUT_TERMINAL, type Paint, paintAnsi, paintFor, paintNothing } from '../reports/paint.js';
import { textStory } from '../reports/text-story.js';
import { traceStories } from '../reports/trace-story.js';
import { findAnomalies } from '../findings/find-anomalies.js';
import type { GraphOptions } from '../graph/graph-model.js';
import type { RecordedSpan } from '../recorded.js';
import { type ExportedSpan, isLocalRoot, recordedOf } from './exported-span.js';

export interface ConsoleExporterOptions extends Pick<GraphOptions, 'order'> {
  /** Takes each line. Default `console.log`. */
  readonly print?: (line: string) => void;
  /** Default: the terminal's width, else 100. */
  readonly columns?: number;
  /** Default: on a terminal, unless NO_COLOR is set. */
  readonly colours?: boolean;
  /** Milliseconds without news after which a finished trace is printed. Default 300; with 0 at once. */
  readonly settleMs?: number;
}

/** What an exporter tells the SDK; 0 is success, 1 failure. */
interface ExportOutcome {
  readonly code: 0 | 1;
  readonly error?: Error;
}

interface LiveTrace {
  readonly spans: RecordedSpan[];
  isFinished: boolean;
  /** Spans that were printed before; a trace that grows is printed again, as a whole. */
  printed: number;
  dropped: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const DEFAULT_SETTLE_MS = 300;

export class CausalConsoleExporter {
  private readonly traces = new Map<string, LiveTrace>();
  private readonly print: (line: string) => void;
  private readonly columns: number;
  private readonly paint: Paint;
  private readonly settleMs: number;
  private readonly order: GraphOptions['order'];

  constructor(options: ConsoleExporterOptions = {}) {
    const terminal = typeof process === 'undefined' ? undefined : process.stdout;
    const painting = paintFor(terminal?.isTTY === true, typeof process === 'undefined' ? {} : process.env);
    this.print = options.print ?? ((line) => console.log(line));
    this.columns = options.columns ?? terminal?.columns ?? COLUMNS_WITHOUT_TERMINAL;
    this.paint = options.colours === undefined ? painting : options.colours ? paintAnsi : paintNothing;
    this.settleMs = options.settleMs ?? DEFAULT_SETTLE_MS;
    this.order = options.order ?? 'process';
  }

  export(spans: readonly ExportedSpan[], done: (outcome: ExportOutcome) => void): void {
    try {
      const touched = new Set<string>();
      for (const span of spans) touched.add(this.take(span));
      for (const traceId of touched) this.schedule(traceId);
      done({ code: 0 });
    } catch (error) {
      done({ code: 1, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** Prints what is there, finished or not. */
  forceFlush(): Promise<void> {
    for (const traceId of this.traces.keys()) this.tell(traceId);
    return Promise.resolve();
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.traces.clear();
  }

  private take(span: ExportedSpan): string {
    const recorded = recordedOf(span);
    const { traceId } = recorded;
    const trace = this.traces.get(traceId) ?? {
      spans: [],
      isFinished: false,
      printed: 0,
      dropped: 0,
      timer: undefined,
    };
    // The trace heard of last stands last: the first one is dropped where there are too many.
    this.traces.delete(traceId);
    this.traces.set(traceId, trace);
    if (trace.spans.length < MAX_LIVE_SPANS) trace.spans.push(recorded);
    else trace.dropped++;
    trace.isFinished ||= isLocalRoot(span);
    const [oldest] = this.traces.keys();
    if (this.traces.size > MAX_LIVE_TRACES && oldest !== undefined) {
      this.tell(oldest);
      this.traces.delete(oldest);
    }
    return traceId;
  }

  private schedule(traceId: string): void {
    const trace = this.traces.get(traceId);
    if (trace?.isFinished !== true) return;
    clearTimeout(trace.timer);
    if (this.settleMs === 0) {
      this.tell(traceId);
      return;
    }
    trace.timer = setTimeout(() => this.tell(traceId), this.settleMs);
    // Browsers' timers are numbers, and keep nothing alive.
    if (typeof trace.timer === 'object') trace.timer.unref();
  }

  private tell(traceId: string): void {
    const trace = this.traces.get(traceId);
    if (trace === undefined) return;
    clearTimeout(trace.timer);
    if (trace.spans.length === trace.printed) return;
    const isAgain = trace.printed > 0;
    trace.printed = trace.spans.length;
    try {
      this.printTrace(trace, isAgain);
    } catch {
      // Nobody waits for a timer's outcome, and an application must not end because its terminal is gone.
    }
  }

  private printTrace(trace: LiveTrace, isAgain: boolean): void {
    const { paint } = this;
    const graph = CausalGraph.of(trace.spans, this.order === undefined ? {} : { order: this.order });
    for (const story of traceStories(graph, findAnomalies(graph))) {
      if (isAgain) this.print(paint('dim', 'Again, with spans that ended later:'));
      for (const line of textStory(story, { columns: this.columns, paint })) this.print(line);
    }
    if (trace.dropped > 0) this.print(paint('yellow', `  ${countText(trace.dropped, 'span')} more did not fit`));
    this.print('');
  }
}
