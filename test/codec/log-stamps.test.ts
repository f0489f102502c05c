import { expect } from 'chai';
import * as fc from 'fast-check';
import type { LogStamp } from '../../src/clocks/log-stamp.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { PROCESS_DOMAIN } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { LogAttributeWriter } from '../../src/codec/log-attributes.js';
import { readLogStamp } from '../../src/codec/log-stamps.js';
import type { AttributeSink } from '../../src/codec/vector-attribute.js';

const TRACE = '4bf92f3577b34da67b1d62f2c9e04a15';
const NODE = 'orders-m3n4b5cd';

const STAMP: LogStamp = {
  domain: TRACE.slice(-16),
  node: NODE,
  afterTick: 4,
  seq: 7,
  lamport: 12,
  vector: VectorTimestamp.from([
    ['gateway-x7k2p1ab', 2],
    [NODE, 4],
  ]),
  hlc: undefined,
  incomplete: false,
  hlcUnordered: false,
};

/** A record that keeps so many characters of a string, and so many attributes. */
class Record implements AttributeSink {
  readonly attributes: { [name: string]: unknown } = {};
  readonly written: string[] = [];

  constructor(
    private readonly longest = Number.POSITIVE_INFINITY,
    private readonly room = Number.POSITIVE_INFINITY,
  ) {}

  setAttribute(name: string, value: string | number | boolean): void {
    this.written.push(name);
    if (!(name in this.attributes) && Object.keys(this.attributes).length >= this.room) return;
    this.attributes[name] = typeof value === 'string' ? value.slice(0, this.longest) : value;
  }
}

function written(
  stamp: LogStamp,
  record = new Record(),
  choice: ConstructorParameters<typeof LogAttributeWriter>[0] = { mode: 'standard', scope: 'trace' },
): Record {
  let dropped = 0;
  new LogAttributeWriter(choice, (entries) => (dropped += entries)).write(record, stamp, undefined);
  record.attributes['dropped'] = dropped;
  return record;
}

/** Without what a vector caches. */
function plain(stamp: LogStamp | undefined): object {
  return { ...stamp, vector: stamp?.vector.toString(), hlc: stamp?.hlc?.toRfc3339() };
}

describe('stamps of logs as attributes', () => {
  it('are read as they were written', () => {
    const { attributes, written: names } = written(STAMP);
    expect(plain(readLogStamp(TRACE, attributes))).to.deep.equal(plain(STAMP));
    expect(names.at(-1)).to.equal('causality.tick');
    const flagged = { ...STAMP, incomplete: true, hlcUnordered: true, hlc: Ntp64.fromMillis(1_780_000_000_000) };
    const full = written(flagged, new Record(), { mode: 'full', scope: 'trace' });
    expect(full.written[0]).to.equal('causality.incomplete');
    expect(plain(readLogStamp(TRACE.toUpperCase(), full.attributes))).to.deep.equal(plain(flagged));
  });

  it('are read in process scope without a trace', () => {
    const { attributes } = written({ ...STAMP, domain: PROCESS_DOMAIN }, new Record(), {
      mode: 'standard',
      scope: 'process',
    });
    expect(readLogStamp(undefined, attributes)?.domain).to.equal('-');
    expect(readLogStamp(TRACE, attributes)?.domain).to.equal('-');
  });

  it('are none without a trace in trace scope, or without a part of them', () => {
    const { attributes } = written(STAMP);
    expect(readLogStamp(undefined, attributes)).to.equal(undefined);
    expect(readLogStamp('', attributes)).to.equal(undefined);
    for (const name of ['node', 'tick', 'lamport', 'log.seq']) {
      const { [`causality.${name}`]: _, ...rest } = attributes;
      expect(readLogStamp(TRACE, rest), name).to.equal(undefined);
    }
  });

  it('are read from stores that keep text only', () => {
    const { attributes } = written({ ...STAMP, afterTick: 0, incomplete: true });
    const text = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
    expect(readLogStamp(TRACE, text)).to.include({ afterTick: 0, seq: 7, lamport: 12, incomplete: true });
    expect(readLogStamp(TRACE, { ...text, 'causality.tick': 0n })?.afterTick).to.equal(0);
  });

  it('are incomplete where the own entry is missing, higher than the tick, or the vector is gone', () => {
    const { attributes } = written(STAMP);
    for (const vector of ['gateway-x7k2p1ab=2', `gateway-x7k2p1ab=2,${NODE}=5`, 'gateway-x7k2', undefined, 17]) {
      const stamp = readLogStamp(TRACE, { ...attributes, 'causality.vector': vector });
      expect(stamp?.incomplete, String(vector)).to.equal(true);
      expect(stamp?.vector.get(NODE)).to.be.at.most(4);
    }
  });

  it('keep whole entries where the SDK cuts strings, the own one above all', () => {
    const record = written(STAMP, new Record(25));
    expect(record.attributes).to.include({ 'causality.vector': `${NODE}=4`, 'causality.incomplete': true, dropped: 1 });
    // Not even the node's name is kept: then there is no stamp.
    expect(readLogStamp(TRACE, written(STAMP, new Record(10)).attributes)).to.equal(undefined);
    expect(readLogStamp(TRACE, written(STAMP, new Record(16)).attributes)).to.equal(undefined);
  });

  it('are none where the record has no room for all of it', () => {
    for (let room = 0; room < 5; room++) {
      expect(readLogStamp(TRACE, written(STAMP, new Record(2048, room)).attributes), `${room}`).to.equal(undefined);
    }
    expect(plain(readLogStamp(TRACE, written(STAMP, new Record(2048, 5)).attributes))).to.deep.equal(plain(STAMP));
  });

  it('never make a reader throw, nor claim more than was written', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.anything(),
      fc.constantFrom(NODE, `${NODE}=4`, 'a=1,b=2', '4', 4, 0, -1, 2 ** 60),
    );
    const names = ['node', 'tick', 'lamport', 'log.seq', 'vector', 'hlc', 'scope', 'incomplete'];
    fc.assert(
      fc.property(fc.array(odd, { minLength: names.length, maxLength: names.length }), odd, (values, trace) => {
        const attributes = Object.fromEntries(names.map((name, i) => [`causality.${name}`, values[i]]));
        const stamp = readLogStamp(typeof trace === 'string' ? trace : undefined, attributes);
        if (stamp !== undefined) expect(stamp.vector.get(stamp.node)).to.be.at.most(stamp.afterTick);
      }),
    );
  });
});
