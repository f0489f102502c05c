import { InvalidValueError } from '../../../src/clocks/errors.js';
import { CausalDeduplicator, CausalDeliveryBuffer, CausalRegister } from '../../../src/delivery/index.js';
import { decoded, must, parsed, type Target } from './target.js';

/** Saved states of the delivery room, read back from a storage that somebody else wrote to. */
export const savedStates: Target = {
  name: 'saved-states',
  seeds: [
    JSON.stringify(handledSome()),
    JSON.stringify(writtenSome()),
    JSON.stringify(new CausalDeliveryBuffer({ node: 'a' }).snapshot()),
  ],
  words: [
    '"nodes":',
    '"keys":',
    '"seen":',
    '"waiting":',
    '"turnedAway":',
    '"siblings":',
    '"context":',
    '[1,2]',
    '"__proto__"',
    '281474976710657',
    'null',
    '{}',
    '[]',
  ],
  run(input) {
    const state = parsed(input.toString('utf8'));
    const deduplicator = decoded(InvalidValueError, () => CausalDeduplicator.fromJSON(state));
    if (deduplicator !== undefined) {
      const text = JSON.stringify(deduplicator);
      must(JSON.stringify(CausalDeduplicator.fromJSON(parsed(text))) === text, 'a deduplicator reads as itself');
    }
    const register = decoded(InvalidValueError, () => CausalRegister.fromJSON(state));
    if (register !== undefined)
      must(JSON.stringify(register.merge(register)) === JSON.stringify(register), 'merge is idempotent');
    const buffer = decoded(InvalidValueError, () => CausalDeliveryBuffer.restore(state));
    buffer?.missing();
    new CausalDeliveryBuffer({ node: 'a' }).receive(state as never);
    new CausalDeduplicator().check(state as never);
  },
};

function handledSome(): CausalDeduplicator {
  const made = new CausalDeduplicator();
  for (const tick of [1, 2, 3, 7, 9]) made.handled({ node: 'a', tick });
  return made;
}

function writtenSome(): CausalRegister<string> {
  const a = CausalRegister.empty<string>().write('x', { node: 'a' });
  return a.merge(CausalRegister.empty<string>().write('y', { node: 'b' }));
}
