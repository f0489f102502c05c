import type { Span } from '@opentelemetry/api';
import { BasicTracerProvider, type ReadableSpan, type SpanLimits } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { MAX_ATTRIBUTE_BYTES } from '../../src/clocks/limits.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import type { CausalStamp } from '../../src/clocks/stamp.js';
import { VectorState } from '../../src/clocks/vector-state.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { type AttributeChoice, ATTRIBUTE, SpanAttributeWriter, writeReply } from '../../src/codec/span-attributes.js';
import type { AttributeSink } from '../../src/codec/vector-attribute.js';
import { givenVector } from '../support/given.js';

const NODE = 'gateway-x7k2p1ab';

/** A node that hears and ticks, so that its stamps share their tables as real ones do. */
class StampingNode {
  private readonly vector = new VectorState(64);
  private tick = 0;

  constructor(private readonly id = NODE) {}

  hear(...entries: [string, number][]): this {
    this.vector.hear(VectorTimestamp.from(entries), this.id, this.tick);
    return this;
  }

  stamp(flags: Partial<CausalStamp> = {}): CausalStamp {
    this.vector.tick(this.id, ++this.tick);
    return {
      domain: '7b1d62f2c9e04a15',
      node: this.id,
      tick: this.tick,
      lamport: this.tick + 10,
      vector: givenVector(this.vector.snapshot()),
      hlc: new Ntp64(0x6a1f0c3b, this.tick),
      incomplete: false,
      hlcUnordered: false,
      ...flags,
    };
  }
}

/** A real span of the SDK, with its limits. */
function sdkSpan(limits: SpanLimits = {}): Span & ReadableSpan & AttributeSink {
  const provider = new BasicTracerProvider({ spanLimits: limits });
  return provider.getTracer('test').startSpan('span') as Span & ReadableSpan & AttributeSink;
}

function writer(choice: Partial<AttributeChoice> = {}): SpanAttributeWriter & { readonly dropped: number[] } {
  const dropped: number[] = [];
  const made = new SpanAttributeWriter({ mode: 'standard', scope: 'trace', ...choice }, (entries) =>
    dropped.push(entries),
  );
  return Object.assign(made, { dropped });
}

/** Vector entries with names as long as this. */
function entriesOf(count: number, length = 40): [string, number][] {
  return Array.from(
    { length: count },
    (_, i) => [`${String(i).padStart(3, '0')}${'n'.repeat(length - 3)}`, 1] as [string, number],
  );
}

