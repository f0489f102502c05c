/** The HTTP face of a real node: what it answers, what it refuses and why, and what it counts. */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { askStore } from '../src/cluster/store-client.js';
import { formatContext, formatSession } from '../src/core/tokens.js';
import { VectorTimestamp } from 'otel-causality';
import {
  MAX_BATCH_OPERATIONS,
  MAX_CARRIER_LENGTH,
  MAX_KEY_BYTES,
  MAX_PEER_BODY_BYTES,
  MAX_REQUEST_ID_LENGTH,
  MAX_SIBLINGS,
  MAX_VALUE_BYTES,
} from '../src/limits.js';
import { type RunningNode, startNode } from '../src/running-node.js';

const SECRET = 'between us';

interface Health {
  readonly seen: Readonly<Record<string, number>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly missing: readonly unknown[];
  readonly waiting: Readonly<Record<string, number>>;
}

describe('HTTP', () => {
  const directory = mkdtempSync(join(tmpdir(), 'causal-store-'));
  let node: RunningNode;
  let base = '';

  before(async () => {
    node = await startNode(
      {
        name: 'n1',
        host: '127.0.0.1',
        port: 0,
        directory,
        peers: new Map([['n2', 'http://127.0.0.1:1']]),
        secret: SECRET,
        natsUrl: undefined,
        natsStream: 'unused',
        sessionWaitMs: 50,
      },
      (error) => {
        throw error;
      },
    );
    base = `http://127.0.0.1:${node.port}`;
  });

  after(async () => {
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const health = async (): Promise<Health> => (await (await fetch(`${base}/health`)).json()) as Health;

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

  it('writes, reads, replaces what was seen, and deletes', async () => {
    const first = await askStore(base, { key: 'a b/ü', value: 'one' });
    expect(first.status).to.equal(200);
    const { context, session } = first.reply ?? { context: '', session: '' };
    const second = await askStore(base, { key: 'a b/ü', value: 'two', context, session });
    expect(second.reply?.siblings.map(({ value }) => value)).to.deep.equal(['two']);
    const gone = await askStore(base, { key: 'a b/ü', value: null, context: second.reply?.context });
    expect(gone.status).to.equal(200);
    const read = await askStore(base, { key: 'a b/ü' });
    expect(read.status).to.equal(404);
    expect(read.reply?.siblings).to.deep.equal([]);
    expect(read.reply?.deleted).to.have.length(1);
  });

  it('answers 404 for a key that nobody wrote, without a context', async () => {
    const { status, reply } = await askStore(base, { key: 'nobody' });
    expect(status).to.equal(404);
    expect(reply).to.include({ context: '', session: '' });
  });

  it('keeps what a write without a context did not see, up to a limit, and takes the write that merges', async () => {
    for (let i = 0; i < MAX_SIBLINGS; i++)
      expect((await askStore(base, { key: 'many', value: `${i}` })).status).to.equal(200);
    const beyond = await askStore(base, { key: 'many', value: 'one more' });
    expect(beyond).to.deep.equal({ status: 409, error: 'too-many-siblings' });
    const { reply } = await askStore(base, { key: 'many' });
    expect(reply?.siblings).to.have.length(MAX_SIBLINGS);
    const merged = await askStore(base, { key: 'many', value: 'all', context: reply?.context });
    expect(merged.reply?.siblings.map(({ value }) => value)).to.deep.equal(['all']);
  });

  for (const [title, longest, key, value] of [
    ['a key', MAX_KEY_BYTES, (n: number) => 'k'.repeat(n), () => 'v'],
    ['a key in two-byte characters', MAX_KEY_BYTES / 2, (n: number) => 'ü'.repeat(n), () => 'v'],
    ['a value', MAX_VALUE_BYTES, () => 'big', (n: number) => 'v'.repeat(n)],
    ['a value in two-byte characters', MAX_VALUE_BYTES / 2, () => 'big', (n: number) => 'ü'.repeat(n)],
  ] as const) {
    it(`bounds ${title}`, async () => {
      const at = await askStore(base, { key: key(longest), value: value(longest) });
      expect(at.status).to.equal(200);
      const above = await askStore(base, { key: key(longest + 1), value: value(longest + 1) });
      expect(above.status).to.equal(400);
    });
  }

  it('bounds request ids', async () => {
    const ask = async (length: number): Promise<number> =>
      (await askStore(base, { key: 'ids', value: 'v', request: 'r'.repeat(length) })).status;
    expect(await ask(MAX_REQUEST_ID_LENGTH)).to.equal(200);
    expect(await ask(MAX_REQUEST_ID_LENGTH + 1)).to.equal(400);
  });

  it('stops reading a body that has no end', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = http.request(`${base}/kv/endless`, { method: 'PUT' }, (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      const more = (): void => {
        if (!request.destroyed) request.write('x'.repeat(10_000), () => void setImmediate(more));
      };
      more();
    });
    expect(status).to.equal(400);
  });

  it('lives on when a client is gone in the middle of its body', async () => {
    const before = (await health()).counters['clientRefused'] ?? 0;
    const socket = net.connect(node.port, '127.0.0.1');
    socket.write('PUT /kv/broken HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nonly this');
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 20);
    });
    socket.destroy();
    while ((await health()).counters['clientRefused'] === before) {
      // It hears of it in its own time.
    }
    expect((await askStore(base, { key: 'broken' })).status).to.equal(404);
  });

  it('refuses bodies that are no UTF-8, and keys that are no percent-encoding', async () => {
    const put = await fetch(`${base}/kv/bytes`, { method: 'PUT', body: new Uint8Array([0xff, 0xfe]) });
    expect(put.status).to.equal(400);
    expect((await fetch(`${base}/kv/%ff`)).status).to.equal(400);
    expect((await fetch(`${base}/kv/`)).status).to.equal(400);
    expect((await fetch(`${base}/kv/a`, { method: 'POST' })).status).to.equal(400);
    expect((await fetch(`${base}/elsewhere`)).status).to.equal(400);
  });

  it('refuses malformed tokens with a reason, and invented ones', async () => {
    const refused = async (headers: Record<string, string>): Promise<unknown> => {
      const response = await fetch(`${base}/kv/a`, { method: 'PUT', body: 'v', headers });
      const { error, message, retryable } = (await response.json()) as Record<string, unknown>;
      expect(message, String(error)).to.be.a('string').that.is.not.equal('');
      return { status: response.status, error, retryable };
    };
    const own = (seq: number): VectorTimestamp => VectorTimestamp.from([[node.writer, seq]]);
    const bad = (error: string): object => ({ status: 400, error, retryable: false });
    expect(await refused({ 'x-store-session': 'nonsense' })).to.deep.equal(bad('bad-session'));
    expect(await refused({ 'x-store-context': 'nonsense' })).to.deep.equal(bad('bad-context'));
    expect(await refused({ 'x-store-context': formatContext('b', own(1)) })).to.deep.equal(bad('bad-context'));
    // What we never wrote nobody has seen.
    expect(await refused({ 'x-store-session': formatSession(own(1_000_000)) })).to.deep.equal(bad('bad-session'));
    expect(await refused({ 'x-store-context': formatContext('a', own(1_000_000)) })).to.deep.equal(bad('bad-context'));
    // Seen, but not of this key.
    await askStore(base, { key: 'somewhere', value: 'v' });
    expect(await refused({ 'x-store-context': formatContext('a', own(1)) })).to.deep.equal(bad('bad-context'));
  });

  it('waits for a session that has seen more, then says that it may be tried again', async () => {
    const ahead = formatSession(VectorTimestamp.from([['n2-bbbbbbbb', 1_000]]));
    const response = await fetch(`${base}/kv/a`, { headers: { 'x-store-session': ahead } });
    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('1');
    expect(await response.json()).to.include({ error: 'behind-session', retryable: true });
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
