/** The built package with each OpenTelemetry that it says it supports: one suite, run on all of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { RecordedSpan } from '../../src/analysis/recorded.js';
import { relateSpans } from '../../src/analysis/happens-before/span-relation.js';
import { compareLogStamps } from '../../src/clocks/log-stamp.js';
import { compareStamps } from '../../src/clocks/stamp.js';
import { readLogStamp } from '../../src/codec/log-stamps.js';
import { ATTRIBUTE } from '../../src/codec/span-attributes.js';
import { type ReadAttributes, readSpanStamps, type SpanStamps } from '../../src/codec/span-stamps.js';
import { Collector } from './collector.js';
import { Installed } from './installed.js';
import { alone, inCode, logging, SERVICE, WITH_LOGS } from './programs.js';
import { OLDEST, SECOND, type Stack, THIRD } from './stacks.js';

const OURS = 'otel-causality/register';
const THEIRS = '@opentelemetry/auto-instrumentations-node/register';
const PATIENCE_MS = 30_000;

for (const stack of [OLDEST, SECOND, THIRD]) suite(stack);

function suite(stack: Stack): void {
  describe(`with ${stack.name}`, function () {
    this.timeout(300_000);
    let installed: Installed;
    let collector: Collector;

    before(async function () {
      installed = Installed.for(stack, this);
      collector = await new Collector().start();
      installed.write('service.cjs', SERVICE);
      installed.write('alone.cjs', alone('cjs'));
      installed.write('alone.mjs', alone('mjs'));
      installed.write('plain.cjs', alone('cjs', 'undefined'));
    });
    after(() => {
      collector?.stop();
      installed?.remove();
    });

    describe('services registered by --import', () => {
      const running: ChildProcess[] = [];
      after(() => running.forEach((child) => child.kill('SIGKILL')));

      async function start(service: string): Promise<string> {
        const child = fork(`${installed.folder}/service.cjs`, [], {
          cwd: installed.folder,
          execPath: installed.node,
          execArgv: ['--import', OURS],
          env: { PATH: process.env['PATH'], ...collector.environment(service) },
        });
        running.push(child);
        const [{ port }] = (await once(child, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [
          { port: number },
        ];
        return `http://127.0.0.1:${port}`;
      }

      it('order calls made in turn, find calls made at once concurrent, and flush at SIGTERM', async () => {
        const [caller, left, right] = await Promise.all(['caller', 'left', 'right'].map(start));
        const plans = ['http', 'fetch'].flatMap((client) =>
          ['sequential', 'parallel'].map((mode) => ({ client, mode })),
        );
        for (const plan of plans) {
          const query = new URLSearchParams(plan);
          for (const peer of [left, right]) query.append('url', `${peer}/work`);
          await (await fetch(`${caller}/calls?${query}`)).text();
        }
        // Nothing leaves before: the batch processors wait for ten minutes.
        for (const child of running) {
          const ended = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
          child.kill('SIGTERM');
          expect(await ended).to.deep.equal([0, null]);
        }
        const spans = await collector.take(7 * plans.length);
        const traces = [...new Set(spans.map(({ traceId }) => traceId))].map((id) =>
          spans.filter(({ traceId }) => traceId === id),
        );
        expect(traces).to.have.length(plans.length);
        traces.sort((a, b) => Number(startOf(a) - startOf(b)));
        for (const [i, trace] of traces.entries()) {
          expect(trace).to.have.length(7);
          for (const span of trace) expect(stampsOf(span).start.incomplete, span.name).to.equal(false);
          expectCausesFirst(trace);
          const [one, other] = ['left', 'right'].map((name) => serverOf(trace, name));
          const expected = plans[i]?.mode === 'parallel' ? 'concurrent' : 'before';
          expect(relateSpans(one as SpanStamps, other as SpanStamps), JSON.stringify(plans[i])).to.equal(expected);
        }
      });
    });

    describe('registered', () => {
      const ways: readonly (readonly string[])[] = [
        ['--import', OURS],
        ['--require', OURS],
        ['--import', OURS, '--import', THEIRS],
        ['--import', THEIRS, '--import', OURS],
        ['--require', THEIRS, '--import', OURS],
        ['--require', OURS, '--require', THEIRS],
        ['--require', OURS, '--import', THEIRS],
      ];
      // The oldest is tried in three of them; what joins an SDK is the same code on all of them.
      for (const way of stack === OLDEST ? ways.slice(0, 3) : ways) {
        it(`by ${way.join(' ')}`, async () => {
          await installed.run([...way, 'alone.cjs'], collector.environment('alone'));
          expectStampedOnce(await collector.take(5));
        });
      }

      it('by NODE_OPTIONS, before their registration', async () => {
        const environment = { ...collector.environment('alone'), NODE_OPTIONS: `--require ${OURS}` };
        await installed.run(['--import', THEIRS, 'alone.cjs'], environment);
        expectStampedOnce(await collector.take(5));
      });

      it('for an application of ES modules, with their loader hook', async () => {
        const hook = '--experimental-loader=@opentelemetry/instrumentation/hook.mjs';
        await installed.run([hook, '--import', OURS, 'alone.mjs'], collector.environment('alone'));
        expectStampedOnce(await collector.take(5));
      });

      it('and switched off: spans leave without stamps', async () => {
        const environment = { ...collector.environment('alone'), OTEL_CAUSALITY_DISABLED: 'true' };
        await installed.run(['--import', OURS, 'plain.cjs'], environment);
        const spans = await collector.take(5);
        for (const { attributes } of spans) expect(attributes).not.to.have.property(ATTRIBUTE.tick);
      });

      it('beside an SDK that the application starts: it says so, once, and what to do', async () => {
        installed.write(
          'second.cjs',
          `const { NodeSDK } = require('@opentelemetry/sdk-node');
          for (let i = 0; i < 2; i++) new NodeSDK({ spanProcessors: [] , traceExporter: undefined }).start();
          const { trace } = require('@opentelemetry/api');
          for (let i = 0; i < 2; i++) trace.setGlobalTracerProvider({ getTracer() {} });
          process.on('warning', ({ message }) => { if (message.includes('otel-causality')) console.log(message); });`,
        );
        const said = await installed.run(['--import', OURS, 'second.cjs'], collector.environment('alone'));
        expect(said.match(/otel-causality\/register:/g)).to.have.length(1);
        expect(said).to.include('after that one').and.include('in code');
      });
    });

    it('registered after an SDK with log records: they are stamped in order with the spans', async () => {
      installed.write('telemetry.mjs', WITH_LOGS);
      installed.write('logging.mjs', logging(stack.logsApi));
      const way = ['--import', './telemetry.mjs', '--import', OURS, 'logging.mjs'];
      const printed = await installed.run(way, collector.environment('logging'));
      const [one, two] = [...printed.matchAll(/^LOG (.*)$/gm)].map(([, text]) => {
        const { traceId, attributes } = JSON.parse(text as string) as { traceId: string; attributes: ReadAttributes };
        return readLogStamp(traceId, attributes);
      });
      if (one === undefined || two === undefined) throw new Error(`no stamps on logs:\n${printed}`);
      const spans = await collector.take(2);
      const [outer, inner] = ['outer', 'inner'].map((name) => {
        return stampsOf(spans.find((span) => span.name === name) as RecordedSpan);
      }) as [SpanStamps, SpanStamps];
      const inTurn = [outer.start, one, inner.start, two, inner.end as NonNullable<SpanStamps['end']>];
      for (const [i, earlier] of inTurn.entries()) {
        for (const later of inTurn.slice(i + 1)) {
          expect(compareLogStamps(earlier, later), `${i}`).to.equal('before');
          expect(compareLogStamps(later, earlier), `${i}`).to.equal('after');
        }
      }
    });

    it('registered in code, with start times that are corrected on their way out', async () => {
      installed.write('tracing.mjs', inCode(stack.sdkTrace));
      installed.write(
        'siblings.mjs',
        `import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
        import { Ntp64 } from 'otel-causality';
        const tracer = trace.getTracer('siblings');
        for (let i = 0; i < 200; i++) tracer.startSpan('s' + i).end();
        // A request from a host whose clock is a third of a second ahead of ours.
        const [traceId, spanId] = ['4bf92f3577b34da67b1d62f2c9e04a15', '00f067aa0ba902b7'];
        const hlc = Ntp64.fromMillis(Date.now() + 333).toHex();
        const received = propagation.extract(ROOT_CONTEXT, {
          traceparent: '00-' + traceId + '-' + spanId + '-01',
          tracestate: 'causality=' + spanId,
          baggage: 'causality=1!' + traceId.slice(-16) + '!5!' + hlc + '!0!ahead-x7k2p1ab*3',
        });
        const served = tracer.startSpan('served', { kind: 1 }, received);
        tracer.startSpan('inside', {}, trace.setSpan(received, served)).end();
        served.end();`,
      );
      await installed.run(['--import', './tracing.mjs', 'siblings.mjs'], collector.environment('siblings'));
      const all = await collector.take(202);
      for (const name of ['served', 'inside']) {
        const { startNanos, attributes } = all.find((span) => span.name === name) as RecordedSpan;
        const wall = Date.parse(String(attributes[ATTRIBUTE.wallStart]));
        expect(Number(startNanos) / 1e6 - wall, name).to.be.within(300, 334.001);
        expect(attributes[ATTRIBUTE.wallEnd], name).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      }
      const spans = all.filter(({ name }) => /^s\d/.test(name));
      spans.sort((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1)));
      const starts = spans.map(({ startNanos }) => startNanos);
      expect(starts).to.deep.equal([...starts].sort((a, b) => Number(a - b)));
      expect(new Set(starts).size).to.be.greaterThan(150);
      for (const { attributes } of spans) {
        expect(attributes).to.have.property(ATTRIBUTE.endTick);
        expect(attributes).not.to.have.property(ATTRIBUTE.wallStart);
      }
    });
  });
}

function expectStampedOnce(spans: readonly RecordedSpan[]): void {
  expect(spans.map(({ name }) => name).sort()).to.deep.equal(['GET', 'GET', 'GET', 'GET', 'work']);
  const stamps = spans.map(stampsOf);
  // Two processors would leave holes.
  const ticks = stamps.flatMap(({ start, reply, end }) => [start, reply, end].flatMap((event) => event?.tick ?? []));
  expect(ticks.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 12 }, (_, i) => i + 1));
  for (const { start, end } of stamps) expect([start.incomplete, end?.incomplete]).to.deep.equal([false, false]);
  expectCausesFirst(spans);
}

function expectCausesFirst(spans: readonly RecordedSpan[]): void {
  const edges = spans.flatMap((child) => {
    const parent = spans.find(({ spanId }) => spanId === child.parentSpanId);
    return parent === undefined ? [] : [[stampsOf(parent), stampsOf(child)] as const];
  });
  expect(edges).to.have.length(spans.length - 1);
  for (const [parent, child] of edges) expect(compareStamps(parent.start, child.start)).to.equal('before');
}

function serverOf(spans: readonly RecordedSpan[], name: string): SpanStamps {
  return stampsOf(spans.find(({ service, kind }) => service === name && kind === 'server') as RecordedSpan);
}

function stampsOf({ traceId, attributes, name }: RecordedSpan): SpanStamps {
  const stamps = readSpanStamps(traceId, attributes);
  if (stamps === undefined) throw new Error(`no stamps on ${name}`);
  return stamps;
}

/** When the caller's server span, which no span of ours sent, started. */
function startOf(spans: readonly RecordedSpan[]): bigint {
  return spans.find(({ parentSpanId }) => parentSpanId === undefined)?.startNanos ?? 0n;
}
