/** Stamps that are malformed in every way that the test vectors know, or cut at any position: refused and counted. */
import { StampFormatError } from '../../src/codec/stamp-format-error.js';
import { readStamp } from '../../src/codec/wire-text.js';
import { invalidVectors } from '../support/vectors.js';
import { expectNotTaken, messageWith, nodeReading, PLACES, stampText } from '../support/hostile-node.js';
import type { TestNode } from '../support/fleet.js';

/**
 * Vectors that reach the parser as they are: a comma is the list's, an escape a relay's, and around a baggage member
 * white space and properties are nobody's.
 */
function reachesParser(text: string, place: string): boolean {
  if (text.includes(',') || text.includes('%')) return false;
  return place === 'header' || (text === text.trim() && !text.includes(';'));
}

describe('attack: stamps that are none', () => {
  for (const place of PLACES) {
    describe(`in the ${place}`, () => {
      let node: TestNode;
      beforeEach(() => {
        node = nodeReading(place);
      });

      for (const { name, reason, text } of invalidVectors()) {
        if (!reachesParser(text, place)) continue;
        it(`${name}: ${reason}`, () => {
          expectNotTaken(node, messageWith(text, place), reason);
        });
      }

      it('a stamp that is cut short at any position', () => {
        const whole = stampText({ hlc: '6a1f0c3b2e4d5f60', vector: 'gateway-x7k2p1ab*4~orders-m3n4b5cd*2' });
        for (let end = 0; end < whole.length; end++) {
          // Where an entry ends, a cut leaves a stamp that says less, which is true too.
          if (whole[end] === '~') continue;
          const cut = whole.slice(0, end);
          const refusal = readStamp(cut);
          if (!(refusal instanceof StampFormatError)) throw new Error(`was taken: ${cut}`);
          expectNotTaken(node, messageWith(cut, place), refusal.reason);
        }
      });
    });
  }
});
