import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import { StampFormatError } from '../../src/codec/stamp-format-error.js';
import { readStamp } from '../../src/codec/wire-text.js';
import { befall, stampIn, WIRE_FAULTS, type WireFault } from './wire-faults.js';

const STAMP = '1!7b1d62f2c9e04a15!17!6a1f0c3b2e4d5f60!0!gateway-x7k2p1ab*4~orders-m3n4b5cd*2';
const LOCAL = { node: 'orders-m3n4b5cd', stale: STAMP.replace('7b1d', '0000') };

function message(): IncomingHttpHeaders {
  return {
    traceparent: '00-00000000000000007b1d62f2c9e04a15-00f067aa0ba902b7-01',
    tracestate: 'causality=00f067aa0ba902b7',
    baggage: `causality=${STAMP}`,
  };
}

function after(fault: WireFault): IncomingHttpHeaders {
  const headers = message();
  befall(headers, fault, LOCAL);
  return headers;
}

/** The stamp as it would be read, or the reason why it is none. */
function read(fault: WireFault): unknown {
  const stamp = readStamp(stampIn(after(fault)) ?? '');
  return stamp instanceof StampFormatError ? stamp.reason : stamp.vector.toString();
}

describe('soak: faults of the wire', () => {
  for (const fault of WIRE_FAULTS) {
    it(`${fault}: the message is not what it was`, () => {
      expect(after(fault)).not.to.deep.equal(message());
    });
  }

  it('leave stamps that are refused each for its own reason', () => {
    expect(read('garbles the stamp')).to.equal('malformed');
    expect(read('loses the vector')).to.equal('node');
    expect(read('a version to come')).to.equal('version');
    expect(read('an oversize stamp')).to.equal('oversized');
    expect(read('too many entries')).to.equal('entries');
  });

  it('forge stamps that are well-formed', () => {
    expect(read('forges an entry for the receiver')).to.equal(`gateway-x7k2p1ab=4,orders-m3n4b5cd=${2 ** 48 - 1}`);
    expect(read('forges a stranger')).to.contain(`ghost-00000000=${2 ** 48}`);
    expect(read('forges its peers')).to.equal('gateway-x7k2p1ab=1004,orders-m3n4b5cd=1002');
    expect(read('forges Lamport time')).to.contain('gateway-x7k2p1ab=4');
    expect(read('forges hybrid time')).to.contain('gateway-x7k2p1ab=4');
  });
});
