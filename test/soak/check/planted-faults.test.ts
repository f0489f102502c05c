/** The checker finds each fault that is planted into a good trace, and says nothing of the good trace itself. */
import { expect } from 'chai';
import type { LedgerEntry } from '../ledger.js';
import type { WireFault } from '../wire-faults.js';
import { checkTraces } from './check-run.js';
import { Findings, type Tally } from './findings.js';
import { incarnationOf, type Plant, plant, SPANS, TRACE, traceOf } from './planted-trace.js';
import { RULE } from './rules.js';

function check(change: (plant: Plant) => void): { readonly rules: readonly string[]; readonly tally: Tally } {
  const planted = plant();
  change(planted);
  const findings = new Findings();
  const tally = checkTraces([traceOf(planted)], findings);
  return { rules: findings.rules, tally };
}

const rulesBrokenBy = (change: (plant: Plant) => void): readonly string[] => check(change).rules;

function drop(ledger: LedgerEntry[], kind: LedgerEntry['kind'], span?: string): void {
  const at = ledger.findIndex(
    (entry) =>
      entry.kind === kind &&
      (span === undefined || 'span' in entry) &&
      (span === undefined || (entry as { span: string }).span === span),
  );
  expect(at).to.be.at.least(0);
  ledger.splice(at, 1);
}

function befallsTheRequest(fault: WireFault): LedgerEntry {
  return { trace: TRACE, kind: 'fault', fault, message: `${TRACE}/anchor.1/1` };
}

/** As of a process that has heard of nobody. */
function forgetCaller({ attributes, here }: Plant): void {
  attributes.serve['causality.vector'] = 'plain-00000002=1';
  // Its answers are nobody's causes.
  attributes.call['causality.end.vector'] = 'anchor-00000001=3';
  attributes.visit['causality.end.vector'] = 'anchor-00000001=4';
  expect(here.ledger).to.have.length(7);
}

