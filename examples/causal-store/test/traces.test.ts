/** What the store's traces prove: a write at one node comes before the read of it at another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { CausalGraph, type CausalSpan } from 'otel-causality/analysis';
import { LocalCluster } from '../src/cluster/local-cluster.js';
import { registerClient, TracedSession } from '../src/cluster/traced-session.js';
import { SpanReceiver } from '../src/tracing/span-receiver.js';
import { pause } from './processes/campaign.js';

describe('traces', function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
  const receiver = new SpanReceiver();
  let cluster: LocalCluster;
  let flush: () => Promise<void>;

  before(async () => {
    const endpoint = await receiver.listen();
    cluster = new LocalCluster({
      directory,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
      },
    });
    await cluster.start();
    flush = registerClient(endpoint, 'client');
  });

  after(async () => {
    trace.disable();
    context.disable();
    await cluster.stop();
    receiver.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The spans with these names, once all of them have arrived. */
  async function recorded(
    traceIds: readonly string[],
    ...names: readonly string[]
  ): Promise<[CausalGraph, CausalSpan[]]> {
    await flush();
    for (const end = Date.now() + 10_000; ; await pause(50)) {
      const spans = (await receiver.spans()).filter(({ traceId }) => traceIds.includes(traceId));
      const graph = CausalGraph.of(spans);
      const found = names.map((name) => {
        const [node, ...words] = name.split(' ');
        return graph.spans.find(({ recorded: { name: one, service } }) => one === words.join(' ') && service === node);
      });
      if (found.every((span) => span !== undefined)) return [graph, found];
      if (Date.now() > end)
        throw new Error(`missing of ${names.join(', ')}: ${spans.map(({ name }) => name).join(', ')}`);
    }
  }

  it('prove, within one trace, that a write at n1 comes before its application and its reading at n2', async () => {
    const session = new TracedSession('alice', (name) => cluster.url(name));
    const root = trace.getTracer('test').startSpan('story');
    await context.with(trace.setSpan(context.active(), root), async () => {
      expect((await session.put('n1', 'colour', 'blue')).status).to.equal(200);
      const { reply } = await session.get('n2', 'colour');
      expect(reply?.siblings.map(({ value }) => value)).to.deep.equal(['blue']);
    });
    root.end();
    const { traceId } = root.spanContext();
    const [graph, spans] = await recorded([traceId], 'n1 write colour', 'n2 apply colour', 'n2 read colour', 'n2 GET');
    const [write, apply, read, request] = spans as [CausalSpan, CausalSpan, CausalSpan, CausalSpan];
    for (const span of spans) expect(span.recorded.attributes, span.recorded.name).to.include.keys('causality.vector');
    expect(graph.relation(write.start, apply.start), 'write, then apply').to.equal('before');
    expect(graph.relation(apply.end, read.start), 'apply, then read').to.equal('before');
    expect(graph.relation(write.end, read.start), 'write, then read').to.equal('before');
    expect(graph.relation(write.start, request.end), 'write, then the end of the request').to.equal('before');
  });

  it('prove it across two traces by the link of the read', async () => {
    const writer = new TracedSession('bob', (name) => cluster.url(name));
    const reader = new TracedSession('carol', (name) => cluster.url(name));
    const tracer = trace.getTracer('test');
    const traceIds: string[] = [];
    const within = async (name: string, run: () => Promise<unknown>): Promise<void> => {
      const root = tracer.startSpan(name);
      traceIds.push(root.spanContext().traceId);
      await context.with(trace.setSpan(context.active(), root), run);
      root.end();
    };
    await within('writing', async () => writer.put('n1', 'size', 'large'));
    // Another session, which was told of it by somebody.
    reader.token = writer.token;
    await within('reading', async () => reader.get('n3', 'size'));
    const [graph, spans] = await recorded(traceIds, 'n1 write size', 'n3 read size');
    const [write, read] = spans as [CausalSpan, CausalSpan];
    expect(write.recorded.traceId).not.to.equal(read.recorded.traceId);
    expect(read.recorded.links.map(({ spanId }) => spanId)).to.deep.equal([write.recorded.spanId]);
    expect(graph.relation(write.start, read.end)).to.equal('before');
    expect(graph.relation(read.end, write.start)).to.equal('after');
  });
});