describe('stamps as span attributes', () => {
  describe('in standard mode', () => {
    it('write what orders a start, and nothing that says nothing', () => {
      const span = sdkSpan();
      writer().writeStart(span, new StampingNode().hear(['a', 4]).stamp(), undefined);
      expect(span.attributes).to.deep.equal({
        'causality.node': NODE,
        'causality.vector': `a=4,${NODE}=1`,
        'causality.lamport': 11,
        'causality.tick': 1,
      });
    });

    it('write the end, with its vector only when something new was heard', () => {
      const node = new StampingNode();
      const [start, quiet] = [node.stamp(), node.stamp()];
      const span = sdkSpan();
      writer().writeStart(span, start, undefined);
      writer().writeEnd(span, quiet, start);
      expect(span.attributes).to.include({ 'causality.end.tick': 2, 'causality.end.lamport': 12 });
      expect(Object.keys(span.attributes)).to.have.length(6);

      const other = sdkSpan();
      writer().writeStart(other, start, undefined);
      writer().writeEnd(other, node.hear(['b', 7]).stamp(), start);
      expect(other.attributes['causality.end.vector']).to.equal(`b=7,${NODE}=3`);
    });

    it('write the vector of a child too', () => {
      const node = new StampingNode();
      const parent = node.stamp();
      const span = sdkSpan();
      writer().writeStart(span, node.stamp(), parent);
      expect(span.attributes['causality.vector']).to.equal(`${NODE}=2`);
    });

    it('write a reply without a vector', () => {
      const node = new StampingNode();
      const span = sdkSpan();
      writer().writeStart(span, node.stamp(), undefined);
      writeReply(span, node.stamp());
      expect(span.attributes).to.include({ 'causality.reply.tick': 2, 'causality.reply.lamport': 12 });
      expect(Object.keys(span.attributes)).to.have.length(6);
    });

    it('write the flags only when they are set, of any of the three events', () => {
      const node = new StampingNode();
      const start = node.stamp();
      const flagged = node.stamp({ incomplete: true, hlcUnordered: true });
      const writes: readonly ((span: AttributeSink) => void)[] = [
        (span) => writer().writeStart(span, flagged, undefined),
        (span) => writeReply(span, flagged),
        (span) => writer().writeEnd(span, flagged, start),
      ];
      for (const write of writes) {
        const span = sdkSpan();
        writer().writeStart(span, start, undefined);
        write(span);
        expect(span.attributes).to.include({ 'causality.incomplete': true, 'causality.hlc_unordered': true });
      }
    });

    it('say the scope only in process scope', () => {
      const span = sdkSpan();
      writer({ scope: 'process' }).writeStart(span, new StampingNode().stamp(), undefined);
      expect(span.attributes['causality.scope']).to.equal('process');
    });

    it('are integers and texts that OTLP carries as they are', () => {
      const span = sdkSpan();
      writer().writeStart(span, new StampingNode().stamp(), undefined);
      writer().writeClockBehind(span, 120.0567);
      expect(span.attributes['causality.clock_behind_us']).to.equal(120_056);
      for (const value of Object.values(span.attributes)) {
        expect(typeof value === 'string' || Number.isInteger(value), String(value)).to.equal(true);
      }
    });

    it('call no clock behind by less than it can see', () => {
      const span = sdkSpan();
      for (const millis of [0, -5, 0.999, Number.NaN]) writer().writeClockBehind(span, millis);
      expect(span.attributes).to.deep.equal({});
      writer().writeClockBehind(span, 1);
      expect(span.attributes).to.deep.equal({ 'causality.clock_behind_us': 1000 });
    });
  });

  it('in full mode write the hybrid times too', () => {
    const node = new StampingNode();
    const [start, end] = [node.stamp(), node.stamp()];
    const span = sdkSpan();
    writer({ mode: 'full' }).writeStart(span, start, undefined);
    writer({ mode: 'full' }).writeEnd(span, end, start);
    expect(span.attributes['causality.hlc']).to.equal(start.hlc?.toRfc3339());
    expect(span.attributes['causality.end.hlc']).to.equal(end.hlc?.toRfc3339());
    const without = sdkSpan();
    writer({ mode: 'full' }).writeStart(without, node.stamp({ hlc: undefined }), undefined);
    writer({ mode: 'full' }).writeEnd(without, node.stamp({ hlc: undefined }), start);
    expect(without.attributes).not.to.have.any.keys('causality.hlc', 'causality.end.hlc');
    expect(without.attributes).to.have.property('causality.end.tick');
  });

  describe('in lean mode', () => {
    it('leave the vector to the local parent when nothing new was heard', () => {
      const node = new StampingNode();
      const parent = node.hear(['a', 1]).stamp();
      const lean = writer({ mode: 'lean' });
      const [root, child, informed] = [sdkSpan(), sdkSpan(), sdkSpan()];
      lean.writeStart(root, parent, undefined);
      lean.writeStart(child, node.stamp(), parent);
      lean.writeStart(informed, node.hear(['b', 1]).stamp(), parent);
      expect(root.attributes['causality.vector']).to.equal(`a=1,${NODE}=1`);
      expect(child.attributes).not.to.have.property('causality.vector');
      expect(child.attributes).to.include({ 'causality.node': NODE, 'causality.tick': 2, 'causality.lamport': 12 });
      expect(informed.attributes['causality.vector']).to.equal(`a=1,b=1,${NODE}=3`);
    });

    it('leave no stamp where the SDK cut the name of the node, before anything else has shown its limit', () => {
      const node = new StampingNode();
      const parent = node.stamp();
      const span = sdkSpan({ attributeValueLengthLimit: 5 });
      writer({ mode: 'lean' }).writeStart(span, node.stamp(), parent);
      expect(span.attributes).to.deep.equal({ 'causality.node': NODE.slice(0, 5) });
    });

    it('leave no vector to a parent whose own was cut', () => {
      const node = new StampingNode().hear(...entriesOf(60));
      const parent = node.stamp();
      const lean = writer({ mode: 'lean' });
      const [root, child] = [sdkSpan(), sdkSpan()];
      lean.writeStart(root, parent, undefined);
      lean.writeStart(child, node.stamp(), parent);
      for (const span of [root, child]) expect(span.attributes['causality.incomplete']).to.equal(true);
      expect(child.attributes['causality.vector']).to.include(`${NODE}=2`);
    });
  });

  describe('under limits', () => {
    it('of Tempo cut the vector at an entry, never our own, and are incomplete', () => {
      const span = sdkSpan();
      const made = writer();
      made.writeStart(span, new StampingNode().hear(...entriesOf(60)).stamp(), undefined);
      const vector = span.attributes['causality.vector'] as string;
      expect(vector.length).to.be.within(MAX_ATTRIBUTE_BYTES - 43, MAX_ATTRIBUTE_BYTES);
      expect(vector).to.match(/^(?:[0-9n]{40}=1,)+gateway-x7k2p1ab=1$/);
      expect(span.attributes['causality.incomplete']).to.equal(true);
      expect(made.dropped).to.deep.equal([61 - vector.split(',').length]);
    });

    it('of Tempo hold a vector that just fits, written or derived', () => {
      const node = new StampingNode().hear(...entriesOf(47), ['zzzzzz', 1]);
      const [parent, child] = [node.stamp(), node.stamp()];
      for (const mode of ['standard', 'lean'] as const) {
        const made = writer({ mode });
        const [root, inner] = [sdkSpan(), sdkSpan()];
        made.writeStart(root, parent, undefined);
        made.writeStart(inner, child, parent);
        expect(root.attributes['causality.vector']).to.have.lengthOf(MAX_ATTRIBUTE_BYTES);
        expect(inner.attributes).to.have.property('causality.tick', 2);
        expect('causality.vector' in inner.attributes).to.equal(mode === 'standard');
        for (const span of [root, inner]) expect(span.attributes).not.to.have.property('causality.incomplete');
      }
    });

    for (const attributeValueLengthLimit of [20, 50, 64, 100, 128, 500, 2047, 2048, 2049, 5000]) {
      it(`of ${attributeValueLengthLimit} characters a string hold no half entry`, () => {
        for (const count of [0, 1, 5, 60]) {
          const made = writer();
          // Twice: the second span is written by what the first one showed.
          for (const span of [sdkSpan({ attributeValueLengthLimit }), sdkSpan({ attributeValueLengthLimit })]) {
            const node = new StampingNode();
            const start = node.hear(...entriesOf(count)).stamp();
            made.writeStart(span, start, undefined);
            made.writeEnd(span, node.hear(['zz', 1]).stamp(), start);
            for (const name of [ATTRIBUTE.vector, ATTRIBUTE.endVector]) {
              const stored = span.attributes[name] as string;
              expect(stored.length).to.be.at.most(Math.min(attributeValueLengthLimit, MAX_ATTRIBUTE_BYTES));
              for (const entry of stored.split(','))
                expect(entry).to.match(/^(?:[0-9n]{40}=1|zz=1|gateway-x7k2p1ab=[12])$/);
              const whole = name === ATTRIBUTE.vector ? count + 1 : count + 2;
              if (stored.split(',').length < whole) expect(span.attributes['causality.incomplete']).to.equal(true);
            }
            expect(span.attributes['causality.end.tick']).to.equal(2);
          }
        }
      });
    }

    for (const attributeValueLengthLimit of [1, 5, 10, 15, 16, 17]) {
      it(`of ${attributeValueLengthLimit} characters, which not even the node or its entry fits, leave no stamp`, () => {
        for (const choice of [{}, { mode: 'lean' }, { mode: 'full' }] as const) {
          const made = writer(choice);
          for (const span of [sdkSpan({ attributeValueLengthLimit }), sdkSpan({ attributeValueLengthLimit })]) {
            const node = new StampingNode();
            const start = node.stamp();
            made.writeStart(span, start, undefined);
            writeReply(span, node.stamp());
            made.writeEnd(span, node.hear(['b', 1]).stamp(), start);
            const [first, last] = [node.stamp(), node.stamp()];
            const quiet = sdkSpan({ attributeValueLengthLimit });
            made.writeStart(quiet, first, start);
            made.writeEnd(quiet, last, first);
            for (const name of [ATTRIBUTE.tick, ATTRIBUTE.replyTick, ATTRIBUTE.endTick]) {
              expect(span.attributes).not.to.have.property(name);
              expect(quiet.attributes).not.to.have.property(name);
            }
          }
        }
      });
    }

    it('of attributes leave a stamp whole, or without its tick', () => {
      for (let room = 0; room <= 14; room++) {
        for (const mode of ['standard', 'full'] as const) {
          const span = sdkSpan({ attributeCountLimit: 20 });
          for (let i = 0; i < 20 - room; i++) span.setAttribute(`own.${i}`, i);
          const node = new StampingNode();
          const made = writer({ mode, scope: 'process' });
          const start = node.stamp({ incomplete: true });
          made.writeStart(span, start, undefined);
          writeReply(span, node.stamp());
          made.writeEnd(span, node.hear(['b', 1]).stamp({ hlcUnordered: true }), start);
          const names = Object.keys(span.attributes);
          const needs: readonly (readonly [string, readonly string[]])[] = [
            [
              ATTRIBUTE.tick,
              [ATTRIBUTE.incomplete, ATTRIBUTE.node, ATTRIBUTE.vector, ATTRIBUTE.lamport, ATTRIBUTE.scope],
            ],
            [ATTRIBUTE.replyTick, [ATTRIBUTE.tick, ATTRIBUTE.replyLamport]],
            [ATTRIBUTE.endTick, [ATTRIBUTE.tick, ATTRIBUTE.hlcUnordered, ATTRIBUTE.endVector, ATTRIBUTE.endLamport]],
          ];
          for (const [tick, others] of needs) if (names.includes(tick)) expect(names).to.include.members([...others]);
          expect(names.filter((name) => name.startsWith('own.'))).to.have.length(20 - room);
        }
      }
    });

    it('that a sink does not show are not guessed', () => {
      const written = new Map<string, unknown>();
      const blind: AttributeSink = { setAttribute: (name, value) => written.set(name, value) };
      const node = new StampingNode();
      const start = node.stamp();
      writer().writeStart(blind, start, undefined);
      writer().writeEnd(blind, node.stamp(), start);
      expect([...written.keys()]).to.include.members([ATTRIBUTE.tick, ATTRIBUTE.endTick]);
    });
  });
});
