/**
 * States of the delivery room that somebody else wrote, far wider than any limit: taking one in costs no more than
 * reading it, and leaves what the limits allow.
 */
import { expect } from 'chai';
import { HIGHEST_WAITING_MESSAGES, MAX_COUNTER } from '../../src/clocks/limits.js';
import {
  CausalDeduplicator,
  CausalDeliveryBuffer,
  CausalRegister,
  type HandledState,
  VectorTimestamp,
} from '../../src/delivery/index.js';
import { expectInvalid } from '../support/invalid-value.js';
import { processorMillis } from '../support/processor-time.js';

const MANY = 200_000;
/** Times the work of parsing a state that taking it in may cost: it is two or three, and was thousands. */
const MOST = 40;

const empty = { format: 'otel-causality/handled/1', nodes: [], keys: [], nodesForgotten: false, keysForgotten: false };

/** How much more an action costs than parsing this text, at the least of a few tries. */
function timesParsing(text: string, action: (state: unknown) => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 2 && least > MOST; i++) {
    const begin = processorMillis();
    const state: unknown = JSON.parse(text);
    const parsed = processorMillis();
    action(state);
    least = Math.min(least, (processorMillis() - parsed) / (parsed - begin));
  }
  return least;
}

describe('attack: saved states that are far too wide', () => {
  it('with runs without end of one node: the highest are kept', () => {
    const runs = Array.from({ length: MANY }, (_, i) => [2 * i + 2, 2 * i + 2]).flat();
    const text = JSON.stringify({ ...empty, nodes: [['evil', 0, runs]] });
    const times = timesParsing(text, (state) => {
      const seen = new CausalDeduplicator({ maxRunsPerNode: 10 });
      seen.merge(state as HandledState);
      expect(seen.toJSON().nodes[0]?.[2].length).to.equal(20);
      expect(seen.counters.forgotten.runs).to.equal(MANY - 10);
      expect(seen.check({ node: 'evil', tick: 2 * MANY }).verdict).to.equal('duplicate');
      expect(seen.check({ node: 'evil', tick: 2 }).verdict).to.equal('unknown');
    });
    expect(times).to.be.below(MOST);
  });

  it('with nodes and keys without end: as many as the options allow, and none of the others is fresh', () => {
    const nodes = Array.from({ length: MANY / 2 }, (_, i) => [`n${i}`, 0, [1, 1]]);
    const keys = Array.from({ length: MANY / 20 }, (_, i) => [`k${i}`, [[['a', i + 1]]], [], false]);
    const text = JSON.stringify({ ...empty, nodes, keys });
    const merged = (maxNodes: number): { readonly seen: CausalDeduplicator; readonly took: number } => {
      const seen = new CausalDeduplicator({ whenFull: 'at-least-once', maxNodes, maxKeys: maxNodes });
      const state = JSON.parse(text) as HandledState;
      const begin = processorMillis();
      seen.merge(state);
      return { seen, took: processorMillis() - begin };
    };
    const all = merged(MANY);
    expect(all.seen.toJSON().nodes).to.have.length(MANY / 2);
    const few = merged(10);
    // Letting go of nearly all of them costs no more than holding them.
    expect(few.took / all.took).to.be.below(4);
    const held = few.seen.toJSON();
    expect([held.nodes.length, held.keys.length]).to.deep.equal([10, 10]);
    expect(few.seen.check({ node: 'n0', tick: 1 }).verdict).to.equal('unknown');
    expect(few.seen.check({ node: `n${MANY / 2 - 1}`, tick: 1 }).verdict).to.equal('duplicate');
    for (const whenFull of ['at-most-once', 'refuse'] as const) {
      const seen = new CausalDeduplicator({ whenFull, maxNodes: 10 });
      expectInvalid(() => seen.merge(JSON.parse(text) as HandledState), 'state.nodes');
      expect(seen.toJSON().nodes).to.deep.equal([]);
    }
  });

  it('with messages without end that wait: refused as a whole', () => {
    const waiting = Array.from({ length: MANY }, (_, i) => ({ sender: 'a', vector: { a: i + 2 } }));
    const snapshot = { format: 'otel-causality/delivery/1', seen: [], waiting, turnedAway: [] };
    expectInvalid(() => CausalDeliveryBuffer.restore(snapshot, { maxWaiting: 10 }), 'snapshot.waiting[10]');
  });

  it('with siblings without end: refused, and the register is what it was', () => {
    const siblings = Array.from({ length: MANY }, (_, i) => ['a', i + 1, 'x']);
    const state = { format: 'otel-causality/register/1', context: [['a', MAX_COUNTER]], siblings };
    expectInvalid(() => CausalRegister.fromJSON(state), 'register.siblings');
  });

  it('with a value under a write of ours that is a hundred thousand levels deep: refused with the typed error', () => {
    const ours = CausalRegister.empty<unknown>().write({ a: [1] }, { node: 'me' });
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const state: unknown = JSON.parse(
      `{"format":"otel-causality/register/1","context":[["me",1]],"siblings":[["me",1,${deep}]]}`,
    );
    const theirs = CausalRegister.fromJSON(state);
    expectInvalid(() => ours.merge(theirs), 'write 1 of me');
    expectInvalid(() => theirs.merge(CausalRegister.fromJSON(JSON.parse(JSON.stringify(ours)))), 'write 1 of me');
    expect(ours.read().values).to.deep.equal([{ a: [1] }]);
  });

  it('and messages that all wait for one: giving up their sender costs no more than where each waits for another', () => {
    const many = 30_000;
    const giveUp = (cause: (i: number) => [string, number]): number => {
      const buffer = new CausalDeliveryBuffer({ maxWaiting: HIGHEST_WAITING_MESSAGES });
      for (let i = 0; i < many; i++) {
        buffer.receive({ sender: 'evil', vector: VectorTimestamp.from([cause(i), ['evil', i + 2]]) });
      }
      expect(buffer.size).to.equal(many);
      const begin = processorMillis();
      expect(buffer.dropFrom('evil')).to.have.length(many);
      const took = processorMillis() - begin;
      expect(buffer.size).to.equal(0);
      return took;
    };
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3 && least > 10; i++) {
      const apart = giveUp((at) => ['a', at + 1]);
      least = Math.min(least, giveUp(() => ['a', 1]) / apart);
    }
    expect(least).to.be.below(10);
  });
});
