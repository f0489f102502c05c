/**
 * The demonstration: three processes, one story, told as it happens and then once more by the traces. Ends by itself, with
 * a status other than 0 if anything was not as it should be.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, trace } from '@opentelemetry/api';
import { SOUND } from './cluster/link-proxy.js';
import { LocalCluster } from './cluster/local-cluster.js';
import type { StoreAnswer } from './cluster/store-client.js';
import { registerClient, TracedSession } from './cluster/traced-session.js';
import { printCausalOrder } from './demo/causal-table.js';
import { killWhileWriting } from './demo/kill-while-writing.js';
import { allAgree, check, failures, say, section, until } from './demo/telling.js';
import { SpanReceiver } from './tracing/span-receiver.js';

const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
const receiver = new SpanReceiver();
const endpoint = await receiver.listen();
const cluster = new LocalCluster({
  directory,
  env: {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // So that the story need not wait long for what cannot come.
    SESSION_WAIT_MS: '500',
  },
});
const flush = registerClient(endpoint, 'clients');
const session = (name: string): TracedSession => new TracedSession(name, (node) => cluster.url(node));
const values = ({ reply, error }: StoreAnswer): string =>
  reply === undefined
    ? `refused: ${error}`
    : reply.siblings.map(({ value }) => `"${value}"`).join(' and ') || 'nothing';

async function story(): Promise<void> {
  const [alice, carol] = [session('alice'), session('carol')];
  section('A write, and a read at another node in the same session');
  await alice.put('n1', 'cart', 'milk');
  say('alice at n1   PUT cart "milk"');
  const own = values(await alice.get('n2', 'cart'));
  say(`alice at n2   GET cart -> ${own}`);
  check('she reads her own write, wherever she asks', own === '"milk"');
  carol.token = alice.token;
  await carol.get('n3', 'cart');

  section('n3 is cut off; both sides go on');
  cluster.harm({ ...SOUND, cut: true }, 'n3');
  await Promise.all([alice.put('n1', 'cart', 'milk, bread'), carol.put('n3', 'cart', 'milk, tea')]);
  say('alice at n1   PUT cart "milk, bread"   (she had seen "milk")');
  say('carol at n3   PUT cart "milk, tea"     (she had seen "milk")');
  const cutOff = await alice.get('n3', 'cart');
  say(`alice at n3   GET cart -> ${cutOff.status} ${values(cutOff)}`);
  check('n3 does not show her less than she has seen: it says 503, try again', cutOff.status === 503);

  section('The network is mended');
  cluster.heal();
  await until('the nodes agree', async () => allAgree(cluster));
  for (const node of cluster.names) say(`carol at ${node}   GET cart -> ${values(await carol.get(node, 'cart'))}`);
  const both = values(await carol.get('n2', 'cart'));
  check('neither write was lost: they stand side by side', both.includes('bread') && both.includes('tea'));
  await carol.put('n2', 'cart', 'milk, bread, tea');
  say('carol at n2   PUT cart "milk, bread, tea"   (she had seen both)');
  const merged = values(await carol.get('n1', 'cart'));
  say(`carol at n1   GET cart -> ${merged}`);
  check('a write replaces what its writer has seen', merged === '"milk, bread, tea"');
  await until('the nodes agree', async () => allAgree(cluster));
}

try {
  await cluster.start();
  say(`Three nodes: ${cluster.names.map((name) => `${name} ${cluster.url(name)}`).join(', ')}`);
  const root = trace.getTracer('demo').startSpan('a shared cart');
  await context.with(trace.setSpan(context.active(), root), story);
  root.end();
  await killWhileWriting(cluster);
  section('What the traces prove: the whole story, causes first');
  await flush();
  await printCausalOrder(receiver, root.spanContext().traceId);
} finally {
  await cluster.stop();
  receiver.close();
  rmSync(directory, { recursive: true, force: true });
}
say(failures() === 0 ? '\nEverything was as it should be.' : `\n${failures()} of these were not as they should be.`);
process.exit(failures() === 0 ? 0 : 1);
