/** The same nodes with NATS JetStream between them and no addresses of each other: the broker carries everything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { askStore } from '../src/cluster/store-client.js';
import { LocalCluster } from '../src/cluster/local-cluster.js';
import { pause, runCampaign } from './processes/campaign.js';
import { hasNatsServer, NatsServer } from './processes/nats-server.js';

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const WORK_MS = Number(process.env['BROKER_SECONDS'] ?? 12) * 1_000;

describe('real processes over NATS JetStream', function () {
  this.timeout(WORK_MS + 90_000);
  const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
  const broker = new NatsServer(join(directory, 'nats'));
  let cluster: LocalCluster | undefined;

  before(async function () {
    if (!hasNatsServer()) {
      console.log('      skipped: no nats-server here (Debian has one; or name one in NATS_SERVER)');
      this.skip();
    }
    await broker.start();
    cluster = new LocalCluster({ directory, peers: false, env: { NATS_URL: broker.url } });
    await cluster.start();
  });

  after(async () => {
    await cluster?.stop();
    await broker.kill('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  });

  it(`keep every promise for ${WORK_MS / 1_000} s of kills and broker restarts, SEED=${SEED}`, async () => {
    if (cluster === undefined) throw new Error('not started');
    const nodes = cluster;
    const harmed = { kills: 0, brokerKills: 0 };
    const { findings, counts } = await runCampaign(
      nodes,
      SEED,
      WORK_MS,
      async (random) => {
        await pause(random.between(100, 800));
        if (harmed.brokerKills * 2 <= harmed.kills) {
          harmed.brokerKills++;
          await broker.kill('SIGKILL');
          await pause(random.between(10, 800));
          await broker.start();
        } else {
          const one = random.pick(nodes.names);
          harmed.kills++;
          await nodes.kill(one);
          await pause(random.between(1, 300));
          await nodes.startNode(one);
        }
      },
      async () => {
        for (const name of nodes.names) if (!nodes.isUp(name)) await nodes.startNode(name);
      },
    );
    console.log(`      SEED=${SEED} ${JSON.stringify({ ...counts, ...harmed }).replaceAll('"', '')}`);
    expect(findings.map(({ violation, message }) => `${violation}: ${message}`).slice(0, 5)).to.deep.equal([]);
    expect(counts['acknowledged'], 'acknowledged').to.be.greaterThan(20);
    expect(Math.min(harmed.kills, harmed.brokerKills), 'kills of nodes and of the broker').to.be.greaterThan(0);
  });
});

describe('nodes with a broker and each other’s addresses', function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
  const broker = new NatsServer(join(directory, 'nats'));
  let cluster: LocalCluster | undefined;

  before(async function () {
    if (!hasNatsServer()) {
      console.log('      skipped: no nats-server here');
      this.skip();
    }
    await broker.start();
    cluster = new LocalCluster({ directory, env: { NATS_URL: broker.url, SESSION_WAIT_MS: '20000' } });
    await cluster.start();
  });

  after(async () => {
    await cluster?.stop();
    await broker.kill('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  });

  /** Writes at one node and reads in the same session at the other two. */
  async function passesOn(nodes: LocalCluster, key: string): Promise<void> {
    const { reply } = await askStore(nodes.url('n1'), { key, value: 'v' });
    for (const other of ['n2', 'n3']) {
      const read = await askStore(nodes.url(other), { key, session: reply?.session }, 25_000);
      expect(read.reply?.siblings, `${key} at ${other}`).to.have.length(1);
    }
  }

  it('go on while the broker is away, and after it has lost everything', async () => {
    if (cluster === undefined) throw new Error('not started');
    const nodes = cluster;
    await passesOn(nodes, 'before');
    await broker.kill('SIGKILL');
    await passesOn(nodes, 'without');
    broker.forget();
    await broker.start();
    await passesOn(nodes, 'after');
    // A node that was away finds in the new stream, or with its peers, all that the old one had.
    await nodes.kill('n3');
    expect((await askStore(nodes.url('n1'), { key: 'absent', value: 'v' })).status).to.equal(200);
    await nodes.startNode('n3');
    await passesOn(nodes, 'together');
    for (const key of ['before', 'without', 'after', 'absent']) {
      expect((await askStore(nodes.url('n3'), { key })).reply?.siblings, key).to.have.length(1);
    }
    // The new stream gets all of it once the connection is renewed.
    const unpublished = async (): Promise<number> => {
      const health = (await (await fetch(`${nodes.url('n1')}/health`)).json()) as { broker: { unpublished: number } };
      return health.broker.unpublished;
    };
    for (const end = Date.now() + 20_000; Date.now() < end && (await unpublished()) > 0; ) await pause(100);
    expect(await unpublished(), 'operations that the broker does not have').to.equal(0);
  });
});
