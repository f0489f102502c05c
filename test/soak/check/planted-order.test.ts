/** The checker finds false orders that are planted into a good trace, and accepts what is outside the promise. */
import { expect } from 'chai';
import type { LedgerEntry } from '../ledger.js';
import type { WireFault } from '../wire-faults.js';
import { checkWith, rulesBrokenBy, unnote } from './planted-check.js';
import { incarnationOf, type Plant, SPANS, TRACE } from './planted-trace.js';
import { RULE } from './rules.js';

function befallsTheRequest(fault: WireFault): LedgerEntry {
  return { trace: TRACE, kind: 'fault', fault, message: `${TRACE}/anchor.1/1` };
}

/** As of a process that has heard of nobody. */
function forgetCaller({ attributes }: Plant): void {
  attributes.serve['causality.vector'] = 'plain-00000002=1';
  // Its answers are nobody's causes.
  attributes.call['causality.end.vector'] = 'anchor-00000001=3';
  attributes.visit['causality.end.vector'] = 'anchor-00000001=4';
}

describe('soak: planted faults of order', () => {
  it('finds a false before', () => {
    const rules = rulesBrokenBy(({ attributes }) => {
      // The reply left before the end, which nobody can have heard of.
      attributes.call['causality.end.vector'] = 'anchor-00000001=3,plain-00000002=3';
      attributes.visit['causality.end.vector'] = 'anchor-00000001=4,plain-00000002=3';
    });
    expect(rules).to.include(RULE.before);
  });

  it('finds a false concurrent', () => {
    expect(rulesBrokenBy(forgetCaller)).to.include(RULE.concurrent);
  });

  it('accepts unknown instead, but not where nothing went wrong', () => {
    const admit = (planted: Plant): void => {
      forgetCaller(planted);
      for (const attributes of Object.values(planted.attributes)) attributes['causality.incomplete'] = true;
    };
    expect(rulesBrokenBy(admit)).to.include(RULE.known);
    const { rules, tally } = checkWith((planted) => {
      admit(planted);
      planted.there.ledger.unshift(befallsTheRequest('drops baggage'));
    });
    expect(rules).not.to.include(RULE.known).and.not.to.include(RULE.concurrent);
    expect(tally.unknown).to.be.greaterThan(0);
  });

  it('takes no trace for calm that heard another one, nor one in which a small store took part', () => {
    const unknownWhere = (change: (planted: Plant) => void): readonly string[] =>
      rulesBrokenBy((planted) => {
        for (const attributes of Object.values(planted.attributes)) attributes['causality.incomplete'] = true;
        change(planted);
      });
    expect(unknownWhere(() => {})).to.include(RULE.known);
    const heard: LedgerEntry = {
      trace: TRACE,
      kind: 'start',
      span: SPANS.visit,
      heard: `${'0'.repeat(32)}/plain.1/1`,
    };
    expect(unknownWhere(({ here }) => (here.ledger[0] = heard))).not.to.include(RULE.known);
    expect(unknownWhere(({ there }) => (there.incarnation = incarnationOf('small')))).not.to.include(RULE.known);
  });

  it('asks for no order along a message that nobody can know of, and for none where a peer was forged', () => {
    const outside = rulesBrokenBy((planted) => {
      forgetCaller(planted);
      planted.there.ledger.unshift(befallsTheRequest('drops both'));
      // The reply, which was heard, still orders.
      unnote(planted.here.ledger, 'heard');
    });
    expect(outside).not.to.include(RULE.concurrent);
    const forged = checkWith((planted) => {
      forgetCaller(planted);
      planted.there.ledger.unshift(befallsTheRequest('forges its peers'));
    });
    expect(forged.rules).not.to.include(RULE.concurrent);
    expect(forged.tally.forgedTraces).to.equal(1);
  });

  it('finds a Lamport time that is not above its causes', () => {
    const rules = rulesBrokenBy(({ attributes }) => {
      attributes.serve['causality.lamport'] = 1;
    });
    expect(rules).to.include(RULE.lamport);
  });

  it('excuses it where the cause was forged to the limit, and the effect admits it', () => {
    const rules = (admits: boolean): readonly string[] =>
      rulesBrokenBy(({ attributes }) => {
        attributes.visit['causality.lamport'] = 2 ** 48;
        for (const one of Object.values(attributes)) if (admits) one['causality.incomplete'] = true;
      });
    expect(rules(false)).to.include(RULE.lamport).and.to.include(RULE.rising);
    expect(rules(true)).not.to.include(RULE.lamport).and.not.to.include(RULE.rising);
  });

  it('finds a hybrid time that is not above its causes, unless it is marked', () => {
    const rules = (marked: boolean): readonly string[] =>
      rulesBrokenBy(({ attributes }) => {
        attributes.call['causality.hlc'] = '2026-11-21T10:00:02.0000000000Z';
        attributes.serve['causality.hlc'] = '2026-11-21T10:00:01.0000000000Z';
        if (marked) attributes.serve['causality.hlc_unordered'] = true;
      });
    expect(rules(false)).to.include(RULE.hybrid);
    expect(rules(true)).to.deep.equal([]);
  });

  it('finds that everything is unknown', () => {
    const rules = rulesBrokenBy(({ attributes }) => {
      for (const one of Object.values(attributes)) one['causality.incomplete'] = true;
    });
    expect(rules).to.include(RULE.answers);
  });

  it('finds a ledger that cannot be', () => {
    expect(rulesBrokenBy(({ here }) => unnote(here.ledger, 'send'))).to.deep.equal([RULE.ledger, RULE.answers]);
  });
});
