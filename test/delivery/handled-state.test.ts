/** States from storages and peers that are not what they should be: refused whole, naming the place. */
import { expect } from 'chai';
import { MAX_KEY_VERSIONS } from '../../src/clocks/limits.js';
import { CausalDeduplicator, VectorTimestamp } from '../../src/delivery/index.js';
import { expectInvalid } from '../support/invalid-value.js';

const FORMAT = 'otel-causality/handled/1';
const good = { format: FORMAT, nodes: [], keys: [], nodesForgotten: false, keysForgotten: false };
const node = (...entry: unknown[]): unknown => ({ ...good, nodes: [entry] });
const key = (...entry: unknown[]): unknown => ({ ...good, keys: [entry] });
const A1 = [['a', 1]];

describe('a stored state of a deduplicator', () => {
  it('is taken when it is one', () => {
    const state = {
      ...good,
      nodes: [
        ['a', 0, [1, 5, 7, 7]],
        ['__proto__', 9, []],
      ],
      keys: [['k', [A1, [['b', 2]]], [['c', 3]], true]],
      keysForgotten: true,
    };
    const read = CausalDeduplicator.fromJSON(state);
    expect(read.toJSON()).to.deep.equal(state);
    expect(read.check({ node: 'a', tick: 6 }).verdict).to.equal('fresh');
    expect(read.check({ node: '__proto__', tick: 9 }).verdict).to.equal('unknown');
    expect(read.check({ node: '__proto__', tick: 10 }).verdict).to.equal('fresh');
    expect(read.check({ key: 'k', vector: VectorTimestamp.from([['b', 2]]) }).verdict).to.equal('duplicate');
  });

  const bad: Readonly<Record<string, readonly [field: string, state: unknown]>> = {
    'a text': ['state', 'x'],
    null: ['state', null],
    'another format': ['state.format', { ...good, format: 'otel-causality/handled/2' }],
    'no nodes': ['state.nodes', { ...good, nodes: undefined }],
    'nodes that are no list': ['state.nodes', { ...good, nodes: {} }],
    'a node that is no list': ['state.nodes[0]', { ...good, nodes: ['a'] }],
    'an empty node': ['state.nodes[0].node', node('', 0, [])],
    'a node twice': [
      'state.nodes[1].node',
      {
        ...good,
        nodes: [
          ['a', 0, []],
          ['a', 0, []],
        ],
      },
    ],
    'a negative tick forgotten': ['state.nodes[0].forgotten', node('a', -1, [])],
    'a forgotten tick that is no number': ['state.nodes[0].forgotten', node('a', '0', [])],
    'a forgotten tick beyond 2^48': ['state.nodes[0].forgotten', node('a', 2 ** 48 + 1, [])],
    'runs that are no list': ['state.nodes[0].runs', node('a', 0, '1,2')],
    'half a run': ['state.nodes[0].runs', node('a', 0, [1])],
    'a run that ends before it begins': ['state.nodes[0].runs', node('a', 0, [2, 1])],
    'a run from 0': ['state.nodes[0].runs', node('a', 0, [0, 1])],
    'runs that touch': ['state.nodes[0].runs', node('a', 0, [1, 2, 3, 4])],
    'runs that overlap': ['state.nodes[0].runs', node('a', 0, [1, 4, 3, 6])],
    'runs out of order': ['state.nodes[0].runs', node('a', 0, [5, 6, 1, 2])],
    'a run beyond 2^48': ['state.nodes[0].runs', node('a', 0, [1, 2 ** 48 + 1])],
    'keys that are no list': ['state.keys', { ...good, keys: null }],
    'a key that is no list': ['state.keys[0]', { ...good, keys: [{}] }],
    'an empty key': ['state.keys[0].key', key('', [], [], false)],
    'a key twice': [
      'state.keys[1].key',
      {
        ...good,
        keys: [
          ['k', [], [], false],
          ['k', [], [], false],
        ],
      },
    ],
    'versions that are no list': ['state.keys[0].latest', key('k', 'a=1', [], false)],
    'a version that is no vector': ['state.keys[0].latest', key('k', [{ a: 1 }], [], false)],
    'a version with a bad counter': ['state.keys[0].latest', key('k', [[['a', 0]]], [], false)],
    'too many versions': [
      'state.keys[0].latest',
      key(
        'k',
        Array.from({ length: MAX_KEY_VERSIONS + 1 }, (_, i) => [[`n${i}`, 1]]),
        [],
        false,
      ),
    ],
    'forgotten versions that are no vector': ['state.keys[0].forgotten', key('k', [A1], 'a=1', false)],
    'a past that is no flag': ['state.keys[0].past', key('k', [A1], [], 1)],
    'a flag that is none': ['state.nodesForgotten', { ...good, nodesForgotten: 0 }],
    'another flag that is none': ['state.keysForgotten', { ...good, keysForgotten: undefined }],
  };
  for (const [what, [field, state]] of Object.entries(bad)) {
    it(`is refused when it is ${what}, and nothing of it is taken`, () => {
      expectInvalid(() => CausalDeduplicator.fromJSON(state), field);
      const seen = new CausalDeduplicator();
      seen.handled({ node: 'z', tick: 1 });
      const before = JSON.stringify(seen);
      expectInvalid(() => seen.merge(state as never), field);
      expect(JSON.stringify(seen)).to.equal(before);
    });
  }

  it('may hold as many versions of a key as are remembered', () => {
    const most = Array.from({ length: MAX_KEY_VERSIONS }, (_, i) => [[`n${i}`, 1]]);
    expect(CausalDeduplicator.fromJSON(key('k', most, [], false)).toJSON().keys[0]?.[1]).to.deep.equal(most);
  });
});
