/**
 * Headers, attributes and variables that are far too long, or made of nothing but separators: refused or cut at a named
 * limit, without storing anything and without looking at every character more than a few times.
 */
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { expect } from 'chai';
import { ClockId } from '../../src/clocks/clock-id.js';
import { CorrelationVector } from '../../src/clocks/correlation-vector.js';
import { defaultMaxDriftMs } from '../../src/clocks/drift-limit.js';
import { InvalidValueError } from '../../src/clocks/errors.js';
import { HybridTimestamp } from '../../src/clocks/hybrid-timestamp.js';
import { LamportTimestamp } from '../../src/clocks/lamport-clock.js';
import {
  MAX_ATTRIBUTE_BYTES,
  MAX_EVENT_FIELD_LENGTH,
  MAX_FOREIGN_NODE_ID_LENGTH,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_NODE_NAME_LENGTH,
  MAX_STAMP_BYTES,
  MAX_TARGET_PATTERNS,
  MAX_VECTOR_ENTRIES,
} from '../../src/clocks/limits.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { VectorClock } from '../../src/clocks/vector-clock.js';
import { parseVector } from '../../src/clocks/vector-text.js';
import { readLogStamp } from '../../src/codec/log-stamps.js';
import { takeMember } from '../../src/codec/list-members.js';
import { readSpanStamps } from '../../src/codec/span-stamps.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { binary, ClockworkPropagator, CorrelationVectorPropagator, json, text } from '../../src/interop/index.js';
import { arrivalIn } from '../../src/otel/arrival.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { settle } from '../../src/otel/clock-options.js';
import { propagatorEnvironment } from '../../src/otel/propagator-environment.js';
import { countLooks } from '../support/counting-looks.js';
import { diagLines } from '../support/diag-lines.js';
import { TestNode } from '../support/fleet.js';
import { extractOdd, messageWith, nodeReading, PLACES, stampText, TRACE_ID } from '../support/hostile-node.js';
import { type ForeignEntries, VECTOR_ENTRY_POINTS } from '../support/vector-entry-points.js';

const MEGABYTE = 1_000_000;

const STAMPS: readonly (readonly [name: string, text: string])[] = [
  ['100,000 separators of fields', '!'.repeat(100_000)],
  ['100,000 separators of entries', stampText({ vector: '~'.repeat(100_000) })],
  ['a hundred thousand entries', stampText({ vector: Array.from({ length: 100_000 }, (_, i) => `n${i}*1`).join('~') })],
  ['a node id of a megabyte', stampText({ vector: `${'n'.repeat(MEGABYTE)}*1` })],
  ['a Lamport time of a megabyte', stampText({ lamport: '9'.repeat(MEGABYTE) })],
];

/** Vectors as bombs. One entry more than a limit is the business of each decoder's own tests. */
const VECTORS: readonly (readonly [name: string, entries: ForeignEntries])[] = [
  ['20,000 entries', Array.from({ length: 20_000 }, (_, i) => [`n${String(i).padStart(5, '0')}`, '1'] as const)],
  ['a node id of a megabyte', [['n'.repeat(MEGABYTE), '1']]],
];

