import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { repositoryRoot } from '../support/repository.js';

/**
 * Runs a module in a Node process of its own, because the process-wide clock is for life. `esm` and `cjs` are the two
 * copies in dist/; what the module passes to `report` is what is returned.
 */
function inProcess(body: string, environment: Record<string, string> = {}): unknown {
  const script = `
    import { createRequire } from 'node:module';
    import { trace, ROOT_CONTEXT, SpanKind, defaultTextMapGetter, defaultTextMapSetter } from '@opentelemetry/api';
    import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
    const CLOCK = Symbol.for('otel-causality/clock/1');
    const report = (value) => process.stdout.write(JSON.stringify(value));
    const esm = await import('./dist/esm/index.js');
    const cjs = createRequire(process.cwd() + '/')('./dist/cjs/index.js');
    function service(processor) {
      const exporter = new InMemorySpanExporter();
      const provider = new BasicTracerProvider({ spanProcessors: [processor, new SimpleSpanProcessor(exporter)] });
      return { exporter, tracer: provider.getTracer('test') };
    }
    function request(propagator, span) {
      const carrier = {};
      propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter);
      return carrier;
    }
    ${body}`;
  const env = { ...process.env, OTEL_CAUSALITY_DISABLED: undefined, ...environment };
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: repositoryRoot,
    env,
    encoding: 'utf8',
  });
  return JSON.parse(output);
}

describe('the process-wide clock, in the built package', () => {
  it('is shared by an ESM and a CommonJS copy', () => {
    const found = inProcess(`
      const processor = new cjs.CausalitySpanProcessor();
      const propagator = new esm.CausalityPropagator();
      const { tracer, exporter } = service(processor);
      const span = tracer.startSpan('call', { kind: SpanKind.CLIENT });
      const { baggage } = request(propagator, span);
      span.end();
      const { attributes } = exporter.getFinishedSpans()[0];
      report({
        twoCopies: esm.CausalClock !== cjs.CausalClock,
        sent: esm.parseStamp(baggage.slice('causality='.length)).vector.toString(),
        stamped: attributes['causality.vector'],
        // The reply that did not come is noticed by the processor of the other copy.
        incomplete: attributes['causality.incomplete'],
        sameStamp: esm.getCausalStamp(span) === cjs.getCausalStamp(span) && esm.getCausalStamp(span) !== undefined,
        errors: globalThis[CLOCK].counters.errors,
      });`) as { sent: string; stamped: string };
    expect(found).to.include({ twoCopies: true, incomplete: true, sameStamp: true, errors: 0 });
    expect(found.sent).to.equal(found.stamped);
  });

  it('orders spans that one copy stamps under a parent that the other received', () => {
    const found = inProcess(`
      const [received, sender] = [new esm.CausalityPropagator(), new cjs.CausalClock({ node: 'sender' })];
      const sending = new cjs.CausalityPropagator({ clock: sender });
      const far = service(new cjs.CausalitySpanProcessor({ clock: sender }));
      const call = far.tracer.startSpan('call', { kind: SpanKind.CLIENT });
      const carrier = request(sending, call);
      const near = service(new cjs.CausalitySpanProcessor());
      const context = received.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
      const handle = near.tracer.startSpan('handle', { kind: SpanKind.SERVER }, context);
      report({
        relation: esm.compareStamps(cjs.getCausalStamp(call), esm.getCausalStamp(handle)),
        incomplete: esm.getCausalStamp(handle).incomplete,
      });`);
    expect(found).to.deep.equal({ relation: 'before', incomplete: false });
  });

  it('is not in the way of two services with two clocks', () => {
    const found = inProcess(`
      const services = [esm, cjs].map((copy, i) => {
        const clock = new copy.CausalClock({ node: 'service' + i });
        const propagator = new copy.CausalityPropagator({ clock });
        return { clock, propagator, ...service(new copy.CausalitySpanProcessor({ clock })) };
      });
      const [one, other] = services;
      const call = one.tracer.startSpan('call', { kind: SpanKind.CLIENT });
      const context = other.propagator.extract(ROOT_CONTEXT, request(one.propagator, call), defaultTextMapGetter);
      const handle = other.tracer.startSpan('handle', { kind: SpanKind.SERVER }, context);
      handle.end();
      const [a, b] = [esm.getCausalStamp(call), esm.getCausalStamp(handle)];
      report({
        relation: cjs.compareStamps(a, b),
        ticks: [a.tick, b.tick],
        nodes: [a.node, b.node].map((node) => node.slice(0, 8)),
        incomplete: [a.incomplete, b.incomplete],
        held: services.map(({ clock }) => clock.counters.liveDomains),
        processClock: globalThis[CLOCK] === undefined,
      });`);
    expect(found).to.deep.equal({
      relation: 'before',
      ticks: [1, 1],
      nodes: ['service0', 'service1'],
      incomplete: [false, false],
      held: [1, 1],
      processClock: true,
    });
  });

  it('lets a clock of one copy be given to the other', () => {
    const found = inProcess(`
      const clock = new esm.CausalClock({ node: 'shared' });
      const { tracer, exporter } = service(new cjs.CausalitySpanProcessor({ clock }));
      tracer.startSpan('span').end();
      report([exporter.getFinishedSpans()[0].attributes['causality.node'] === clock.node]);`);
    expect(found).to.deep.equal([true]);
  });

  it('is made at first use, once, from the environment, and cannot be replaced', () => {
    const found = inProcess(
      `
      const before = globalThis[CLOCK] === undefined;
      new esm.CausalityPropagator();
      const made = globalThis[CLOCK];
      new cjs.CausalityPropagator();
      let replaced = true;
      try { globalThis[CLOCK] = {}; } catch { replaced = false; }
      const { attributes, maxDriftMs } = made.settings;
      report({ before, same: globalThis[CLOCK] === made, replaced, frozen: Object.isFrozen(made), attributes, maxDriftMs });`,
      { OTEL_CAUSALITY_ATTRIBUTES: 'lean', OTEL_CAUSALITY_MAX_DRIFT_MS: '250' },
    );
    expect(found).to.deep.equal({
      before: true,
      same: true,
      replaced: false,
      frozen: true,
      attributes: 'lean',
      maxDriftMs: 250,
    });
  });

  it('is not made when everything is switched off', () => {
    const found = inProcess(
      `
      const { tracer, exporter } = service(new cjs.CausalitySpanProcessor());
      const span = tracer.startSpan('span');
      const carrier = request(new esm.CausalityPropagator(), span);
      span.end();
      report([globalThis[CLOCK] === undefined, Object.keys(carrier), exporter.getFinishedSpans()[0].attributes]);`,
      { OTEL_CAUSALITY_DISABLED: 'true' },
    );
    expect(found).to.deep.equal([true, ['traceparent'], {}]);
  });

  it('is not shared, with a warning, where globalThis is frozen', () => {
    const found = inProcess(`
      const { diag, DiagLogLevel } = await import('@opentelemetry/api');
      const lines = [];
      diag.setLogger({ warn: (line) => lines.push(line), error() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
      Object.preventExtensions(globalThis);
      const { tracer, exporter } = service(new cjs.CausalitySpanProcessor());
      tracer.startSpan('span').end();
      report([lines.length, lines[0].includes('{ clock }'), exporter.getFinishedSpans()[0].attributes['causality.tick']]);`);
    expect(found).to.deep.equal([1, true, 1]);
  });
});
