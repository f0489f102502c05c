import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpanKind } from '@opentelemetry/api';
import { JsonLogsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { expect } from 'chai';
import { CausalGraph } from '../../../../src/analysis/graph/causal-graph.js';
import type { RecordedLog } from '../../../../src/analysis/recorded.js';
import { LoggingNode } from '../../../support/logging-node.js';
import { runCli } from '../../../support/run-cli.js';
import { readAll } from '../reading-all.js';

const TRACE = '7b1d62f2c9e04a157b1d62f2c9e04a15';
const SPAN = '9e04a157b1d62f2c';

async function logsOf(text: string): Promise<{ logs: RecordedLog[]; said: string[]; spans: number; error: unknown }> {
  const logs: RecordedLog[] = [];
  const { said, spans, error } = await readAll([text], { onLog: (log) => logs.push(log) });
  return { logs, said, spans: spans.length, error };
}

function exportOf(...logRecords: readonly object[]): string {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] };
  return JSON.stringify({
    resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'shop', version: '2' }, logRecords }] }],
  });
}

describe('logs of OTLP JSON', () => {
  it('are read in every spelling', async () => {
    const record = {
      timeUnixNano: '1795255200000000123',
      severityNumber: 9,
      body: { stringValue: 'charged' },
      attributes: [{ key: 'amount', value: { intValue: '9007199254740993' } }],
      traceId: TRACE,
      spanId: SPAN,
    };
    const spellings = [
      record,
      {
        ...record,
        traceId: Buffer.from(TRACE, 'hex').toString('base64'),
        spanId: Buffer.from(SPAN, 'hex').toString('base64'),
      },
      {
        ...record,
        severityNumber: 'SEVERITY_NUMBER_INFO',
        timeUnixNano: '0',
        observedTimeUnixNano: record.timeUnixNano,
      },
      { ...record, severityText: 'INFO', severityNumber: 21, eventName: 'unused' },
    ];
    const snake = exportOf(record).replaceAll(
      /"(resourceLogs|scopeLogs|logRecords|timeUnixNano|traceId|spanId|stringValue|intValue|severityNumber)"/g,
      (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    );
    expect(snake).to.include('"time_unix_nano"');
    const { logs, said, error } = await logsOf(exportOf(...spellings));
    expect({ said, error }).to.deep.equal({ said: [], error: undefined });
    expect(logs).to.have.length(4);
    const { logs: respelled } = await logsOf(snake);
    expect(respelled).to.have.length(1);
    for (const log of [...logs, ...respelled]) {
      expect({ ...log, attributes: { ...log.attributes }, resource: { ...log.resource } }).to.deep.equal({
        traceId: TRACE,
        spanId: SPAN,
        timeNanos: 1795255200000000123n,
        severity: 'INFO',
        body: 'charged',
        attributes: { amount: 9007199254740993n },
        service: 'orders',
        resource: { 'service.name': 'orders' },
        scope: { name: 'shop', version: '2' },
        origin: { source: 'stream', line: 1 },
      });
    }
  });

  it('may belong to no trace, have any body, and be broken one by one', async () => {
    const map = { kvlistValue: { values: [{ key: 'a', value: { intValue: 1 } }] } };
    const { logs, said } = await logsOf(
      exportOf(
        { traceId: '', spanId: '', body: map },
        { traceId: '00000000000000000000000000000000', body: { arrayValue: { values: [{ stringValue: 'x' }] } } },
        { traceId: 'AAAAAAAAAAAAAAAAAAAAAA==', eventName: 'started' },
        { traceId: 'zz' },
        7 as unknown as object,
        { timeUnixNano: 'noon' },
        {},
      ),
    );
    expect(logs.map(({ traceId, body }) => [traceId, body])).to.deep.equal([
      [undefined, '{"a":1}'],
      [undefined, ['x']],
      [undefined, 'started'],
      [undefined, undefined],
    ]);
    expect(said).to.have.length(3);
    expect(said[0]).to.match(/resourceLogs\[0\]\.scopeLogs\[0\]\.logRecords\[3\]: traceId/);
  });

  it('are passed over with a word where nobody asks for them, and alone are no empty file where somebody does', async () => {
    const { said, error } = await readAll([exportOf({ body: { stringValue: 'x' } })]);
    expect(said).to.deep.equal(['1: there are logs in it, which are passed over']);
    expect(error).to.match(/there are logs/);
    expect((await logsOf(exportOf({ body: { stringValue: 'x' } }))).error).to.equal(undefined);
    const broken = '{"resourceLogs":[{"scopeLogs":[{"logRecords":3}]},4]}';
    expect((await logsOf(broken)).said).to.deep.equal(['1: logRecords is no list', '1: resourceLogs[0] is no object']);
  });

  it('come out of documents of any shape, beside spans', async () => {
    const span = { traceId: TRACE, spanId: SPAN, name: 'x', startTimeUnixNano: '5', endTimeUnixNano: '6' };
    const both = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }], ...(JSON.parse(exportOf({}, {})) as object) };
    for (const text of [JSON.stringify(both), JSON.stringify(both, undefined, 2), JSON.stringify([both])]) {
      const { logs, spans, said } = await logsOf(text);
      expect([logs.length, spans, said]).to.deep.equal([2, 1, []]);
    }
  });

  it('of the real SDK and serializer stand in causal order, in the graph and on the screen', async () => {
    const [gateway, orders] = [new LoggingNode('gateway'), new LoggingNode('orders')];
    const call = gateway.start('POST /orders', undefined, { kind: SpanKind.CLIENT });
    gateway.log('calling', call.context);
    const served = orders.start('POST /orders', orders.extract(gateway.inject(call.context)), {
      kind: SpanKind.SERVER,
    });
    orders.log('stock is \u001b[31mlow\nvery low', served.context);
    served.span.end();
    orders.log('closed', served.context);
    call.span.end();
    const lines = [gateway, orders].flatMap(({ exporter, logs }) => [
      JsonLogsSerializer.serializeRequest(logs.exporter.getFinishedLogRecords()),
      JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans()),
    ]);
    const text = lines.map((line) => Buffer.from(line as Uint8Array).toString()).join('\n');
    const logs: RecordedLog[] = [];
    const { spans, said } = await readAll([text], { onLog: (log) => logs.push(log) });
    expect([spans.length, said]).to.deep.equal([2, []]);
    const graph = CausalGraph.of(spans, { logs });
    const [calling, low, closed] = graph.logs;
    const server = graph.spans.find(({ recorded }) => recorded.kind === 'server')!;
    const client = graph.spans.find(({ recorded }) => recorded.kind === 'client')!;
    expect(graph.relation(client.start, low!)).to.equal('before');
    expect(graph.relation(low!, server.end)).to.equal('before');
    expect(graph.relation(server.end, closed!)).to.equal('before');
    expect(graph.relation(low!, closed!)).to.equal('before');
    expect(graph.relation(calling!, server.start)).to.equal('unknown');
    expect(closed!.node).to.equal(server.node);

    const folder = mkdtempSync(join(tmpdir(), 'otel-causality-logs-'));
    try {
      const file = join(folder, 'both.jsonl');
      writeFileSync(file, text);
      const shown = (await runCli(['order', file])).out.split('\n');
      const place = (of: RegExp): number => shown.findIndex((line) => of.test(line));
      expect(shown[0]).to.match(/2 spans on 2 nodes, 4 events, 3 logs$/);
      expect(place(/▪ .*log calling/))
        .to.be.above(place(/┬ .*POST/))
        .and.below(place(/▪ .*stock is +\[31mlow very low/));
      expect(place(/▪ .*log closed/)).to.be.above(place(/┴ .*end POST/));
      for (const line of shown) expect(line.length).to.be.at.most(100);
      const { traces } = JSON.parse((await runCli(['order', '--format', 'json', file])).out) as {
        traces: { logs: { after: number; body: string; seq: number }[]; events: { number: number }[] }[];
      };
      expect(traces[0]?.logs.map(({ body, seq }) => [body.slice(0, 5), seq])).to.deep.equal([
        ['calli', 1],
        ['stock', 1],
        ['close', 2],
      ]);
      expect(traces[0]?.logs.map(({ after }) => after)).to.deep.equal([1, 3, 4]);
      expect((await runCli(['check', file])).code).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of process scope stand among all traces, also outside of any', async () => {
    const node = new LoggingNode('batch', { scope: 'process', trust: 'none' });
    const first = node.start('first', undefined, { root: true });
    first.span.end();
    node.log('between');
    const second = node.start('second', undefined, { root: true });
    node.log('within', second.context);
    second.span.end();
    const logs: RecordedLog[] = [];
    const text = [
      JsonTraceSerializer.serializeRequest(node.exporter.getFinishedSpans()),
      JsonLogsSerializer.serializeRequest(node.logs.exporter.getFinishedLogRecords()),
    ]
      .map((bytes) => Buffer.from(bytes as Uint8Array).toString())
      .join('\n');
    const { spans } = await readAll([text], { onLog: (log) => logs.push(log) });
    const graph = CausalGraph.of(spans, { logs });
    const [between, within] = graph.logs;
    const [one, two] = graph.spans;
    expect(between?.recorded.traceId).to.equal(undefined);
    expect(graph.relation(one!.end, between!)).to.equal('before');
    expect(graph.relation(between!, two!.start)).to.equal('before');
    expect(graph.relation(one!.start, within!)).to.equal('before');
    expect(graph.relation(between!, within!)).to.equal('before');
    expect(
      graph.order({ logs: true }).map((moment) => (moment.kind === 'log' ? moment.recorded.body : moment.kind)),
    ).to.deep.equal(['start', 'end', 'between', 'start', 'within', 'end']);
    const folder = mkdtempSync(join(tmpdir(), 'otel-causality-logs-'));
    try {
      const file = join(folder, 'process.jsonl');
      writeFileSync(file, text);
      const { out } = await runCli(['order', file]);
      expect(out).to.match(/\nLogs outside of any trace {2}0 spans on 1 node, 0 events, 1 log\n/);
      expect((await runCli(['check', file])).code).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
