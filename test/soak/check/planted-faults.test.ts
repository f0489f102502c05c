/** The checker finds each fault that is planted into a good trace, and says nothing of the good trace itself. */
import { expect } from 'chai';
import type { LedgerEntry } from '../ledger.js';
import { checkWith, rulesBrokenBy, unnote } from './planted-check.js';
import { incarnationOf, type Plant, SPANS, TRACE } from './planted-trace.js';
import { RULE } from './rules.js';

describe('soak: planted faults', () => {
  it('says nothing of a good trace, and looks at all of it', () => {
    const { rules, tally } = checkWith(() => {});
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
      const { rules, tally } = checkWith((planted) => {
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
          unnote(here.ledger, 'end', SPANS.call);
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
          unnote(planted.here.ledger, 'end', SPANS.visit);
          planted.exported.delete('visit');
          change(planted);
        });
      expect(open(() => {})).to.deep.equal([RULE.ended]);
      expect(open(({ here }) => (here.incarnation = incarnationOf('anchor', 'killed')))).to.deep.equal([]);
      const meant: LedgerEntry = { trace: TRACE, kind: 'start', span: SPANS.visit, abandoned: true };
      expect(open(({ here }) => (here.ledger[0] = meant))).to.deep.equal([]);
    });

    it('finds a span that nobody started', () => {
      expect(rulesBrokenBy(({ there }) => unnote(there.ledger, 'start'))).to.include(RULE.exported);
    });
  });
});
