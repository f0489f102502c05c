import { SpanKind, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import {
  CausalConsoleExporter,
  type ConsoleExporterOptions,
} from '../../../src/analysis/live/causal-console-exporter.js';
import type { ExportedSpan } from '../../../src/analysis/live/exported-span.js';
import { CausalClock, CausalitySpanProcessor } from '../../../src/index.js';
import { MAX_LIVE_SPANS, MAX_LIVE_TRACES } from '../../../src/clocks/limits.js';

const TRACE = '0123456789abcdef0123456789abcdef';

function kept(options: ConsoleExporterOptions = {}): {
  readonly lines: string[];
  readonly exporter: CausalConsoleExporter;
} {
  const lines: string[] = [];
  return {
    lines,
    exporter: new CausalConsoleExporter({ settleMs: 0, colours: false, print: (line) => lines.push(line), ...options }),
  };
}

/** A span as the SDK hands it over. */
function span(id: number, changes: Partial<ExportedSpan> & { readonly traceId?: string } = {}): ExportedSpan {
  const { traceId = TRACE, ...rest } = changes;
  return {
    name: `span ${id}`,
    kind: 0,
    spanContext: () => ({ traceId, spanId: id.toString(16).padStart(16, '0') }),
    startTime: [1_700_000_000, id * 1_000_000],
    endTime: [1_700_000_001, 0],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    resource: { attributes: { 'service.name': 'shop' } },
    ...rest,
  };
}

function childOf(parent: number, isRemote = false): Partial<ExportedSpan> {
  return { parentSpanContext: { traceId: TRACE, spanId: parent.toString(16).padStart(16, '0'), isRemote } };
}

function send(exporter: CausalConsoleExporter, spans: readonly ExportedSpan[]): number | undefined {
  let code: number | undefined;
  exporter.export(spans, (outcome) => {
    code = outcome.code;
  });
  return code;
}

describe('CausalConsoleExporter', () => {
  it('prints the lanes and races of traces of a real SDK', async () => {
    const { lines, exporter } = kept();
    // The assignment is the test of the types.
    const asSdkExporter: SpanExporter = exporter;
    const clock = new CausalClock({ node: 'shop' });
    const provider = new BasicTracerProvider({
      spanProcessors: [new CausalitySpanProcessor({ clock }), new SimpleSpanProcessor(asSdkExporter)],
    });
    const tracer = provider.getTracer('test');
    const root = tracer.startSpan('POST /checkout', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
    const inRoot = trace.setSpan(ROOT_CONTEXT, root);
    const take = (): ReturnType<typeof tracer.startSpan> =>
      tracer.startSpan('take stock', { attributes: { 'causality.resource': 'stock' } }, inRoot);
    const [one, two] = [take(), take()];
    one.end();
    two.end();
    expect(lines).to.deep.equal([]);
    root.end();
    await provider.forceFlush();
    expect(lines[0]).to.match(/^Trace [0-9a-f]{32} {2}3 spans on 1 node, 6 events$/);
    expect(lines.join('\n'))
      .to.include('┬   POST /checkout')
      .and.to.match(/race 1 {2}stock: write by take stock \(#2\)/);
    await provider.shutdown();
    expect([context.active(), propagation.fields()]).to.deep.equal([ROOT_CONTEXT, []]);
  });

  it('waits for the span that has no parent here, and takes one from elsewhere for that', () => {
    const { lines, exporter } = kept();
    expect(send(exporter, [span(2, childOf(1))])).to.equal(0);
    expect(lines).to.deep.equal([]);
    send(exporter, [span(1, childOf(9, true))]);
    expect(lines[0]).to.include('2 spans');
    const old = kept();
    send(old.exporter, [span(2, { parentSpanId: '0000000000000001' }), span(1)]);
    expect(old.lines[0]).to.include('2 spans');
  });

  it('waits until nothing more comes', async () => {
    const printed = await new Promise<string>((resolve) => {
      const exporter = new CausalConsoleExporter({ settleMs: 5, colours: false, print: resolve });
      send(exporter, [span(1)]);
      send(exporter, [span(2, childOf(1))]);
    });
    expect(printed).to.include('2 spans');
  });

  it('prints a trace again as a whole when it grew, and never twice the same', async () => {
    const { lines, exporter } = kept();
    send(exporter, [span(1)]);
    const once = lines.length;
    await exporter.forceFlush();
    expect(lines.length).to.equal(once);
    send(exporter, [span(2, childOf(1))]);
    expect(lines.slice(once, once + 2)).to.deep.equal([
      'Again, with spans that ended later:',
      `Trace ${TRACE}  2 spans on 1 node, 4 events`,
    ]);
  });

  it('prints what is unfinished when it is flushed or shut down', async () => {
    const { lines, exporter } = kept();
    send(exporter, [span(2, childOf(1))]);
    await exporter.shutdown();
    expect(lines[0]).to.include('1 span on');
  });

  it('holds no more than its limits', async () => {
    const { lines, exporter } = kept();
    for (let i = 1; i <= MAX_LIVE_TRACES + 1; i++) {
      send(exporter, [span(2, { ...childOf(1), traceId: i.toString(16).padStart(32, '0') })]);
    }
    expect(lines[0]).to.equal(`Trace ${'1'.padStart(32, '0')}  1 span on 1 node, 2 events`);
    const many = kept();
    send(
      many.exporter,
      Array.from({ length: MAX_LIVE_SPANS + 2 }, (_, i) => span(i + 2, childOf(1))),
    );
    await many.exporter.forceFlush();
    expect(many.lines.join('\n')).to.include('  2 spans more did not fit');
  });

  it('tells the SDK of a span that it cannot take, and throws nothing', () => {
    const { lines, exporter } = kept();
    expect(send(exporter, [{} as ExportedSpan])).to.equal(1);
    const broken = kept({
      print: () => {
        throw new Error('the terminal is gone');
      },
    });
    expect(send(broken.exporter, [span(1)])).to.equal(0);
    expect(lines).to.deep.equal([]);
  });

  it('takes attributes of any kind', () => {
    const { lines, exporter } = kept({ colours: true });
    const attributes = { a: [1, null, 'x'], b: null, c: Number.NaN, d: { deep: 1 }, ['__proto__']: 'x', e: true };
    send(exporter, [span(1, { attributes, status: { code: 2, message: 'no' }, kind: 77, name: 'clear\u001b[2J' })]);
    expect(lines.join('\n')).to.include('clear [2J (error)').and.to.include('\u001b[2m');
  });
});
