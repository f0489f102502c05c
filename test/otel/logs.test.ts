/** Logs: whose trace they belong to, and what they admit about messages. */
import { type Context, ROOT_CONTEXT, type Span, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';
import { expect } from 'chai';
import { logsOf } from '../../src/otel/clock-logs.js';
import type { EmittedLog } from '../../src/otel/logs.js';
import { diagLines } from '../support/diag-lines.js';
import type { NodeOptions } from '../support/fleet.js';
import { LoggingNode } from '../support/logging-node.js';

const SPAN_ID = '00f067aa0ba902b7';
const IN_PROCESS = { scope: 'process', trust: 'all' } as const;

/** What a record that names this span gets in a context, as the processor hands it over. */
function emitted(
  node: LoggingNode,
  named: Pick<EmittedLog, 'spanContext'>,
  context: Context | undefined,
): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  logsOf(node.clock).emit({ ...named, setAttribute: (key, value) => (attributes[key] = value) }, context);
  return attributes;
}

describe('logs', () => {
  describe('are stamped for the trace that their record names:', () => {
    it('that of the context, by a copy of its span, too', () => {
      const node = new LoggingNode('node');
      const { span, context } = node.start('handle');
      const copy = { ...span.spanContext() };
      expect(emitted(node, { spanContext: copy }, context)).to.include({ 'causality.tick': 1 });
      const sibling = { ...copy, spanId: SPAN_ID };
      expect(emitted(node, { spanContext: sibling }, context)).to.include({ 'causality.tick': 1 });
    });

    it('none where it names none, or another', () => {
      const node = new LoggingNode('node');
      const { span, context } = node.start('handle');
      const other = { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED };
      expect(emitted(node, { spanContext: undefined }, context)).to.deep.equal({});
      expect(emitted(node, { spanContext: other }, context)).to.deep.equal({});
      expect(emitted(node, { spanContext: span.spanContext() }, ROOT_CONTEXT)).to.deep.equal({});
    });

    it('the whole process in its scope, whatever it names', () => {
      const node = new LoggingNode('node', IN_PROCESS);
      const { span } = node.start('handle');
      const attributes = emitted(node, { spanContext: span.spanContext() }, ROOT_CONTEXT);
      expect(attributes).to.include({ 'causality.tick': 1, 'causality.scope': 'process' });
    });
  });

  it('of a trace that is known know the same in a context without its message', () => {
    const [gateway, node] = [new LoggingNode('gateway'), new LoggingNode('node')];
    const { span } = node.start('serve', node.extract(gateway.inject(gateway.start('call').context)));
    const elsewhere: SpanContext = { traceId: span.spanContext().traceId, spanId: SPAN_ID, traceFlags: 0 };
    expect(emitted(node, {}, trace.setSpanContext(ROOT_CONTEXT, elsewhere))).to.include({
      'causality.tick': 1,
      'causality.lamport': 2,
    });
    expect(node.clock.counters.incomplete).to.deep.equal({});
  });

  it('in a span that another clock of the process has stamped admit that they know nothing of it', () => {
    const [gateway, one, other] = [new LoggingNode('gateway'), new LoggingNode('one'), new LoggingNode('other')];
    const call = gateway.start('call');
    const serve = (node: LoggingNode): Span => node.start('serve', node.extract(gateway.inject(call.context))).span;
    const [ours, theirs] = [serve(one), serve(other)].map((span) => trace.setSpan(ROOT_CONTEXT, span));
    expect(emitted(one, {}, ours)).not.to.have.property('causality.incomplete');
    expect(emitted(one, {}, theirs)).to.include({ 'causality.incomplete': true });
    expect(one.clock.counters.incomplete).to.deep.equal({ 'foreign-clock': 1 });
  });

  it('say that a message came for which there is no propagator, and only then', () => {
    const lines = (isRemote: boolean): string[] => {
      const node = new LoggingNode('node', { ...IN_PROCESS, parts: 'processor' } satisfies NodeOptions);
      const spanContext = { traceId: '1'.repeat(32), spanId: SPAN_ID, traceFlags: 0, isRemote };
      return diagLines(() => node.log('line', trace.setSpanContext(ROOT_CONTEXT, spanContext))).filter((line) =>
        line.startsWith('warn'),
      );
    };
    expect(lines(false)).to.deep.equal([]);
    expect(lines(true)).to.have.length(1);
    expect(lines(true)[0]).to.include('no CausalityPropagator uses their clock');
  });
});
