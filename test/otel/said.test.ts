/** What an operator reads through OpenTelemetry's diag: which rule, which value, in which place. */
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { logsOf } from '../../src/otel/clock-logs.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { manualReplies } from '../../src/otel/manual-replies.js';
import { diagLines } from '../support/diag-lines.js';
import { type NodeOptions, TestNode } from '../support/fleet.js';
import { extractOdd, messageWith, nodeReading, type Place, SENDER, stampText } from '../support/hostile-node.js';
import { throwingPropagator } from '../support/odd-carriers.js';

const fail = (): never => {
  throw new Error('on purpose');
};
const DOMAIN = '7b1d62f2c9e04a15';

/** The first line that is no incompleteness. */
function said(action: () => void): string | undefined {
  return diagLines(action).find((line) => !line.startsWith('debug'));
}

describe('what is said', () => {
  const refusals: readonly (readonly [string, Place, Record<string, unknown>, string])[] = [
    ['a header that is a number', 'header', { causality: 17 }, '(not-text): the header is a number'],
    ['a header of mixed values', 'header', { causality: ['x', 17] }, '(not-text): the header is a mixed array'],
    ['baggage that is an object', 'baggage', { baggage: {} }, '(not-text): the baggage is a object'],
    ['two stamps', 'header', { causality: 'a,b' }, '(duplicate): several stamps in one message'],
    ['a broken escape', 'header', { causality: '1!%2' }, '(encoding): its percent-encoding is broken'],
    [
      'another trace’s stamp',
      'header',
      { causality: stampText({ domain: '0000000000000001' }) },
      `(other-domain): a stamp of 0000000000000001 in a message of ${DOMAIN}`,
    ],
    [
      'a malformed stamp',
      'header',
      { causality: stampText({ lamport: '0' }) },
      '(counter): stamp.lamport: expected an integer from 1 to 2^48, in decimal without sign or leading zero, got "0"',
    ],
  ];
  for (const [name, place, headers, line] of refusals) {
    it(`of ${name}`, () => {
      const node = nodeReading(place);
      const message = { ...messageWith('x', 'header'), ...headers };
      expect(said(() => extractOdd(node, message))).to.equal(`warn otel-causality: stamp not taken ${line}`);
    });
  }

  it('of a sender that is not trusted', () => {
    const node = nodeReading('header', { trust: 'none' });
    expect(said(() => extractOdd(node, messageWith(stampText(), 'header')))).to.equal(
      'warn otel-causality: stamp not taken (untrusted): its sender is not trusted',
    );
  });

  it('of an entry for our own node, and of a hybrid time ahead of ours', () => {
    const own = new TestNode('own');
    const start = own.start('a');
    const { traceId } = start.span.spanContext();
    const vector = `${own.clock.node}*9`;
    const carrier = { traceparent: `00-${traceId}-${SENDER}-01`, tracestate: `causality=${SENDER}` };
    const stamp = stampText({ domain: traceId.slice(-16), vector });
    const hear = (hlc: string) => () => {
      const header = stamp.replace('!!', `!${hlc}!`);
      own.start('b', extractOdd(own, { ...carrier, baggage: `causality=${header}` }));
    };
    expect(said(hear(''))).to.equal('warn otel-causality: entry for our own node refused: 9 where 1 is the last');
    const late = new TestNode('late', { now: () => 1_000_000 });
    const ahead = diagLines(() => {
      const text = stampText({ hlc: ((1000n << 32n) | ((1n << 31n) | (1n << 30n))).toString(16).padStart(16, '0') });
      late.start('b', extractOdd(late, messageWith(text, 'baggage')));
    });
    expect(ahead[0]).to.equal('warn otel-causality: remote hybrid time refused: 750 ms ahead, 500 allowed');
  });

  it('of a stamp that has no room', () => {
    const node = new TestNode('full');
    const { context } = node.start('call');
    const baggage = `a=${'x'.repeat(8190)}`;
    const carrier = { baggage };
    const line = said(() => node.propagator.inject(context, carrier, { set: () => undefined }));
    expect(line).to.equal('warn otel-causality: stamp not sent: no room behind 8192 bytes of baggage');
  });

  it('of replies that are not taken', () => {
    const reply = (options: NodeOptions, stamp: string): string | undefined => {
      const node = new TestNode('client', options);
      node.clock.messages.watchCarriers();
      const { span, context } = node.start('call', undefined, { kind: SpanKind.CLIENT });
      node.inject(context);
      const { traceId, spanId } = span.spanContext();
      return said(() => node.clock.messages.hearReply(spanId, stamp))?.replace(traceId.slice(-16), 'ours');
    };
    expect(reply({ propagator: { propagateTo: () => false } }, stampText())).to.equal(
      'warn otel-causality: stamp not taken (untrusted): a reply with a stamp to a request without one',
    );
    expect(reply({}, stampText())).to.equal(
      `warn otel-causality: stamp not taken (other-domain): a reply of ${DOMAIN} to a request of ours`,
    );
  });

  it('of a physical clock that gives no number', () => {
    const node = new TestNode('a', { now: () => 'noon' as never });
    expect(said(() => node.start('b'))).to.equal(
      'error otel-causality: the physical clock failed, the application was not disturbed: it gave a string',
    );
  });

  it('of entries that a limit dropped', () => {
    const node = new TestNode('small', { maxEntries: 2 });
    const message = messageWith(stampText({ vector: 'a*1~b*1~c*1' }), 'baggage');
    expect(said(() => node.start('b', extractOdd(node, message)))).to.equal(
      'warn otel-causality: vector entries dropped by a limit: 1',
    );
    // One for what came, one for our own.
    expect(node.clock.counters).to.deep.include({ entriesDropped: 2, incomplete: { 'entries-dropped': 1 } });
  });

  it('of entries that did not fit into an attribute, of a span or a log', () => {
    const node = new TestNode('n');
    const message = messageWith(stampText({ vector: `${'a'.repeat(40)}*4~b*2` }), 'baggage');
    const { span, context } = node.start('handle', extractOdd(node, message));
    const cutting = () => {
      const attributes: Record<string, unknown> = {};
      const setAttribute = (name: string, value: unknown): void => {
        attributes[name] = typeof value === 'string' ? value.slice(0, 40) : value;
      };
      return { attributes, setAttribute };
    };
    const stamp = getCausalStamp(span);
    if (stamp === undefined) throw new Error('stamped');
    const line = 'warn otel-causality: vector entries dropped by a limit: 1';
    expect(said(() => node.clock.writer.writeStart(cutting(), stamp, undefined))).to.equal(line);
    logsOf(node.clock).emit(cutting(), context);
    expect(node.clock.counters.entriesDropped).to.equal(2);
  });

  describe('of what failed', () => {
    const failed = (what: string): string =>
      `error otel-causality: ${what} failed, the application was not disturbed: on purpose`;

    it('in a wrapped propagator', () => {
      const broken = { inject: fail, extract: fail, fields: fail };
      const node = new TestNode('a', { propagator: { propagators: [broken] } });
      expect(said(() => node.inject(ROOT_CONTEXT))).to.equal(failed('inject of a wrapped propagator'));
      expect(said(() => node.extract({}))).to.match(/^error otel-causality: extract of a wrapped propagator failed/);
      const other = new TestNode('b', { propagator: { propagators: [broken] } });
      expect(said(() => other.propagator.fields())).to.equal(failed('fields of a wrapped propagator'));
    });

    it('in a propagator that nobody counts for, because all is switched off', () => {
      process.env['OTEL_CAUSALITY_DISABLED'] = 'true';
      try {
        const node = new TestNode('a', { propagator: { propagators: [throwingPropagator] } });
        expect(() => [node.inject(ROOT_CONTEXT), node.extract({}), node.propagator.fields()]).not.to.throw();
        expect(node.propagator.fields()).to.deep.equal([]);
        const replies = manualReplies({ clock: node.clock });
        expect(node.clock.messages.watchCarriers('manual')).to.equal(true);
        expect(replies.give({})).to.equal(undefined);
      } finally {
        delete process.env['OTEL_CAUSALITY_DISABLED'];
      }
    });

    it('in the application’s answers', () => {
      const node = nodeReading('header', { trust: fail, propagator: { propagateTo: fail } });
      expect(said(() => extractOdd(node, messageWith(stampText(), 'header')))).to.equal(failed('the trust function'));
      const other = nodeReading('header', { propagator: { propagateTo: fail } });
      expect(said(() => other.inject(other.start('call').context))).to.equal(failed('the propagateTo function'));
      const timeless = new TestNode('a', { now: fail });
      expect(said(() => timeless.start('a'))).to.equal(failed('the physical clock'));
    });

    it('in a setter and a getter', () => {
      const node = nodeReading('header');
      const { context } = node.start('call');
      const set = (_carrier: object, key: string): void => (key === 'causality' ? fail() : undefined);
      expect(said(() => node.propagator.inject(context, {}, { set }))).to.equal(failed('inject'));
      const odd = new TestNode('b');
      expect(said(() => odd.propagator.extract(ROOT_CONTEXT, {}, { get: fail, keys: fail }))).to.equal(
        failed('extract'),
      );
    });

    it('in a span', () => {
      const span = { spanContext: fail, setAttribute: fail } as never;
      for (const [what, act] of [
        ['stamping a start', (node: TestNode) => node.processor.onStart(span, ROOT_CONTEXT)],
        ['stamping an end', (node: TestNode) => node.processor.onEnding(span)],
        ['ending a span', (node: TestNode) => node.processor.onEnd(span)],
      ] as const) {
        const node = new TestNode('a');
        expect(said(() => act(node))).to.equal(failed(what));
        expect(node.clock.counters.errors).to.equal(1);
      }
    });

    it('in a reply by hand', () => {
      const node = new TestNode('a', { now: () => 1000 });
      const replies = manualReplies({ clock: node.clock });
      expect(said(() => replies.take(undefined as never, 'x'))).to.match(
        /^error otel-causality: taking a reply failed, the application was not disturbed: /,
      );
      const other = new TestNode('b');
      const replying = manualReplies({ clock: other.clock });
      const failing = repliesOf(other.clock);
      const { reply } = failing;
      failing.reply = fail;
      try {
        expect(said(() => expect(replying.give({})).to.equal(undefined))).to.equal(failed('giving a reply'));
      } finally {
        failing.reply = reply;
      }
    });
  });
});
