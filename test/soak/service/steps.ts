/** Runs the steps of a plan in this process. */
import { setTimeout as passing } from 'node:timers/promises';
import { type Link, type Span, type SpanContext, trace } from '@opentelemetry/api';
import type { Step } from '../plan.js';
import { make } from './calling.js';
import { ABANDONED } from './ledger-hooks.js';

const tracer = trace.getTracer('soak');

/** Spans that will be ended by and by. */
const open = new Map<Span, NodeJS.Timeout>();
/** A span of an earlier request, for links. */
let earlier: SpanContext | undefined;

export async function take(steps: readonly Step[]): Promise<void> {
  for (const step of steps) await takeOne(step);
}

async function takeOne(step: Step): Promise<void> {
  switch (step.do) {
    case 'wait':
      await passing(step.millis);
      return;
    case 'span':
      await inSpan(step.steps, step.linked);
      return;
    case 'leave open':
      leaveOpen(step.millis);
      return;
    case 'call':
      await make(step.call);
      return;
    case 'together':
      await Promise.all(step.branches.map(take));
  }
}

async function inSpan(steps: readonly Step[], linked: boolean): Promise<void> {
  const links: Link[] = linked && earlier !== undefined ? [{ context: earlier }] : [];
  await tracer.startActiveSpan('step', { links }, async (span) => {
    const { traceId } = span.spanContext();
    if (earlier?.traceId !== traceId) earlier = span.spanContext();
    await take(steps);
    span.end();
  });
}

function leaveOpen(millis: number | 'never'): void {
  if (millis === 'never') {
    tracer.startSpan('never ends', { attributes: { [ABANDONED]: true } });
    return;
  }
  const span = tracer.startSpan('ends late');
  open.set(
    span,
    setTimeout(() => {
      open.delete(span);
      span.end();
    }, millis),
  );
}

/** Ends now what was to end later. */
export function endAll(): void {
  for (const [span, timer] of open) {
    clearTimeout(timer);
    span.end();
  }
  open.clear();
}
