/** What a node takes from a peer over HTTP, what it refuses, and what it counts. */
import { expect } from 'chai';
import { askStore } from '../src/cluster/store-client.js';
import { MAX_BATCH_OPERATIONS, MAX_CARRIER_LENGTH, MAX_PEER_BODY_BYTES, MAX_VALUE_BYTES } from '../src/limits.js';
import { type Health, SECRET, SingleNode } from './processes/single-node.js';

describe('a peer over HTTP', () => {
  let node: SingleNode;
  let base = '';

  before(async () => {
    node = await SingleNode.start();
    base = node.base;
    for (let i = 0; i < 20; i++) await askStore(base, { key: `k${i}`, value: 'v' });
  });

  after(async () => node.stop());

  const health = async (): Promise<Health> => node.health();

  /** A call from a peer; the fields of `body` replace what an honest n2 says. */
  async function peer(
    call: string,
    body: object,
    secret = SECRET,
  ): Promise<{ status: number; json: Record<string, unknown> }> {
    const response = await fetch(`${base}/replication/${call}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ from: 'n2', ...body }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  }

  const operation = (seq: number, more: object = {}): object => ({
    writer: 'n2-bbbbbbbb',
    seq,
    vector: `n2-bbbbbbbb=${seq}`,
    key: 'from-n2',
    value: `value ${seq}`,
    context: seq === 1 ? '' : `n2-bbbbbbbb=${seq - 1}`,
    request: `r${seq}`,
    carrier: {},
    ...more,
  });

  it('believes no peer under our name, without a name, or without the secret', async () => {
    const before = (await health()).counters['peerRefused'] ?? 0;
    expect(await peer('push', { from: 'n1', operations: [] })).to.nested.include({
      status: 403,
      'json.error': 'own-name',
    });
    expect(await peer('push', { from: 'n9', operations: [] })).to.nested.include({
      status: 403,
      'json.error': 'unknown-peer',
    });
    expect((await peer('pull', { seen: '' }, 'guess')).status).to.equal(403);
    expect((await peer('pull', { seen: 'nonsense' })).status).to.equal(400);
    expect((await peer('gossip', {})).status).to.equal(400);
    expect((await health()).counters['peerRefused']).to.equal(before + 5);
  });

  it('applies what a peer sends once, in order, and counts what comes again', async () => {
    const pushed = await peer('push', { operations: [operation(3), operation(1)] });
    expect(pushed.status).to.equal(200);
    expect((await health()).missing).to.deep.equal([{ node: 'n2-bbbbbbbb', from: 2, to: 2 }]);
    await peer('push', { operations: [operation(2), operation(2), operation(1)] });
    const { seen, counters, missing } = await health();
    expect(seen['n2-bbbbbbbb']).to.equal(3);
    expect(missing).to.deep.equal([]);
    expect(counters['duplicates']).to.equal(2);
    const { reply } = await askStore(base, { key: 'from-n2' });
    expect(reply?.siblings.map(({ value }) => value)).to.deep.equal(['value 3']);
  });

  it('refuses and counts a peer that writes, or has seen, what we never wrote', async () => {
    const own = (await health()).seen[node.writer] ?? 0;
    const forged = { writer: node.writer, vector: `${node.writer}=${own + 5}`, context: '' };
    await peer('push', { operations: [operation(own + 5, forged)] });
    await peer('push', { operations: [operation(4, { vector: `${node.writer}=${own + 9},n2-bbbbbbbb=4` })] });
    const { seen, counters } = await health();
    expect(seen).to.include({ [node.writer]: own, 'n2-bbbbbbbb': 3 });
    expect(counters['claimsOurId']).to.equal(2);
    // Our own writes go on from where they were.
    expect((await askStore(base, { key: 'after', value: 'v' })).reply?.written).to.equal(`${node.writer}:${own + 1}`);
  });

  it('counts an operation that contradicts its writer as seen, and changes nothing', async () => {
    await peer('push', { operations: [operation(4, { key: 'odd', context: 'n2-bbbbbbbb=3' })] });
    const { seen, counters } = await health();
    expect(seen['n2-bbbbbbbb']).to.equal(4);
    expect(counters['contradictions']).to.equal(1);
    expect((await askStore(base, { key: 'odd' })).status).to.equal(404);
  });

  for (const [title, more] of [
    ['a foreign writer name', { writer: 'n2' }],
    ['a number below 1', { seq: 0 }],
    ['a vector of another number', { vector: 'n2-bbbbbbbb=6' }],
    ['a vector that is none', { vector: 5 }],
    ['a context beyond its vector', { context: 'n3-cccccccc=1' }],
    ['a context that includes itself', { context: 'n2-bbbbbbbb=5' }],
    ['no key', { key: '' }],
    ['half a character in its key', { key: 'k\ud800' }],
    ['half a character in its value', { value: '\udc00' }],
    ['a value of another type', { value: 7 }],
    ['a value above the limit', { value: 'v'.repeat(MAX_VALUE_BYTES + 1) }],
    ['a carrier above the limit', { carrier: { baggage: 'b'.repeat(MAX_CARRIER_LENGTH) } }],
    ['a carrier of numbers', { carrier: { baggage: 1 } }],
  ] as const) {
    it(`refuses an operation with ${title}`, async () => {
      const { status, json } = await peer('push', { operations: [operation(5, more)] });
      expect(status).to.equal(400);
      expect(json['error']).to.equal('bad-operation');
      expect((await health()).seen['n2-bbbbbbbb']).to.equal(4);
    });
  }

  it('bounds a batch', async () => {
    const again = Array.from({ length: MAX_BATCH_OPERATIONS }, () => operation(1));
    expect((await peer('push', { operations: again })).status).to.equal(200);
    expect((await peer('push', { operations: [...again, operation(1)] })).status).to.equal(400);
  });

  it('bounds a message of a peer', async () => {
    const status = async (bytes: number): Promise<number> => {
      const body = JSON.stringify({ from: 'n2', seen: '' }).padEnd(bytes, ' ');
      const headers = { authorization: `Bearer ${SECRET}` };
      return (await fetch(`${base}/replication/pull`, { method: 'POST', headers, body })).status;
    };
    expect(await status(MAX_PEER_BODY_BYTES)).to.equal(200);
    expect(await status(MAX_PEER_BODY_BYTES + 1)).to.equal(400);
  });

  it('gives a peer what it lacks, and everything as a snapshot', async () => {
    const pulled = await peer('pull', { seen: '' });
    const operations = pulled.json['operations'] as { readonly vector: string }[];
    expect(operations.length).to.be.greaterThan(10);
    const { seen } = pulled.json as { readonly seen: string };
    expect((await peer('pull', { seen })).json['operations']).to.deep.equal([]);
    expect((await peer('snapshot', {})).json).to.include({ seen });
  });
});
