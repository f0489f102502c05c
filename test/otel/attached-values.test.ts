import { expect } from 'chai';
import { attachedValues } from '../../src/otel/attached-values.js';

describe('attached values', () => {
  const kinds: Readonly<Record<string, () => object>> = {
    'a plain object': () => ({ traceId: 'a' }),
    'an object without a prototype': () => Object.create(null) as object,
    'a frozen object': () => Object.freeze({ traceId: 'a' }),
    'a sealed object': () => Object.seal({ traceId: 'a' }),
    'a proxy': () => new Proxy({}, {}),
    'an array': () => [],
    'a map': () => new Map(),
  };

  for (const [kind, make] of Object.entries(kinds)) {
    it(`finds what was attached to ${kind} by its identity`, () => {
      const values = attachedValues<object, number>();
      const key = make();
      expect(values.get(key)).to.equal(undefined);
      values.set(key, 1);
      values.set(key, 2);
      expect(values.get(key)).to.equal(2);
      expect(values.get(make())).to.equal(undefined);
    });

    it(`leaves no trace on ${kind}`, () => {
      const key = make();
      attachedValues<object, number>().set(key, 1);
      expect(Reflect.ownKeys(key)).to.deep.equal(Reflect.ownKeys(make()));
      expect(Reflect.ownKeys({ ...key })).to.deep.equal(Reflect.ownKeys({ ...make() }));
    });
  }

  it('still finds what was attached before the object was frozen', () => {
    const values = attachedValues<object, number>();
    const key = {};
    values.set(key, 1);
    Object.freeze(key);
    values.set(key, 2);
    expect(values.get(key)).to.equal(2);
  });

  it('is not copied with the object', () => {
    const values = attachedValues<object, number>();
    const key = { traceId: 'a' };
    values.set(key, 1);
    expect(values.get({ ...key })).to.equal(undefined);
    expect(values.get(Object.create(key) as object)).to.equal(undefined);
    expect(values.get(structuredClone(key))).to.equal(undefined);
  });

  it('keeps two sets of values apart', () => {
    const one = attachedValues<object, number>();
    const two = attachedValues<object, number>();
    const key = {};
    one.set(key, 1);
    expect(two.get(key)).to.equal(undefined);
  });
});
