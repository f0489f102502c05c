import { expect } from 'chai';
import { parseStamp } from '../../src/codec/wire-text.js';
import { settle } from '../../src/otel/clock-options.js';
import { Counters } from '../../src/otel/counters.js';
import { Domains } from '../../src/otel/domains.js';
import { Arrival } from '../../src/otel/records.js';

const TRACE_ID = '4bf92f3577b34da67b1d62f2c9e04a15';
const DOMAIN = '7b1d62f2c9e04a15';
const SPAN_ID = '00f067aa0ba902b7';

const domainsOf = (): Domains => new Domains(settle({}, {}), new Counters());

describe('a message that another clock of the process has read', () => {
  it('makes both incomplete where it tells of the trace in which it takes effect, and else neither', () => {
    const elsewhere = '00000000000000aa';
    for (const [of, stampOf, admitted] of [
      [DOMAIN, DOMAIN, true],
      [DOMAIN, elsewhere, true],
      [elsewhere, DOMAIN, true],
      [elsewhere, elsewhere, false],
      [elsewhere, undefined, false],
    ] as const) {
      for (const isOurs of [false, true]) {
        const [reader, worker] = [domainsOf(), domainsOf()];
        const present = reader.obtain(`${'0'.repeat(16)}${of}`, 0);
        const domain = worker.obtain(TRACE_ID, 0);
        const stamp = stampOf === undefined ? undefined : parseStamp(`1!${stampOf}!5!!0!a*1`);
        const arrival = new Arrival({ domains: isOurs ? worker : reader }, of, stamp, undefined, SPAN_ID);
        worker.shareReader(domain, arrival);
        const reason = admitted && !isOurs ? 'foreign-clock' : undefined;
        expect(arrival.hidden).to.equal(reason);
        for (const { counters } of [reader, worker]) {
          expect(counters.snapshot(1).incomplete).to.deep.equal(reason === undefined ? {} : { [reason]: 1 });
        }
        expect([present.incomplete, domain.incomplete]).to.deep.equal([reason !== undefined, reason !== undefined]);
      }
    }
  });
});
