import { expect } from 'chai';
import { InvalidValueError } from '../../src/clocks/errors.js';

describe('InvalidValueError', () => {
  it('is a TypeError that names the field, what would do, and what came', () => {
    const error = new InvalidValueError('trust', 7, '"all" or "none"');
    expect(error).to.be.instanceOf(TypeError);
    expect(error).to.include({ name: 'InvalidValueError', field: 'trust', value: 7, expected: '"all" or "none"' });
    expect(error.message).to.equal('trust: expected "all" or "none", got 7');
  });

  for (const [value, shown] of [
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ['', '""'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}…" (61 characters)`],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [false, 'false'],
    [undefined, 'undefined'],
    [null, 'null'],
    [2n ** 64n, '18446744073709551616n'],
    [[1, 2], 'an array of 2'],
    [{ toString: () => 'called' }, 'an object'],
    [() => 'called', 'a function'],
    [Symbol('s'), 'a symbol'],
  ] as const) {
    it(`shows ${shown}`, () => {
      expect(new InvalidValueError('f', value, 'x').message).to.equal(`f: expected x, got ${shown}`);
    });
  }
});
