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

    for (const list of ['abcdefgh=1,a=1', 'causalityx,a=1', 'a=1,causalityx', 'a=causality=1', 'causality, ,']) {
      it(`leaves ${JSON.stringify(list)} alone`, () => {
        expect(takeMember(list, NAME)).to.deep.equal({ values: [], rest: list });
      });
    }

    it('leaves nothing where only blanks and commas are left of one member', () => {
      expect(takeMember(' \t,causality=1', NAME)).to.deep.equal({ values: ['1'], rest: undefined });
      expect(takeMember('causality=1, ', NAME)).to.deep.equal({ values: ['1'], rest: undefined });
    });

    it('takes an empty value for one, with properties behind it too', () => {
      expect(takeMember('causality=;p=1,a=1', NAME)).to.deep.equal({ values: [''], rest: 'a=1' });
    });

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

    it('keeps to the length exactly', () => {
      const limits = { members: 32, length: 20, longMember: 128 };
      expect(prependMember('c=1', 'a=1,b=2,d=3,e=45', limits)).to.equal('c=1,a=1,b=2,d=3,e=45');
      expect(prependMember('c=1', 'a=1,b=2,d=3,e=456', limits)).to.equal('c=1,a=1,b=2,d=3');
    });

    it('never lets ours go, however long it is', () => {
      const long = `${NAME}=${'x'.repeat(150)}`;
      const list = Array.from({ length: 31 }, (_, i) => `k${i}=${'v'.repeat(20)}`).join(',');
      expect(prependMember(long, list, LIMITS).startsWith(`${long},k0=`)).to.equal(true);
      expect(prependMember('x'.repeat(600), 'a=1,b=2', LIMITS)).to.equal('x'.repeat(600));
    });

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
