/** Exports each span as one line of OTLP JSON, before `end()` returns to whoever ended it. */
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { TraceLines } from '../run-files.js';

export class SpanLines implements SpanProcessor {
  private readonly lines: TraceLines;
  private readonly decoder = new TextDecoder();

  constructor(folder: string, incarnation: string) {
    this.lines = new TraceLines(folder, incarnation, 'spans');
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.lines.write(span.spanContext().traceId, this.decoder.decode(JsonTraceSerializer.serializeRequest([span])));
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
