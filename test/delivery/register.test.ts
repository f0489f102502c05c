/** Against histories that remember everything; then the laws of merging, the limits and bad input. */
import { inspect } from 'node:util';
import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  HIGHEST_SIBLINGS,
  MAX_COUNTER,
  MAX_FOREIGN_VECTOR_ENTRIES,
  MAX_MERGED_SIBLINGS,
} from '../../src/clocks/limits.js';
import { CausalRegister, SiblingLimitError, VectorTimestamp } from '../../src/delivery/index.js';
import { sameValue } from '../../src/delivery/siblings.js';
import { expectInvalid } from '../support/invalid-value.js';
import { describeMergeLaws } from '../support/merge-laws.js';
import { registerSteps, RegisterWorld } from '../support/naive-register.js';

type Register = CausalRegister<number>;

const empty = CausalRegister.empty<string>();
const vector = (entries: Readonly<Record<string, number>>): VectorTimestamp =>
  VectorTimestamp.from(Object.entries(entries));
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe('CausalRegister', () => {
  it('shows exactly the values that nobody who is known has seen', () => {
    fc.assert(
      fc.property(registerSteps, fc.nat(), (steps, asked) => {
        const world = new RegisterWorld();
        for (const step of steps) {
          world.run(step);
          for (const replica of world.replicas) {
            const standing = world.standing(replica);
            expect(sorted(replica.real.read().values)).to.deep.equal(standing);
            const { context, seen } = world.reading(asked);
            const unseen = standing.filter((write) => !seen.has(write));
            expect(sorted(replica.real.unseen(context).map(({ value }) => value))).to.deep.equal(unseen);
            expect(replica.real.wouldConflict(context)).to.equal(unseen.length > 0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  const replicas = registerSteps.map((steps) => {
    const world = new RegisterWorld();
    for (const step of steps) world.run(step);
    const [a, b, c] = world.replicas.map(({ real }) => real) as [Register, Register, Register];
    return [a, b, c] as const;
  });
  describeMergeLaws('CausalRegister', {
    states: replicas,
    merge: (a, b) => a.merge(b),
    view: (register) => register.toJSON(),
  });

  it('keeps concurrent writes, and lets one who has seen them replace them', () => {
    const first = empty.write('milk', { node: 'a' });
    const { context } = first.read();
    const left = first.write('milk, eggs', { node: 'a', context });
    const right = first.write('milk, rum', { node: 'b', context });
    const both = left.merge(right);
    expect(both.read().values).to.deep.equal(['milk, eggs', 'milk, rum']);
    expect(both.wouldConflict(context)).to.equal(true);
    expect(both.wouldConflict(both.context)).to.equal(false);
    expect(first.wouldConflict(context)).to.equal(false);
    const settled = both.write('milk, eggs, rum', { node: 'b', context: both.context });
    expect(settled.read().values).to.deep.equal(['milk, eggs, rum']);
    expect(left.merge(settled).read().values).to.deep.equal(['milk, eggs, rum']);
    expect(settled.context.toString()).to.equal('a=2,b=2');
    expect(first.read().values).to.deep.equal(['milk']);
  });

  it('deletes what was seen, keeps what was not, and does not bring back what was deleted', () => {
    const first = empty.write('x', { node: 'a' });
    const concurrent = first.write('y', { node: 'b', context: first.context });
    const deleted = first.delete(first.context);
    expect(deleted.read().values).to.deep.equal([]);
    expect(deleted.isDeleted).to.equal(true);
    expect(empty.isDeleted).to.equal(false);
    expect(first.isDeleted).to.equal(false);
    expect(deleted.merge(first).isDeleted).to.equal(true);
    expect(deleted.merge(concurrent).read().values).to.deep.equal(['y']);
    expect(concurrent.delete(first.context).read().values).to.deep.equal(['y']);
    expect(deleted.write('z', { node: 'a', context: deleted.context }).read().values).to.deep.equal(['z']);
  });

  it('takes ticks that the writer counts elsewhere, higher than all before', () => {
    const register = empty.write('x', { node: 'a', tick: 17 });
    expect(register.context.toString()).to.equal('a=17');
    expect(register.write('y', { node: 'a' }).context.toString()).to.equal('a=18');
    for (const tick of [17, 1, 0, 18.5, Number.NaN, MAX_COUNTER + 1]) {
      expectInvalid(() => register.write('y', { node: 'a', tick }), 'tick');
    }
    expect(expectInvalid(() => register.write('y', { node: 'a', tick: 17 }), 'tick').expected).to.equal(
      'an integer from 18 to 2^48',
    );
    const highest = register.write('y', { node: 'a', tick: MAX_COUNTER });
    expect(expectInvalid(() => highest.write('z', { node: 'a' }), 'tick').value).to.equal(MAX_COUNTER + 1);
    expect(highest.write('z', { node: 'b' }).read().values.length).to.equal(3);
  });

  it('refuses a write that would leave more values than allowed, and takes one that settles them', () => {
    let register = empty;
    for (let i = 0; i < 16; i++) register = register.write(`v${i}`, { node: `n${i}` });
    const error = expectInvalid(() => register.write('one more', { node: 'm' }), 'siblings');
    expect(error).to.be.instanceOf(SiblingLimitError);
    expect(error.name).to.equal('SiblingLimitError');
    expect(error.message).to.include('got 17');
    expect(register.write('seen one', { node: 'm', context: vector({ n3: 1 }) }).siblings.length).to.equal(16);
    expect(register.write('all', { node: 'm', context: register.context }).read().values).to.deep.equal(['all']);
    expect(register.write('one more', { node: 'm', maxSiblings: 17 }).siblings.length).to.equal(17);
    const lone = { node: 'a', maxSiblings: 1 };
    const single = empty.write('x', lone);
    expectInvalid(() => single.write('y', lone), 'siblings');
    for (const maxSiblings of [0, 1.5, HIGHEST_SIBLINGS + 1]) {
      expectInvalid(() => empty.write('x', { node: 'a', maxSiblings }), 'maxSiblings');
    }
  });

  it('merges more values than a write may leave, up to a limit', () => {
    const many = (name: string, count: number): CausalRegister<string> =>
      CausalRegister.fromJSON({
        format: 'otel-causality/register/1',
        context: [[name, count]],
        siblings: Array.from({ length: count }, (_, i) => [name, i + 1, 'v']),
      });
    const half = MAX_MERGED_SIBLINGS / 2;
    const full = many('a', half).merge(many('b', half));
    expect(full.siblings.length).to.equal(MAX_MERGED_SIBLINGS);
    const error = expectInvalid(() => full.merge(many('c', 1)), 'siblings');
    expect(error).to.be.instanceOf(SiblingLimitError);
    expect(full.merge(full).siblings.length).to.equal(MAX_MERGED_SIBLINGS);
    expectInvalid(() => many('a', MAX_MERGED_SIBLINGS + 1), 'register.siblings');
    expect(many('a', MAX_MERGED_SIBLINGS).siblings.length).to.equal(MAX_MERGED_SIBLINGS);
  });

  it('knows as many writers as a vector may name', () => {
    const context = VectorTimestamp.from(
      Array.from({ length: MAX_FOREIGN_VECTOR_ENTRIES }, (_, i) => [`n${i}`, 1] as const),
    );
    const full = empty.delete(context);
    expectInvalid(() => full.write('x', { node: 'one more' }), 'context');
    expectInvalid(() => full.merge(empty.write('x', { node: 'one more' })), 'context');
    expectInvalid(() => full.delete(vector({ other: 1 })), 'context');
    expect(full.write('x', { node: 'n0' }).context.get('n0')).to.equal(2);
  });

  it('refuses a writer that has lost its own writes', () => {
    const context = vector({ a: 3 });
    expectInvalid(() => empty.write('x', { node: 'a', context }), 'context[a]');
    expect(empty.write('x', { node: 'b', context }).context.toString()).to.equal('a=3,b=1');
  });

  it('refuses bad nodes and contexts', () => {
    for (const node of ['', 'x'.repeat(257), 7 as never, undefined as never]) {
      expectInvalid(() => empty.write('x', { node }), 'node');
    }
    expect(empty.write('x', { node: 'x'.repeat(256) }).siblings.length).to.equal(1);
    for (const context of ['a=1', { a: 1 }, 7, [['a', 0]]] as unknown as VectorTimestamp[]) {
      expectInvalid(() => empty.write('x', { node: 'a', context }), 'context');
      expectInvalid(() => empty.delete(context), 'context');
      expectInvalid(() => empty.wouldConflict(context), 'context');
    }
  });

  it('refuses to merge two values of one write, and takes the same value written in another order', () => {
    const a = CausalRegister.empty<unknown>().write({ x: 1, y: [1, 2] }, { node: 'a' });
    const same = CausalRegister.empty<unknown>().write({ y: [1, 2], x: 1 }, { node: 'a' });
    const other = CausalRegister.empty<unknown>().write({ x: 1, y: [2, 1] }, { node: 'a' });
    expect(a.merge(same).read().values.length).to.equal(1);
    expectInvalid(() => a.merge(other), 'write 1 of a');
    expectInvalid(() => other.merge(a), 'write 1 of a');
  });

  it('tells values apart as JSON does', () => {
    for (const [a, b] of [
      [1, 1],
      [Number.NaN, Number.NaN],
      [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }],
      [null, null],
      [{ a: null }, { a: null }],
      [[], []],
    ]) {
      expect(sameValue(a, b)).to.equal(true);
    }
    for (const names of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
      const value = Object.fromEntries([...names].map((name) => [name, name.codePointAt(0)]));
      expect(sameValue(value, { a: 97, b: 98, c: 99 }), names).to.equal(true);
    }
    for (const [a, b] of [
      [1, 2],
      [1, '1'],
      [null, {}],
      [[], {}],
      [
        [1, 2],
        [2, 1],
      ],
      [{ a: 1 }, { a: 1, b: 1 }],
      [{ a: [['b', 1]] }, { a: { b: 1 } }],
      ['a', { a: 1 }],
      [Number.NaN, null],
      [null, Number.NaN],
      [undefined, () => 1],
      [new Date(0), '1970-01-01T00:00:00.000Z'],
      [{ of: 1n }, { of: 1n }],
    ]) {
      expect(sameValue(a, b), inspect([a, b])).to.equal(false);
    }
  });

  describe('as JSON', () => {
    const good = () => ({
      format: 'otel-causality/register/1',
      context: [
        ['a', 1],
        ['b', 1],
      ],
      siblings: [
        ['a', 1, 'x'],
        ['b', 1, 'y'],
      ],
    });

    it('writes format, context and siblings', () => {
      expect(empty.write('x', { node: 'a' }).write('y', { node: 'b' }).toJSON()).to.deep.equal(good());
    });

    it('reads what it wrote, and converts values as it is told', () => {
      const read = CausalRegister.fromJSON(JSON.parse(JSON.stringify(good())), (value) => `${value as string}!`);
      expect(read.read().values).to.deep.equal(['x!', 'y!']);
      expect(read.context.toString()).to.equal('a=1,b=1');
    });

    const bad: Readonly<Record<string, readonly [field: string, state: unknown]>> = {
      'no object': ['register', 'x'],
      null: ['register', null],
      'another format': ['register.format', { ...good(), format: 'otel-causality/register/2' }],
      'a context that is no list': ['register.context', { ...good(), context: { a: 1 } }],
      'a context that is no vector': ['register.context', { ...good(), context: [['a', -1]] }],
      'siblings that are no list': ['register.siblings', { ...good(), siblings: {} }],
      'a sibling that is none': ['register.siblings[0]', { ...good(), siblings: [7] }],
      'a sibling without a value': ['register.siblings[0]', { ...good(), siblings: [['a', 1]] }],
      'a bad node': ['register.siblings[0].node', { ...good(), siblings: [['', 1, 'x']] }],
      'a bad tick': ['register.siblings[0].tick', { ...good(), siblings: [['a', '1', 'x']] }],
      'a write that the context does not include': [
        'register.siblings[1].tick',
        {
          ...good(),
          siblings: [
            ['a', 1, 'x'],
            ['b', 2, 'y'],
          ],
        },
      ],
      'a write twice': [
        'register.siblings[1]',
        {
          ...good(),
          siblings: [
            ['a', 1, 'x'],
            ['a', 1, 'y'],
          ],
        },
      ],
      'writes out of order': [
        'register.siblings[1]',
        {
          ...good(),
          siblings: [
            ['b', 1, 'x'],
            ['a', 1, 'y'],
          ],
        },
      ],
    };
    for (const [what, [field, state]] of Object.entries(bad)) {
      it(`refuses ${what}`, () => {
        expectInvalid(() => CausalRegister.fromJSON(state), field);
      });
    }
  });
});
