/** Names that are special in JavaScript, wherever a stranger may name something: they are names like any other. */
import { expect } from 'chai';
import { CausalGraph } from '../../src/analysis/graph/causal-graph.js';
import { readDocument } from '../../src/analysis/readers/formats/document.js';
import { formatStamp, parseStamp } from '../../src/codec/wire-text.js';
import { CausalDeduplicator, CausalDeliveryBuffer, CausalRegister, VectorTimestamp } from '../../src/delivery/index.js';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { settle } from '../../src/otel/clock-options.js';
import { extractOdd, messageWith, nodeReading, PLACES, stampText, TRACE_ID } from '../support/hostile-node.js';
import { VECTOR_ENTRY_POINTS } from '../support/vector-entry-points.js';

const NAMES = [
  '__defineGetter__',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'prototype',
  'then',
  'toString',
  'valueOf',
];

const inherited = (): string =>
  [Object.prototype, Array.prototype, Function.prototype, Map.prototype]
    .flatMap((one) => Reflect.ownKeys(one).map(String))
    .join();

describe('attack: names that are special in JavaScript', () => {
  const before = inherited();
  afterEach('no prototype has changed', () => {
    expect(inherited()).to.equal(before);
  });

  for (const { name: where, take } of VECTOR_ENTRY_POINTS) {
    it(`as nodes in ${where}`, () => {
      // The msgpack decoder refuses this one, and the whole map with it.
      const names = where === 'msgpack' ? NAMES.filter((name) => name !== '__proto__') : NAMES;
      const taken = take(names.map((name, i) => [name, String(i + 3)]));
      expect([...(taken ?? [])].map(([name]) => name)).to.have.members(names);
      for (const [i, name] of names.entries()) expect(taken?.get(name), name).to.equal(i + 3);
      if (where === 'msgpack') expect(take([['__proto__', '3']])).to.equal(undefined);
    });
  }

  for (const place of PLACES) {
    for (const name of NAMES) {
      it(`${name} in the ${place} is heard, stamped and passed on`, () => {
        const node = nodeReading(place);
        const context = extractOdd(node, messageWith(stampText({ vector: `${name}*3` }), place));
        node.start('handle', context).span.end();
        const vector = node.finished('handle').attributes['causality.vector'] as string;
        expect(vector.split(',')).to.have.members([`${name}=3`, `${node.clock.node}=1`]);
        expect(node.inject(context)[place === 'header' ? 'causality' : 'baggage']).to.include(`${name}*3`);
      });
    }
  }

  it('a vector as JSON has them as its own, and knows none that it was not given', () => {
    const vector = NAMES.map((name, i) => `${name}*${i + 1}`).join('~');
    const stamp = parseStamp(stampText({ vector }));
    expect(JSON.parse(JSON.stringify(stamp.vector))).to.have.own.property('__proto__', 2);
    expect(formatStamp(stamp)).to.include('__proto__*2');
    expect(stamp.vector.get('isPrototypeOf')).to.equal(0);
    expect(stamp.vector.get('__lookupGetter__')).to.equal(0);
  });

  it('as senders, keys and writers', () => {
    const seen = new CausalDeduplicator();
    const buffer = new CausalDeliveryBuffer();
    let register = CausalRegister.empty<string>();
    for (const name of NAMES) {
      const vector = VectorTimestamp.from([[name, 1]]);
      expect(seen.handled({ node: name, tick: 1 }).verdict).to.equal('fresh');
      expect(seen.handled({ key: name, vector }).verdict).to.equal('fresh');
      expect(buffer.receive({ sender: name, vector: vector.withCounter(name, 2) }).outcome).to.equal('waiting');
      expect(buffer.receive({ sender: name, vector }).delivered).to.have.length(2);
      register = register.write(name, { node: name, context: register.context });
    }
    expect(register.read().values).to.deep.equal(['valueOf']);
    const parsed = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;
    const again = CausalDeduplicator.fromJSON(parsed(seen));
    for (const name of NAMES) expect(again.check({ node: name, tick: 1 }).verdict).to.equal('duplicate');
    expect(again.check({ node: 'isPrototypeOf', tick: 1 }).verdict).to.equal('fresh');
    expect(CausalDeliveryBuffer.restore(parsed(buffer.snapshot())).seen.size).to.equal(NAMES.length);
    expect(CausalRegister.fromJSON(parsed(register)).context.size).to.equal(NAMES.length);
  });

  it('as services, nodes, attributes and resources of recorded spans', () => {
    const attributes = (node: string): unknown[] =>
      [...NAMES, 'causality.node'].map((key) => ({
        key,
        value: { stringValue: key === 'causality.node' ? node : 'x' },
      }));
    const resourceSpans = NAMES.map((name, i) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: TRACE_ID,
              spanId: (i + 1).toString(16).padStart(16, '0'),
              name,
              startTimeUnixNano: '1',
              endTimeUnixNano: '2',
              attributes: [
                ...attributes(name),
                ...['causality.tick', 'causality.lamport'].map((key) => ({ key, value: { intValue: '1' } })),
                { key: 'causality.vector', value: { stringValue: `${name}=1` } },
              ],
            },
          ],
        },
      ],
    }));
    const graph = CausalGraph.of(readDocument({ resourceSpans }));
    expect(graph.spans.map(({ recorded }) => recorded.service)).to.have.members(NAMES);
    expect(new Set(graph.order().map(({ node }) => node.id)).size).to.equal(NAMES.length);
    for (const { recorded } of graph.spans) expect(recorded.attributes['__proto__']).to.equal('x');
  });

  it("as this service's own name, and as the value of a variable", () => {
    for (const name of NAMES) {
      const clock = new CausalClock({ node: name });
      expect(clock.domains.nodeNamed(() => 'other').replace(/-[0-9a-z]{8}$/, '')).to.equal(name);
      const variables = ['SCOPE', 'TRUST', 'ATTRIBUTES', 'PLAIN_HOPS', 'MAX_ENTRIES', 'MAX_BYTES', 'MAX_DRIFT_MS'];
      const environment = Object.fromEntries(variables.map((one) => [`OTEL_CAUSALITY_${one}`, name]));
      expect(settle({}, environment)).to.include({ scope: 'trace', trust: 'none', attributes: 'standard' });
    }
  });
});
