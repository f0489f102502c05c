/** Random stamps within the wire format's limits, and random damage to their text. */
import * as fc from 'fast-check';
import { MAX_COUNTER } from '../../src/clocks/limits.js';
import { Ntp64 } from '../../src/clocks/ntp64.js';
import { type CausalStamp, PROCESS_DOMAIN } from '../../src/clocks/stamp.js';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';

const NODE_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';

const nodeIds: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.string({ unit: fc.constantFrom(...NODE_CHARACTERS.split('')), minLength: 1, maxLength: 12 }),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom(...NODE_CHARACTERS.split('')), minLength: 60, maxLength: 64 }),
  },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '0', '-', '.') },
);

const wireCounters: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeInteger().map((value) => (Math.abs(value) % MAX_COUNTER) + 1),
  fc.constantFrom(1, MAX_COUNTER - 1, MAX_COUNTER),
);

const halves = fc.oneof(fc.nat({ max: 0xffff_ffff }), fc.constantFrom(0, 1, 0xffff_fff0, 0xffff_ffff));

const wireDomains: fc.Arbitrary<string> = fc.oneof(
  fc.constant(PROCESS_DOMAIN),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 16, maxLength: 16 }),
);

/** Stamps as messages carry them: at most 40 entries, so that none exceeds 4,096 characters. */
export const messageStamps: fc.Arbitrary<CausalStamp> = fc.record({
  domain: wireDomains,
  node: fc.constant(undefined),
  tick: fc.constant(undefined),
  lamport: wireCounters,
  vector: fc
    .uniqueArray(fc.tuple(nodeIds, wireCounters), { selector: ([node]) => node, minLength: 1, maxLength: 40 })
    .map((entries) => VectorTimestamp.from(entries)),
  hlc: fc.option(
    fc.tuple(halves, halves).map(([seconds, fraction]) => new Ntp64(seconds, fraction)),
    { nil: undefined },
  ),
  incomplete: fc.boolean(),
  hlcUnordered: fc.boolean(),
});

/** One edit of a text: a character changed, added or removed, or a piece repeated, moved or cut away. */
export function damaged(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const characters = fc.oneof(
    fc.constantFrom(...'!*~,;=%- 0123456789abfFz\u0000\u0661\uff11é'.split('')),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  );
  return fc
    .tuple(
      texts,
      fc.array(
        fc.tuple(fc.nat(), fc.nat(), characters, fc.constantFrom('change', 'add', 'remove', 'repeat', 'cut', 'swap')),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([text, edits]) =>
      edits.reduce(
        (current, [first, second, character, edit]) => applyEdit(current, first, second, character, edit),
        text,
      ),
    );
}

function applyEdit(text: string, first: number, second: number, character: string, edit: string): string {
  const at = text.length === 0 ? 0 : first % text.length;
  const length = second % 20;
  switch (edit) {
    case 'change':
      return text.slice(0, at) + character + text.slice(at + 1);
    case 'add':
      return text.slice(0, at) + character + text.slice(at);
    case 'remove':
      return text.slice(0, at) + text.slice(at + 1 + length);
    case 'repeat':
      return text.slice(0, at + length) + text.slice(at);
    case 'swap':
      return text.slice(at) + text.slice(0, at);
    default:
      return text.slice(0, at);
  }
}
