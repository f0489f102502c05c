/** Requests and replies that come in parts: what is known while they are open, and afterwards. */
import { type Span, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { parseStamp } from '../../src/codec/wire-text.js';
import { repliesOf } from '../../src/otel/clock-replies.js';
import { manualReplies } from '../../src/otel/manual-replies.js';
import { getCausalStamp } from '../../src/otel/get-causal-stamp.js';
import { TestNode } from '../support/fleet.js';

/** A client that has called a server, with the replies passed by hand. */
class Call {
  readonly client = new TestNode('client');
  readonly server = new TestNode('server');
  private readonly given = manualReplies({ clock: this.server.clock });
  private readonly taken = manualReplies({ clock: this.client.clock });
  readonly root = this.client.start('root');
  readonly span = this.client.start('call', this.root.context, { kind: SpanKind.CLIENT });
  readonly request = this.client.inject(this.span.context);
  readonly handle = this.server.start('handle', this.server.extract(this.request), { kind: SpanKind.SERVER });
  readonly spanId = this.span.span.spanContext().spanId;

  get messages() {
    return this.client.clock.messages;
  }

  get replies() {
    return repliesOf(this.client.clock);
  }

  give(): string | undefined {
    return this.given.give(this.request);
  }

  take(text: string | undefined): void {
    this.taken.take(this.span.span.spanContext(), text);
  }

  head(): string {
    return repliesOf(this.server.clock).reply(this.request, undefined, false)?.text ?? '';
  }

  /** Whether what the client stamps now, and sends now, is incomplete. */
  now(): { readonly stamped: boolean | undefined; readonly sent: boolean } {
    const { span, context } = this.client.start('now', this.root.context);
    const sent = /causality=([^,]+)/.exec(this.client.inject(context)['baggage'] ?? '')?.[1] ?? '';
    return { stamped: getCausalStamp(span)?.incomplete, sent: parseStamp(sent).incomplete };
  }
}

const ticksOf = (span: Span): Record<string, unknown> =>
  (span as unknown as { readonly attributes: Record<string, unknown> }).attributes;

describe('open replies', () => {
  it('are incomplete in what is stamped and sent until they close, and complete afterwards', () => {
    const call = new Call();
    expect(call.now()).to.deep.equal({ stamped: false, sent: false });
    const close = call.replies.openReply(call.spanId);
    expect(call.now()).to.deep.equal({ stamped: true, sent: true });
    close();
    close();
    call.take(call.give());
    expect(call.now()).to.deep.equal({ stamped: false, sent: false });
  });

  it('of a server are open for its trace, though all of its spans ended between their head and the word of it', () => {
    const call = new Call();
    const { server, handle } = call;
    handle.span.end();
    const reply = repliesOf(server.clock).reply(call.request, undefined, false);
    server.start('child', handle.context).span.end();
    const close = reply?.openBody();
    const incomplete = (): unknown => getCausalStamp(server.start('later', handle.context).span)?.incomplete;
    expect(incomplete()).to.equal(true);
    close?.();
    expect(incomplete()).to.equal(false);
  });

  it('that are closed twice take nothing from others that are open', () => {
    const call = new Call();
    for (let i = 0; i < 3; i++) call.replies.openReply(call.spanId)();
    const closed = call.replies.openReply(call.spanId);
    for (let i = 0; i < 3; i++) closed();
    const close = call.replies.openReply(call.spanId);
    expect(call.now()).to.deep.equal({ stamped: true, sent: true });
    close();
    expect(call.now()).to.deep.equal({ stamped: false, sent: false });
  });

  it('may overlap', () => {
    const call = new Call();
    const [one, other] = [call.replies.openReply(call.spanId), call.replies.openReply(call.spanId)];
    one();
    expect(call.now().stamped).to.equal(true);
    other();
    expect(call.now().stamped).to.equal(false);
  });

  it('of requests that nobody awaits open nothing', () => {
    const call = new Call();
    call.replies.openReply('0123456789abcdef');
    call.replies.openRequest('0123456789abcdef');
    call.replies.hearHead('0123456789abcdef', call.head());
    expect(call.now()).to.deep.equal({ stamped: false, sent: false });
    expect(call.client.clock.counters.received).to.equal(0);
  });

  it('begin with a head, which is no event and leaves the reply awaited', () => {
    const call = new Call();
    const head = call.head();
    expect(ticksOf(call.handle.span)).not.to.have.property('causality.reply.tick');
    call.replies.hearHead(call.spanId, head);
    const { span } = call.client.start('after the head', call.root.context);
    expect(getCausalStamp(span)?.vector.get(call.server.clock.node as string)).to.equal(1);
    call.span.span.end();
    expect(call.client.finished('call').attributes).to.include({ 'causality.incomplete': true });
  });

  it('of a request that is still being written leave only our own events incomplete', () => {
    const call = new Call();
    const close = call.replies.openRequest(call.spanId);
    expect(call.now()).to.deep.equal({ stamped: true, sent: false });
    close();
    expect(call.now()).to.deep.equal({ stamped: false, sent: false });
  });
});

describe('replies by hand', () => {
  it('are events of the server span, and complete the client', () => {
    const call = new Call();
    call.take(call.give());
    expect(ticksOf(call.handle.span)).to.include({ 'causality.reply.tick': 2 });
    call.span.span.end();
    expect(call.client.finished('call').attributes).not.to.have.property('causality.incomplete');
  });

  it('give nothing to a carrier that nobody extracted from', () => {
    const call = new Call();
    expect(manualReplies({ clock: call.server.clock }).give({ ...call.request })).to.equal(undefined);
    expect(call.server.clock.counters.errors).to.equal(0);
    expect(call.messages.watchCarriers('manual'), 'they listen, once for a clock').to.equal(false);
  });

  it('say that a stamp is missing, and are taken once', () => {
    const call = new Call();
    call.take(undefined);
    call.take(call.give());
    expect(call.now().stamped).to.equal(true);
    expect(call.client.clock.counters.incomplete).to.deep.equal({ 'reply-without-stamp': 1 });
  });

  it('bear what is no stamp, and refuse what is no clock', () => {
    const call = new Call();
    for (const nonsense of ['', 'nonsense', 17 as unknown as string]) call.take(nonsense);
    expect(call.client.clock.counters.incomplete).to.deep.equal({ 'reply-without-stamp': 1 });
    expect(() => manualReplies({ clock: {} as never })).to.throw(/clock/);
  });

  it('are nothing where the library is switched off', () => {
    process.env['OTEL_CAUSALITY_DISABLED'] = 'true';
    try {
      const { give, take } = manualReplies();
      expect(give({})).to.equal(undefined);
      take({ traceId: '1', spanId: '2', traceFlags: 1 }, 'x');
    } finally {
      delete process.env['OTEL_CAUSALITY_DISABLED'];
    }
  });
});
