import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  INCARNATION_LENGTH,
  MAX_NODE_ID_LENGTH,
  MAX_NODE_NAME_LENGTH,
  MAX_RANDOM_DRAWS,
} from '../../src/clocks/limits.js';
import { cleanNodeName, drawNodeId, hostRandomBytes, isNodeId } from '../../src/clocks/node-id.js';

describe('node ids', () => {
  it('are 1 to 64 characters of the wire alphabet', () => {
    const all = 'ABCXYZabcxyz0189-_.';
    for (const id of ['a', all, 'x'.repeat(MAX_NODE_ID_LENGTH), '__proto__']) expect(isNodeId(id), id).to.equal(true);
    const bad = [
      '',
      'x'.repeat(MAX_NODE_ID_LENGTH + 1),
      'a b',
      'a*b',
      'a~b',
      'a!b',
      'a,b',
      'é',
      'a\n',
      '@',
      '[',
      '`',
      '{',
    ];
    for (const id of [...bad, undefined, null, 7, ['a']]) expect(isNodeId(id), String(id)).to.equal(false);
  });

  it('allow exactly 65 characters', () => {
    const allowed = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code))
      .filter(isNodeId)
      .join('');
    expect(allowed).to.equal('-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz');
  });

  for (const [given, cleaned] of [
    ['orders', 'orders'],
    ['my service', 'my-service'],
    ['a//b  c', 'a-b-c'],
    ['(x)', 'x'],
    ['', 'node'],
    ['***', 'node'],
    ['ünïcode', 'n-code'],
    // Only so much of a long name is looked at.
    [`${'é'.repeat(159)}a`, 'a'],
    [`${'é'.repeat(160)}a`, 'node'],
    ['x'.repeat(100), 'x'.repeat(MAX_NODE_NAME_LENGTH)],
  ] as const) {
    it(`cleans ${JSON.stringify(given.slice(0, 20))}`, () => expect(cleanNodeName(given)).to.equal(cleaned));
  }

  it('are drawn as the cleaned name and eight characters of base36', () => {
    expect(drawNodeId('my service', () => Uint8Array.from([0, 1, 10, 35, 36, 71, 251, 252, 255, 9]))).to.equal(
      'my-service-01az0zz9',
    );
    expect(drawNodeId('s')).to.match(/^s-[0-9a-z]{8}$/);
    expect(hostRandomBytes(9)).to.have.lengthOf(9);
  });

  it('are drawn from what comes in several draws', () => {
    let draws = 0;
    expect(drawNodeId('s', () => Uint8Array.from(++draws % 2 === 0 ? [1, 2, 3, 4] : [255, 254, 253, 252]))).to.equal(
      's-12341234',
    );
    expect(draws).to.equal(MAX_RANDOM_DRAWS);
  });

  it('are not drawn from a source that gives nothing, and soon', () => {
    for (const broken of [
      [],
      [252, 253, 254, 255],
      [1.5, -1, Number.NaN],
      ['a', '1'],
      Array.from({ length: 1000 }, () => ({})),
    ]) {
      let draws = 0;
      const draw = (): string =>
        drawNodeId('s', () => {
          draws++;
          return broken as unknown as Uint8Array;
        });
      expect(draw).to.throw('the random source gives no usable bytes');
      expect(draws).to.equal(MAX_RANDOM_DRAWS);
    }
    expect(() => drawNodeId('s', () => undefined as unknown as Uint8Array)).to.throw(TypeError);
  });

  it('are legal for any name and differ for one name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (name) => {
        const [one, other] = [drawNodeId(name), drawNodeId(name)];
        expect(isNodeId(one)).to.equal(true);
        expect(one.length).to.be.at.most(MAX_NODE_NAME_LENGTH + 1 + INCARNATION_LENGTH);
        expect(one).not.to.equal(other);
      }),
    );
  });

  it('draw every character about equally often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      for (const character of drawNodeId('n').slice(2)) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).to.equal(36);
    // 16,000 draws, 444 of each expected, standard deviation 21: seven of them are beyond any bad luck.
    for (const [character, count] of counts) expect(count, character).to.be.within(300, 590);
  });
});
