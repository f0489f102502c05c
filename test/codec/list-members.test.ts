import { expect } from 'chai';
import * as fc from 'fast-check';
import { decodeMember, prependMember, takeMember } from '../../src/codec/list-members.js';
import { type ListVectors, readVectors } from '../support/vectors.js';

const LIMITS = { members: 32, length: 512, longMember: 128 };
const NAME = 'causality';

/** Members that others may write, with and without our name somewhere inside. */
const others = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...'abc -_=;%2C\t'.split('')), maxLength: 12 }),
    fc.constantFrom('', NAME, `${NAME}2=`, `;${NAME}=1`),
  )
  .map(([text, inside]) => `x${text}${inside}`);

describe('members of a list that others own', () => {
  const vectors = readVectors<ListVectors>('lists');

  describe('taking ours out', () => {
    for (const { name, list, values, rest } of vectors.take) {
      it(name, () => {
        expect(takeMember(list, NAME)).to.deep.equal({ values, rest: rest ?? undefined });
      });
    }

    it('gives back the very text that was without us', () => {
      fc.assert(
        fc.property(fc.array(others, { minLength: 1 }), fc.nat(), (members, position) => {
          const at = position % (members.length + 1);
          const list = [...members.slice(0, at), `${NAME}=1!x`, ...members.slice(at)].join(',');
          const { rest, values } = takeMember(list, NAME);
          expect(rest).to.equal(members.join(','));
          expect(values).to.deep.equal(['1!x']);
        }),
      );
    });

    it('is the identity where we are not named as a member', () => {
      fc.assert(
        fc.property(fc.array(others), (members) => {
          const list = members.join(',');
          expect(takeMember(list, NAME)).to.deep.equal({ rest: list, values: [] });
        }),
      );
    });
  });

  describe('decoding', () => {
    for (const { name, value, decoded } of vectors.decode) {
      it(name, () => {
        expect(decodeMember(value)).to.equal(decoded ?? undefined);
      });
    }

    it('undoes one layer of what encodeURIComponent does, and throws for nothing', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), (text) => {
          expect(decodeMember(encodeURIComponent(text))).to.equal(text);
          expect(() => decodeMember(text)).not.to.throw();
        }),
      );
    });
  });

  describe('putting one in front of a tracestate', () => {
    for (const { name, list, spanId, result } of vectors.mark) {
      it(name, () => {
        expect(prependMember(`${NAME}=${spanId}`, list ?? undefined, LIMITS)).to.equal(result);
      });
    }

    it('stays within the limits, keeps us first and never invents or reorders anything', () => {
      fc.assert(
        fc.property(
          fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 200 }), { maxLength: 60 }),
          (members) => {
            const own = `${NAME}=00f067aa0ba902b7`;
            const [first, ...kept] = prependMember(own, members.join(','), LIMITS).split(',');
            expect(first).to.equal(own);
            expect(kept.length).to.be.lessThan(LIMITS.members);
            expect([own, ...kept].join(',').length).to.be.at.most(LIMITS.length);
            let at = 0;
            for (const member of kept) {
              at = members.indexOf(member, at) + 1;
              expect(at, `${member} in its order`).to.be.greaterThan(0);
            }
          },
        ),
      );
    });
  });
});
