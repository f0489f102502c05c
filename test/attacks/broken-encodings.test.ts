/** Stamps that a relay, or somebody worse, has percent-encoded: one layer is undone, anything else is refused. */
import { expectNotTaken, expectTaken, messageWith, nodeReading, PLACES, stampText } from '../support/hostile-node.js';
import type { TestNode } from '../support/fleet.js';

const encodeAll = (text: string): string =>
  text
    .split('')
    .map((one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
const encodeSome = (text: string): string => text.replaceAll('!', '%21').replaceAll('*', '%2A');

describe('attack: broken percent-encoding', () => {
  for (const place of PLACES) {
    describe(`in the ${place}`, () => {
      let node: TestNode;
      beforeEach(() => {
        node = nodeReading(place);
      });

      it('once is a relay that means well', () => {
        expectTaken(node, messageWith(encodeSome(stampText()), place), 'a=4,b=2');
        expectTaken(node, messageWith(encodeAll(stampText()), place), 'a=4,b=2');
      });

      const refused: readonly (readonly [string, string, string])[] = [
        ['twice', encodeSome(encodeSome(stampText()).replaceAll('%', '%25')), 'malformed'],
        ['all of it twice', encodeAll(encodeAll(stampText())), 'malformed'],
        ['broken off', `${stampText()}%2`, 'encoding'],
        ['without digits', `${stampText()}%zz`, 'encoding'],
        ['of half a character', `${stampText()}%C3`, 'encoding'],
        ['of a character over two', `${stampText()}%C0%80`, 'encoding'],
        ['of a node outside the alphabet', stampText({ vector: '%C3%A4*1' }), 'node'],
        ['of a comma', `${stampText()}%2C${stampText()}`, 'malformed'],
        ['of a line break', `${stampText()}%0D%0Aevil: 1`, 'malformed'],
        ['that hides a text over the limit', encodeAll(`${stampText()}~${'z'.repeat(4096)}`), 'oversized'],
      ];
      for (const [name, text, reason] of refused) {
        it(`${name}: ${reason}`, () => {
          expectNotTaken(node, messageWith(text, place), reason);
        });
      }
    });
  }
});
