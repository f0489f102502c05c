import { type Context, context as contextApi, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { suppressTracing, TraceState } from '@opentelemetry/core';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { CausalityLogRecordProcessor } from '../../src/logs/log-record-processor.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import type { EmittedLog } from '../../src/otel/logs.js';
import { LoggingNode } from '../support/logging-node.js';

const STAMP = /^causality\./;

function stampOf(record: { readonly attributes: object }): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record.attributes).filter(([name]) => STAMP.test(name)));
}

describe('the log record processor', () => {
  it('fits the SDK by its shape', () => {
    const processor: LogRecordProcessor = new CausalityLogRecordProcessor({ clock: new CausalClock() });
    expect(processor.onEmit).to.be.a('function');
  });

  it('stamps a log with what its node knows, and ticks nothing', () => {
    const node = new LoggingNode('orders');
    const { span, context } = node.start('handle');
    const first = node.log('one', context);
    const second = node.log('two', context);
    span.end();
    const after = node.log('three', context);
    const name = node.clock.node as string;
    expect(stampOf(first)).to.deep.equal({
      'causality.node': name,
      'causality.vector': `${name}=1`,
      'causality.lamport': 1,
      'causality.log.seq': 1,
      'causality.tick': 1,
    });
    expect(stampOf(second)).to.include({ 'causality.tick': 1, 'causality.lamport': 1, 'causality.log.seq': 2 });
    expect(stampOf(after)).to.include({ 'causality.tick': 2, 'causality.lamport': 2, 'causality.log.seq': 3 });
    expect(node.finished('handle').attributes).to.include({ 'causality.tick': 1, 'causality.end.tick': 2 });
    expect(node.clock.counters.errors).to.equal(0);
  });

  it('counts one on a Lamport time that others have come to', () => {
    const gateway = new LoggingNode('gateway');
    const orders = new LoggingNode('orders');
    const client = gateway.start('call');
    const request = gateway.inject(client.context);
    const received = orders.extract(request);
    // The message told of Lamport time 1: a log that knows it is later.
    expect(stampOf(orders.log('before any span', received))).to.include({
      'causality.lamport': 2,
      'causality.tick': 0,
    });
    expect(stampOf(orders.log('again', received))).to.include({ 'causality.lamport': 2, 'causality.log.seq': 2 });
    const server = orders.start('serve', received);
    expect(stampOf(orders.log('in it', server.context))).to.include({ 'causality.lamport': 3, 'causality.tick': 1 });
  });

  it('merges the message of its context, as a span would', () => {
    const gateway = new LoggingNode('gateway');
    const orders = new LoggingNode('orders');
    const { context } = gateway.start('call');
    const record = orders.log('received', orders.extract(gateway.inject(context)));
    expect(record.attributes['causality.vector']).to.equal(`${gateway.clock.node}=1`);
    expect(orders.clock.counters.liveDomains).to.equal(1);
  });

  it('admits what may be hidden', () => {
    const gateway = new LoggingNode('gateway');
    const orders = new LoggingNode('orders');
    const { context } = gateway.start('call');
    const { baggage: _, ...markOnly } = gateway.inject(context);
    const served = orders.start('serve', orders.extract(markOnly));
    expect(orders.log('served', served.context).attributes).to.include({ 'causality.incomplete': true });
  });

  it('takes the active context where a log is given none', () => {
    const node = new LoggingNode('orders');
    const { context } = node.start('handle');
    const manager = new AsyncLocalStorageContextManager().enable();
    contextApi.setGlobalContextManager(manager);
    try {
      contextApi.with(context, () => node.logs.logger.emit({ body: 'active' }));
    } finally {
      contextApi.disable();
    }
    expect(node.logs.exporter.getFinishedLogRecords().at(-1)?.attributes).to.include({ 'causality.tick': 1 });
  });

  it('takes the span of the record where it is told no context', () => {
    const node = new LoggingNode('orders');
    const { span } = node.start('handle');
    const attributes: Record<string, unknown> = {};
    const log = {
      spanContext: span.spanContext(),
      setAttribute: (key: string, value: unknown) => (attributes[key] = value),
    };
    new CausalityLogRecordProcessor({ clock: node.clock }).onEmit(log);
    expect(attributes).to.include({ 'causality.tick': 1, 'causality.log.seq': 1 });
  });

  it('names its node after the service, when it was given no name', () => {
    const node = new LoggingNode('checkout', { node: undefined as never, scope: 'process', trust: 'all' });
    expect(node.log('alone').attributes['causality.node']).to.match(/^checkout-[0-9a-z]{8}$/);
  });

  describe('in process scope', () => {
    const inProcess = { scope: 'process', trust: 'all' } as const;

    it('stamps logs outside of any trace, before anything ticked too', () => {
      const node = new LoggingNode('orders', inProcess);
      const alone = stampOf(node.log('alone'));
      expect(alone).to.deep.equal({
        'causality.node': node.clock.node,
        'causality.lamport': 1,
        'causality.scope': 'process',
        'causality.log.seq': 1,
        'causality.tick': 0,
      });
      node.start('handle').span.end();
      expect(stampOf(node.log('later'))).to.include({ 'causality.tick': 2, 'causality.log.seq': 2 });
    });
  });

  describe('leaves alone', () => {
    const expectNone = (record: { readonly attributes: object } | undefined): void => {
      expect(stampOf(record as { readonly attributes: object })).to.deep.equal({});
    };

    it('logs outside of any trace in trace scope', () => {
      const node = new LoggingNode('orders');
      expectNone(node.log('alone'));
      expect(node.clock.counters.liveDomains).to.equal(0);
    });

    it('unsampled traces of which nothing is known', () => {
      const node = new LoggingNode('orders', { sampler: new AlwaysOffSampler() });
      const { context } = node.start('handle');
      expectNone(node.log('unsampled', context));
      expect(node.clock.counters.liveDomains).to.equal(0);
    });

    it('everything while tracing is suppressed', () => {
      const node = new LoggingNode('orders');
      const { context } = node.start('handle');
      expectNone(node.log('of an exporter', suppressTracing(context)));
    });

    it('everything while the library is disabled', () => {
      process.env['OTEL_CAUSALITY_DISABLED'] = 'true';
      try {
        const node = new LoggingNode('orders');
        const { context } = node.start('handle');
        expectNone(node.log('disabled', context));
      } finally {
        delete process.env['OTEL_CAUSALITY_DISABLED'];
      }
    });

    it('a record that names another trace than its context', () => {
      const node = new LoggingNode('orders');
      const { context } = node.start('handle');
      const attributes: Record<string, unknown> = {};
      const log: EmittedLog = {
        spanContext: { traceId: 'f'.repeat(32), spanId: '1'.repeat(16), traceFlags: TraceFlags.SAMPLED },
        setAttribute: (key, value) => (attributes[key] = value),
      };
      const processor = new CausalityLogRecordProcessor({ clock: node.clock });
      processor.onEmit(log, context);
      processor.onEmit({ ...log, spanContext: undefined }, context);
      expectNone({ attributes });
    });
  });

  describe('does not disturb the application', () => {
    it('with a record that throws, or is none', () => {
      const node = new LoggingNode('orders');
      const { context } = node.start('handle');
      const processor = new CausalityLogRecordProcessor({ clock: node.clock });
      const broken = {
        spanContext: trace.getSpanContext(context),
        setAttribute: () => {
          throw new Error('broken on purpose');
        },
      };
      processor.onEmit(broken, context);
      processor.onEmit(undefined as never, context);
      processor.onEmit(broken, { getValue: () => broken.setAttribute() } as unknown as Context);
      expect(node.clock.counters.errors).to.equal(3);
    });

    it('and has nothing to flush or to shut down', async () => {
      const processor = new CausalityLogRecordProcessor({ clock: new CausalClock() });
      await processor.forceFlush();
      await processor.shutdown();
    });
  });

  describe('in a trace that it knows, and a span that it has not stamped', () => {
    it('admits what another clock of the process keeps to itself', () => {
      const gateway = new LoggingNode('gateway');
      const [one, other] = [new LoggingNode('one'), new LoggingNode('other')];
      const request = gateway.inject(gateway.start('call').context);
      const received = one.extract(request);
      one.start('serve', received);
      const elsewhere = other.start('inner', other.extract(request));
      expect(stampOf(one.log('known', received))).not.to.have.property('causality.incomplete');
      expect(stampOf(one.log('in the span of another', elsewhere.context))).to.include({
        'causality.incomplete': true,
      });
      for (const { clock } of [one, other]) expect(clock.counters.incomplete).to.deep.equal({ 'foreign-clock': 1 });
    });

    it('admits a message that came unread', () => {
      for (const [tracestate, incomplete] of [
        ['causality=00f067aa0ba902b7', { 'mark-without-stamp': 1 }],
        ['v=1', {}],
        [undefined, {}],
      ] as const) {
        const node = new LoggingNode('node');
        const { span } = node.start('before');
        const remote = trace.setSpanContext(ROOT_CONTEXT, {
          traceId: span.spanContext().traceId,
          spanId: '00f067aa0ba902b7',
          traceFlags: 1,
          isRemote: true,
          ...(tracestate === undefined ? {} : { traceState: new TraceState(tracestate) }),
        });
        expect(stampOf(node.log('read by somebody else', remote))).to.include({ 'causality.tick': 1 });
        expect(node.clock.counters.incomplete).to.deep.equal(incomplete);
      }
    });
  });

  it('holds no more traces for logs than for spans', () => {
    const gateway = new LoggingNode('gateway');
    const orders = new LoggingNode('orders', { maxDomains: 10, sampler: new AlwaysOffSampler() });
    let last = 0;
    for (let i = 0; i < 200; i++) {
      const received = orders.extract(gateway.inject(gateway.start('call').context));
      const { attributes } = orders.log('unsampled, with a stamp', orders.start('serve', received).context);
      expect(attributes['causality.log.seq']).to.equal(++last);
      orders.log('unsampled, without', orders.start('alone').context);
    }
    expect(orders.clock.counters).to.deep.include({ liveDomains: 10, domainsDropped: 190, errors: 0 });
  });

  it('refuses a clock that is none', () => {
    expect(() => new CausalityLogRecordProcessor({ clock: {} as never })).to.throw('clock');
  });

  it('stays quiet in a context without anything', () => {
    const node = new LoggingNode('orders');
    new CausalityLogRecordProcessor({ clock: node.clock }).onEmit({ setAttribute: () => undefined }, ROOT_CONTEXT);
    expect(node.clock.counters.errors).to.equal(0);
  });
});
