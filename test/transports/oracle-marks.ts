/** What a service notes by itself about the order of what it does: one counter for the process, no clock of ours. */
import type { ServerResponse } from 'node:http';
import { type Span, trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { MARK } from './oracle.js';

let moment = 0;

function mark(span: Span | undefined, name: string): void {
  span?.setAttribute(name, ++moment);
}

/** The reply of this server span leaves now. */
export function replying(span: Span | undefined = trace.getActiveSpan()): void {
  mark(span, MARK.replied);
}

/** What goes ahead of the active server span's reply leaves now. */
export function speaking(): void {
  mark(trace.getActiveSpan(), MARK.spoke);
}

/** What goes ahead of the reply to a client span's request has come. */
export function listening(span: Span | undefined): void {
  mark(span, MARK.listened);
}

/** Notes when an HTTP response's head is written, whoever writes it. */
export function watchHead(span: Span, response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...args: readonly unknown[]) => ServerResponse;
  response.writeHead = (...args: readonly unknown[]) => {
    replying(span);
    return writeHead(...args);
  };
}

/** The reply to a client span's request has come. */
export function heard(span: Span | undefined): void {
  mark(span, MARK.heard);
}

export class OracleProcessor implements SpanProcessor {
  onStart(span: Span): void {
    mark(span, MARK.start);
  }

  onEnding(span: Span): void {
    mark(span, MARK.end);
  }

  onEnd(): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