describe('soak: planted faults', () => {
  it('says nothing of a good trace, and looks at all of it', () => {
    const { rules, tally } = check(() => {});
    expect(rules).to.deep.equal([]);
    expect(tally).to.include({ traces: 1, spans: 3, stamps: 7, unknown: 0, lostSpans: 0, dropsSeen: 0 });
    expect(tally.before + tally.concurrent).to.equal(21);
    expect(tally.concurrent).to.be.greaterThan(0);
  });

  describe('stamps by themselves', () => {
    it('finds a span without a stamp', () => {
      expect(rulesBrokenBy(({ attributes }) => delete attributes.serve['causality.node'])).to.include(RULE.wellFormed);
    });

    it('finds a span without a stamp of its end', () => {
      expect(rulesBrokenBy(({ attributes }) => delete attributes.call['causality.end.tick'])).to.include(
        RULE.wellFormed,
      );
    });

    it('finds entries out of order', () => {
      const rules = rulesBrokenBy(({ attributes }) => {
        attributes.serve['causality.vector'] = 'plain-00000002=1,anchor-00000001=2';
      });
      expect(rules).to.include(RULE.wellFormed);
    });

    it('finds a vector whose own entry is not the tick', () => {
      const rules = rulesBrokenBy(({ attributes }) => {
        attributes.serve['causality.vector'] = 'anchor-00000001=2,plain-00000002=2';
      });
      expect(rules).to.include(RULE.ownEntry);
    });

    it('finds an end that is not later than its start', () => {
      expect(rulesBrokenBy(({ attributes }) => (attributes.call['causality.end.lamport'] = 2))).to.include(RULE.rising);
    });
  });

  describe('ticks', () => {
    it('finds a tick that comes twice', () => {
      const rules = rulesBrokenBy(({ attributes }) => {
        attributes.call['causality.tick'] = 1;
        attributes.call['causality.vector'] = 'anchor-00000001=1';
      });
      expect(rules).to.include(RULE.ticksOnce);
    });

    it('finds a hole in a process that was not killed', () => {
      const rules = rulesBrokenBy(({ attributes }) => {
        attributes.serve['causality.end.tick'] = 4;
      });
      expect(rules).to.deep.equal([RULE.noHole]);
    });

    it('finds it also where the process was killed: what was exported has no holes', () => {
      const rules = rulesBrokenBy(({ there, attributes }) => {
        there.incarnation = incarnationOf('plain', 'killed');
        attributes.serve['causality.end.tick'] = 4;
      });
      expect(rules).to.deep.equal([RULE.noHole]);
    });

    it('excuses a hole where a process drops traces, if the stamp admits it', () => {
      const jump = ({ there, attributes }: Plant): void => {
        there.incarnation = incarnationOf('small');
        attributes.serve['causality.end.tick'] = 9;
      };
      expect(rulesBrokenBy(jump)).to.deep.equal([RULE.noHole]);
      const { rules, tally } = check((planted) => {
        jump(planted);
        planted.attributes.serve['causality.incomplete'] = true;
      });
      expect(rules).not.to.include(RULE.noHole);
      expect(tally.dropsSeen).to.equal(1);
    });

    it('knows the size of what a span that was never exported took', () => {
      const lost = (ticks: number): readonly string[] =>
        rulesBrokenBy(({ here, attributes, exported }) => {
          here.incarnation = incarnationOf('anchor', 'killed');
          exported.delete('call');
          drop(here.ledger, 'end', SPANS.call);
          attributes.visit['causality.end.tick'] = 2 + ticks;
          attributes.visit['causality.end.vector'] = `anchor-00000001=${2 + ticks},plain-00000002=2`;
        });
      expect(lost(1)).to.deep.equal([]);
      expect(lost(2)).to.include(RULE.noHole);
      expect(lost(0)).to.include(RULE.noHole);
    });

    it('finds two nodes in one process', () => {
      const rules = rulesBrokenBy(({ attributes }) => {
        attributes.call['causality.node'] = 'anchor-00000009';
        attributes.call['causality.vector'] = 'anchor-00000009=2';
        attributes.call['causality.end.vector'] = 'anchor-00000009=3,plain-00000002=2';
      });
      expect(rules).to.include(RULE.oneNode);
    });
  });

  describe('what was exported', () => {
    it('finds a span that ended and was not, in a process that was not killed', () => {
      expect(rulesBrokenBy(({ exported }) => exported.delete('serve'))).to.include(RULE.exported);
    });

    it('excuses one of them where the process was killed, and no second one', () => {
      const killed = (...lost: readonly ('visit' | 'call')[]): readonly string[] =>
        rulesBrokenBy(({ here, exported }) => {
          here.incarnation = incarnationOf('anchor', 'killed');
          for (const key of lost) exported.delete(key);
        });
      expect(killed('visit')).to.deep.equal([]);
      expect(killed('visit', 'call')).to.include(RULE.exported);
    });

    it('finds a span that never ended, but where the process was killed or that was meant', () => {
      const open = (change: (planted: Plant) => void): readonly string[] =>
        rulesBrokenBy((planted) => {
          drop(planted.here.ledger, 'end', SPANS.visit);
          planted.exported.delete('visit');
          change(planted);
        });
      expect(open(() => {})).to.deep.equal([RULE.ended]);
      expect(open(({ here }) => (here.incarnation = incarnationOf('anchor', 'killed')))).to.deep.equal([]);
      const meant: LedgerEntry = { trace: TRACE, kind: 'start', span: SPANS.visit, abandoned: true };
      expect(open(({ here }) => (here.ledger[0] = meant))).to.deep.equal([]);
    });

    it('finds a span that nobody started', () => {
      expect(rulesBrokenBy(({ there }) => drop(there.ledger, 'start'))).to.include(RULE.exported);
    });
  });

  describe('order', () => {
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
      const { rules, tally } = check((planted) => {
        admit(planted);
        planted.there.ledger.unshift(befallsTheRequest('drops baggage'));
      });
      expect(rules).not.to.include(RULE.known).and.not.to.include(RULE.concurrent);
      expect(tally.unknown).to.be.greaterThan(0);
    });

    it('asks for no order along a message that nobody can know of, and for none where a peer was forged', () => {
      const outside = rulesBrokenBy((planted) => {
        forgetCaller(planted);
        planted.there.ledger.unshift(befallsTheRequest('drops both'));
        // The reply, which was heard, still orders.
        drop(planted.here.ledger, 'heard');
      });
      expect(outside).not.to.include(RULE.concurrent);
      const forged = check((planted) => {
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
      expect(rulesBrokenBy(({ here }) => drop(here.ledger, 'send'))).to.deep.equal([RULE.ledger, RULE.answers]);
    });
  });
});
