/** The HTTP face of a real node: what it answers to clients, and what it refuses and why. */
import http from 'node:http';
import net from 'node:net';
import { expect } from 'chai';
import { VectorTimestamp } from 'otel-causality';
import { askStore } from '../src/cluster/store-client.js';
import { formatContext, formatSession } from '../src/core/tokens.js';
import { MAX_KEY_BYTES, MAX_REQUEST_ID_LENGTH, MAX_SIBLINGS, MAX_VALUE_BYTES } from '../src/limits.js';
import { SingleNode } from './processes/single-node.js';

describe('HTTP', () => {
  let node: SingleNode;
  let base = '';

  before(async () => {
    node = await SingleNode.start();
    base = node.base;
  });

  after(async () => node.stop());

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
    const before = (await node.health()).counters['clientRefused'] ?? 0;
    const socket = net.connect(node.port, '127.0.0.1');
    socket.write('PUT /kv/broken HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nonly this');
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 20);
    });
    socket.destroy();
    while ((await node.health()).counters['clientRefused'] === before) {
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
});
