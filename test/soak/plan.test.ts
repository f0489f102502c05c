import { expect } from 'chai';
import { type Plan, Plans, type Step, type Visit } from './plan.js';
import { WIRE_FAULTS } from './wire-faults.js';

function visits(seed: number, count: number): Visit[] {
  const plans = new Plans(seed);
  return Array.from({ length: count }, () => plans.next());
}

function* allSteps(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    if (step.do === 'span') yield* allSteps(step.steps);
    if (step.do === 'together') for (const branch of step.branches) yield* allSteps(branch);
    if (step.do === 'call') yield* allSteps(step.call.plan.steps);
  }
}

describe('soak: plans', () => {
  it('repeat with their seed, and with no other', () => {
    expect(visits(7, 50)).to.deep.equal(visits(7, 50));
    expect(visits(7, 50)).not.to.deep.equal(visits(8, 50));
  });

  it('are bounded, however they branch', () => {
    for (const { plan } of visits(1, 2_000)) {
      const steps = [...allSteps(plan.steps)];
      expect(steps.length).to.be.at.most(30);
      expect(steps.filter((step) => step.do === 'call').length).to.be.at.most(10);
      expect(steps.filter((step) => step.do === 'span' || step.do === 'leave open').length).to.be.at.most(8);
    }
  });

  it('come to everything that can go wrong, and to chains as deep as seven', () => {
    const all = visits(2, 4_000);
    const steps = all.flatMap(({ plan }) => [...allSteps(plan.steps)]);
    const calls = steps.flatMap((step) => (step.do === 'call' ? [step.call] : []));
    expect(new Set(calls.map(({ fault }) => fault))).to.include.all.keys(...WIRE_FAULTS);
    for (const key of ['replyFault', 'abortMillis', 'againMillis', 'lost'] as const) {
      expect(
        calls.some((call) => call[key] !== undefined),
        key,
      ).to.equal(true);
    }
    expect(new Set(calls.map(({ plan }) => plan.reply))).to.have.keys('whole', 'parts', 'error', 'none');
    expect(calls.some(({ plan }) => !plan.sampled)).to.equal(true);
    expect(all.some(({ forged }) => forged) && all.some(({ also }) => also !== undefined)).to.equal(true);
    expect(steps.some((step) => step.do === 'leave open' && step.millis === 'never')).to.equal(true);
    const depth = ({ steps }: Plan): number =>
      1 + Math.max(0, ...[...allSteps(steps)].map((step) => (step.do === 'call' ? depth(step.call.plan) : 0)));
    expect(Math.max(...all.slice(0, 500).map(({ plan }) => depth(plan)))).to.be.at.least(5);
  });

  it('leave many visits in peace, so that it shows what can be known', () => {
    const calm = visits(3, 1_000).filter(({ plan, fault, forged }) => {
      const spoilt = [...allSteps(plan.steps)].some((step) => step.do === 'call' && step.call.to === 'small');
      return fault === undefined && !forged && !spoilt;
    });
    expect(calm.length).to.be.within(300, 700);
  });
});
