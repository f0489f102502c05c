import { expect } from 'chai';
import * as fc from 'fast-check';
import type { LogStamp } from '../../src/clocks/log-stamp.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { type CausalStamp, PROCESS_DOMAIN } from '../../src/clocks/stamp.js';
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
  spanStart?: CausalStamp,
): Record {
  let dropped = 0;
  new LogAttributeWriter(choice, (entries) => (dropped += entries)).write(record, stamp, spanStart);
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

  it('are none where the name of a node that has heard nothing is cut', () => {
    const silent = { ...STAMP, afterTick: 0, vector: VectorTimestamp.EMPTY };
    expect(written(silent).attributes).to.have.property('causality.tick', 0);
    expect(written(silent).attributes).not.to.have.property('causality.vector');
    expect(written(silent, new Record(10)).attributes).not.to.have.property('causality.tick');
  });

  it('read the tick 0 as a number, a bigint and text', () => {
    const { attributes } = written({ ...STAMP, afterTick: 0 });
    for (const zero of [0, 0n, '0'] as const) {
      expect(readLogStamp(TRACE, { ...attributes, 'causality.tick': zero })?.afterTick).to.equal(0);
    }
    for (const none of ['', '00', false, null, -0.5]) {
      expect(readLogStamp(TRACE, { ...attributes, 'causality.tick': none }), String(none)).to.equal(undefined);
    }
  });

  it('have the domain of a trace id of 64 bits', () => {
    expect(readLogStamp(STAMP.domain, written(STAMP).attributes)?.domain).to.equal(STAMP.domain);
  });

  describe('in lean mode', () => {
    const lean = { mode: 'lean', scope: 'trace' } as const;
    /** The log's span began at this node's event 3, and nothing was heard since. */
    const own = STAMP.vector.withCounter(NODE, 3);
    const START: CausalStamp = {
      domain: STAMP.domain,
      node: NODE,
      tick: 3,
      lamport: 11,
      vector: own,
      hlc: undefined,
      incomplete: false,
      hlcUnordered: false,
    };
    const quiet = { ...STAMP, vector: own.withCounter(NODE, 4) };

    function vectorWritten(stamp: LogStamp, start: CausalStamp | undefined, choice = {}): unknown {
      return written(stamp, new Record(), { ...lean, ...choice }, start).attributes['causality.vector'];
    }

    it('leave the vector to the start of their span where nothing was heard since', () => {
      const { attributes } = written(quiet, new Record(), lean, START);
      expect(attributes).not.to.have.property('causality.vector');
      expect(plain(readLogStamp(TRACE, attributes, START))).to.deep.equal(plain(quiet));
    });

    it('write the vector where a reader would derive another one', () => {
      const text = quiet.vector.toString();
      expect(vectorWritten(quiet, START, { mode: 'standard' })).to.equal(text);
      expect(vectorWritten(quiet, undefined)).to.equal(text);
      // Something was heard: another table.
      expect(vectorWritten(STAMP, START)).to.equal(text);
      // The domain was dropped in between: a message tells of 3 events, the log stands behind the fourth.
      expect(vectorWritten({ ...quiet, vector: own }, START)).to.equal(own.toString());
    });

    it('derive from an incomplete start only what is incomplete itself', () => {
      const incomplete = { ...START, incomplete: true };
      expect(vectorWritten(quiet, incomplete)).to.equal(quiet.vector.toString());
      expect(vectorWritten({ ...quiet, incomplete: true }, incomplete)).to.equal(undefined);
      expect(vectorWritten({ ...quiet, incomplete: true }, START)).to.equal(undefined);
    });

    it('are read from a start of the same node and domain only, that is not later', () => {
      const { attributes } = written(quiet, new Record(), lean, START);
      const others: readonly Partial<CausalStamp>[] = [
        { node: 'other-1' },
        { node: undefined },
        { domain: '0000000000000001' },
        { tick: 5 },
        { tick: undefined },
      ];
      for (const other of others) {
        const stamp = readLogStamp(TRACE, attributes, { ...START, ...other });
        expect([stamp?.vector.toString(), stamp?.incomplete], JSON.stringify(other)).to.deep.equal(['', true]);
      }
      expect(readLogStamp(TRACE, attributes, { ...START, tick: 4 })?.incomplete).to.equal(false);
      expect(readLogStamp(TRACE, attributes, { ...START, incomplete: true })?.incomplete).to.equal(true);
    });

    it('take their own vector before that of their span', () => {
      const told = { ...written(quiet).attributes, 'causality.vector': `a=9,${NODE}=4` };
      expect(readLogStamp(TRACE, told, START)?.vector.toString()).to.equal(`a=9,${NODE}=4`);
    });
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