describe('attack: header bombs', () => {
  for (const place of PLACES) {
    for (const [name, stamp] of STAMPS) {
      it(`${name} in the ${place}: refused, nothing held`, () => {
        const node = nodeReading(place);
        const context = extractOdd(node, messageWith(stamp, place));
        expect(arrivalIn(context)?.stamp).to.equal(undefined);
        expect(node.clock.counters.refused).to.deep.equal({ oversized: 1 });
        expect(node.clock.counters.liveDomains).to.equal(0);
      });
    }
  }

  for (const [name, stamp] of STAMPS) {
    it(`${name} in a reply: refused, and the caller is incomplete`, () => {
      const client = new TestNode('client');
      client.clock.messages.watchCarriers();
      const { span, context } = client.start('call', ROOT_CONTEXT, { kind: SpanKind.CLIENT });
      client.inject(context);
      client.clock.messages.hearReply(span.spanContext().spanId, stamp);
      span.end();
      expect(client.clock.counters).to.deep.include({
        received: 0,
        refused: { oversized: 1 },
        incomplete: { 'reply-without-stamp': 1 },
      });
      expect(client.finished('call').attributes['causality.incomplete']).to.equal(true);
    });
  }

  for (const { name: where, limits, take } of VECTOR_ENTRY_POINTS) {
    for (const [what, entries] of VECTORS) {
      it(`${what} in ${where}: refused, or cut at the limit`, () => {
        const most = limits === 'ours' ? MAX_VECTOR_ENTRIES : MAX_FOREIGN_VECTOR_ENTRIES;
        const taken = take(entries);
        expect(taken?.size ?? 0).to.be.at.most(most);
        for (const node of taken?.keys() ?? []) expect(node.length).to.be.at.most(MAX_FOREIGN_NODE_ID_LENGTH);
      });
    }
  }

  it('a list of 100,000 members, with our member in the middle or a thousand times', () => {
    const node = nodeReading('baggage');
    const many = ','.repeat(50_000);
    extractOdd(node, { ...messageWith('x', 'baggage'), baggage: `${many}causality=${stampText()}${many}` });
    extractOdd(node, { ...messageWith('x', 'baggage'), baggage: `causality=${stampText()},`.repeat(1000) });
    expect(node.clock.counters).to.include({ received: 1, liveDomains: 0, errors: 0 });
    expect(node.clock.counters.refused).to.deep.equal({ duplicate: 1 });
    const marks = extractOdd(node, { ...messageWith('', 'header'), tracestate: 'causality=x,'.repeat(100_000) });
    expect(arrivalIn(marks)?.stamp).to.equal(undefined);
    expect(takeMember('causality'.repeat(100_000), 'causality').values).to.deep.equal([]);
  });

  it('percent signs without an end', () => {
    for (const bomb of ['%'.repeat(100_000), '%21'.repeat(100_000), `%E0%A4%A${'A'.repeat(100_000)}`]) {
      const node = nodeReading('header');
      extractOdd(node, messageWith(bomb, 'header'));
      expect(node.clock.counters).to.include({ received: 0, liveDomains: 0, errors: 0 });
    }
  });

  it('are not even looked at where their length says enough', () => {
    for (const [name, stamp] of STAMPS) {
      expect(
        countLooks(() => expect(() => parseStamp(stamp)).to.throw(InvalidValueError)),
        name,
      ).to.equal(0);
    }
    const longest = stampText({ vector: '~'.repeat(MAX_STAMP_BYTES) }).slice(0, MAX_STAMP_BYTES);
    // Taken in once, and given up at once.
    const looks = countLooks(() => expect(() => parseStamp(longest)).to.throw(InvalidValueError));
    expect(looks).to.be.below(MAX_STAMP_BYTES + 100);
  });

  it('on a recorded span: no more of a vector is looked at than a backend keeps', () => {
    const bombs = ['a', '=', ',', '9', 'a=1,', 'a=9', '\u0000'].map((one) => one.repeat(MEGABYTE / one.length));
    for (const vector of bombs) {
      const attributes = { 'causality.node': 'n', 'causality.tick': 1, 'causality.lamport': 1, 'causality.log.seq': 1 };
      for (const read of [readSpanStamps, readLogStamp]) {
        const looks = countLooks(() => read(TRACE_ID, { ...attributes, 'causality.vector': vector }));
        expect(looks, vector.slice(0, 8)).to.be.below(8 * MAX_ATTRIBUTE_BYTES);
      }
    }
  });

  describe('in a single text', () => {
    const decoders: Readonly<Record<string, (text: string) => unknown>> = {
      'hybrid time, lossless': (one) => Ntp64.parseRfc3339(one),
      'hybrid time, lossy': (one) => Ntp64.parseRfc3339Lossy(one),
      'hybrid time, decimal': (one) => Ntp64.parseDecimal(one),
      'hybrid timestamp': (one) => HybridTimestamp.parse(`1/${one}`),
      'hybrid timestamp as RFC 3339': (one) => HybridTimestamp.parseRfc3339(`${one}/1`),
      'clock id': (one) => ClockId.parse(one),
      'Lamport timestamp': (one) => LamportTimestamp.parse(`a:${one}`),
      "Lamport timestamp's node": (one) => LamportTimestamp.parse(`${one}:1`),
      vector: (one) => parseVector(one),
      'correlation vector': (one) => CorrelationVector.parse(one),
      'correlation vector with elements without end': (one) => CorrelationVector.parse(`tul4NUsfs9Cl7mOf.${one}`),
      traceparent: (one) => CorrelationVector.fromTraceparent(one),
      'text header of an event': (one) =>
        text.extractEvent(
          { 'x-causality-vector': 'a=1', 'x-causality-eventid': one, 'x-causality-eventtype': 't' },
          new Uint8Array(),
        ),
      'binary header of an event': (one) =>
        binary.extractEvent(
          {
            'causality-vc': Uint8Array.of(0x81, 0xa1, 0x61, 1),
            'causality-eid': Buffer.from(one),
            'causality-etype': Buffer.from('t'),
          },
          new Uint8Array(),
        ),
      'binary Lamport header': (one) => binary.extractLamport({ 'causality-lc': Buffer.from(one) }),
      'field of an envelope': (one) =>
        json.extract({ _causality: { vector: { a: 1 }, event_type: one, event_id: 'i' } }),
      'drift limit in the environment': (one) => defaultMaxDriftMs({ OTEL_CAUSALITY_MAX_DRIFT_MS: one }),
    };
    for (const [name, decode] of Object.entries(decoders)) {
      it(`as a ${name}: the typed error, in one line`, () => {
        for (const one of ['0', '9', '.', '=', ',', ':', '/', 'A', '-', 'é', '\u0000']) {
          const bomb = one.repeat(MEGABYTE);
          expect(() => decode(bomb), one)
            .to.throw(InvalidValueError)
            .with.property('message')
            .with.length.below(600);
        }
      });
    }

    it('an event field of the limit is taken, and none of a character more', () => {
      const longest = 'x'.repeat(MAX_EVENT_FIELD_LENGTH);
      const field = (event_type: string): unknown => ({ _causality: { vector: { a: 1 }, event_type, event_id: 'i' } });
      expect(json.extract(field(longest)).eventType).to.equal(longest);
      expect(() => json.extract(field(`${longest}x`))).to.throw(InvalidValueError);
    });
  });

  it('in the headers of other systems: no clock moves, no vector begins', () => {
    const clockwork = new ClockworkPropagator({ vector: new VectorClock('me'), trust: 'all' });
    const correlation = new CorrelationVectorPropagator({ version: '3.0' });
    const bomb = 'A.'.repeat(MEGABYTE);
    const headers = { 'X-Causality-Vector': bomb, 'X-Causality-Lamport': bomb, 'MS-CV': bomb, traceparent: bomb };
    for (const propagator of [clockwork, correlation]) {
      expect(propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)).to.equal(ROOT_CONTEXT);
      expect(propagator.refused).to.equal(1);
    }
    expect(clockwork.vector.toString()).to.equal('me=0');
    expect(clockwork.lamport.time).to.equal(0);
  });

  it('in environment variables: the defaults hold, in a few short lines', () => {
    const bomb = '!,'.repeat(MEGABYTE);
    const names = ['NODE', 'SCOPE', 'TRUST', 'MAX_ENTRIES', 'MAX_BYTES', 'MAX_DRIFT_MS', 'PLAIN_HOPS', 'ATTRIBUTES'];
    const environment = Object.fromEntries(names.map((name) => [`OTEL_CAUSALITY_${name}`, bomb]));
    const lines = diagLines(() => {
      const settings = settle({}, environment);
      expect(settings).to.include({ node: undefined, scope: 'trace', trust: 'none', maxEntries: 64, maxDriftMs: 500 });
    });
    expect(lines).to.have.length(names.length);
    for (const line of lines) expect(line.length).to.be.below(300);

    const { propagateTo, problems } = propagatorEnvironment({ OTEL_CAUSALITY_TARGETS: bomb });
    expect(problems.length).to.be.within(MAX_TARGET_PATTERNS, MAX_TARGET_PATTERNS + 1);
    for (const problem of problems) expect(problem.length).to.be.below(300);
    expect(propagateTo?.({ 'server.address': '!' })).to.equal(false);
  });

  it("as this service's own name: forty characters are kept", () => {
    const clock = new CausalClock({ node: `${'ä!'.repeat(MEGABYTE)}x` });
    expect(clock.domains.nodeNamed(() => '').length).to.be.at.most(MAX_NODE_NAME_LENGTH + 9);
    const named = new CausalClock();
    expect(named.domains.nodeNamed(() => 'x'.repeat(MEGABYTE)).length).to.equal(MAX_NODE_NAME_LENGTH + 9);
  });

  it('as what a target is called: no stamp leaves for it', () => {
    const { propagateTo } = propagatorEnvironment({ OTEL_CAUSALITY_TARGETS: 'orders.internal,*.cluster.local' });
    for (const one of ['a', '.', ':', '[', ']', '0', '@', '/']) {
      const bomb = one.repeat(MEGABYTE);
      expect(propagateTo?.({ 'server.address': bomb }), one).to.equal(false);
      expect(propagateTo?.({ 'url.full': `http://${bomb}` }), one).to.equal(false);
    }
  });
});
