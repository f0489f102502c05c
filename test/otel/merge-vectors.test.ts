import { expect } from 'chai';
import { givenStamp } from '../../src/clocks/causal-stamp.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { parseStamp } from '../../src/codec/wire-text.js';
import { settle } from '../../src/otel/clock-options.js';
import { Counters } from '../../src/otel/counters.js';
import { Domain } from '../../src/otel/domain.js';
import { Domains } from '../../src/otel/domains.js';
import { type ComparisonVector, type EventVector, type MergeVector, readVectors } from '../support/vectors.js';
import { TraceKey } from '../../src/otel/trace-key.js';

const DOMAIN = '7b1d62f2c9e04a15';

/** Plays one sequence; gives the last event and what a message sent afterwards carries. */
function play({ node, limits, steps }: MergeVector): {
  readonly event: CausalStamp | undefined;
  readonly sends: string;
} {
  const settings = settle({ maxDriftMs: 500, attributes: 'standard', ...limits }, {});
  const counters = new Counters();
  const { maxEntries, maxDriftMs } = settings;
  const domain = new Domain(
    new TraceKey(DOMAIN),
    { maxEntries, maxDriftMs, counters, node: node?.id, current: (one) => one },
    node?.lastTick ?? 0,
  );
  let event: CausalStamp | undefined;
  let now = 0;
  for (const step of steps) {
    now = Ntp64.parseRfc3339(step.at).toMillis();
    if (step.do === 'event') event = givenStamp(domain.tick(node?.id as string, now));
    else if (step.do === 'times') domain.hearTimes(parseStamp(step.text as string), now, false);
    else domain.hear(parseStamp(step.text as string), now, step.do === 'request');
  }
  return { event, sends: new Domains(settings, counters).write(domain) };
}

function eventOf({ domain, node, tick, vector, incomplete }: EventVector): CausalStamp {
  const entries = vector.split(',').map((entry) => {
    const [name, counter] = entry.split('=') as [string, string];
    return [name, Number(counter)] as const;
  });
  return {
    domain,
    node,
    tick,
    lamport: 1,
    vector: VectorTimestamp.from(entries),
    hlc: undefined,
    incomplete,
    hlcUnordered: true,
  };
}

describe('test vectors of what a domain does', () => {
  describe('merging', () => {
    for (const vector of readVectors<{ readonly cases: readonly MergeVector[] }>('merges').cases) {
      it(vector.name, () => {
        const { event, sends } = play(vector);
        expect(sends).to.equal(vector.sends);
        if (vector.event === undefined) return;
        expect({
          tick: event?.tick,
          lamport: event?.lamport,
          hlc: { hex: event?.hlc?.toHex(), rfc3339: event?.hlc?.toRfc3339() },
          vector: event?.vector.toString(),
          incomplete: event?.incomplete,
          hlcUnordered: event?.hlcUnordered,
        }).to.deep.equal(vector.event);
      });
    }
  });

  describe('comparing', () => {
    const { comparisons } = readVectors<{ readonly comparisons: readonly ComparisonVector[] }>('comparisons');
    const mirrored: Readonly<Record<string, string>> = { before: 'after', after: 'before' };
    for (const { name, a, b, relation } of comparisons) {
      it(`${name}: ${relation}`, () => {
        expect(compareStamps(eventOf(a), eventOf(b))).to.equal(relation);
        expect(compareStamps(eventOf(b), eventOf(a))).to.equal(mirrored[relation] ?? relation);
      });
    }
  });
});
