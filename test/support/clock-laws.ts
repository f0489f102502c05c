/**
 * The laws that every clock keeps, written once. A clock is seen here only as something that makes events: on its
 * own, by sending, by receiving.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';

export interface ClockUnderTest<T> {
  /** The event of sending; what the message carries. */
  send(): T;
  /** The event of receiving, or of hearing where receiving is none. */
  receive(message: T): void;
}

export interface ClockKind<T> {
  /** A new clock of the node with this number. */
  make(node: number): ClockUnderTest<T>;
  /** True when the order of this kind puts `a` before `b`. */
  isBefore(a: T, b: T): boolean;
}

const NODES = 3;
const step = fc.record({ node: fc.nat(NODES - 1), hears: fc.option(fc.nat(), { nil: undefined }) });

/** Registers the laws as tests. */
export function describeClockLaws<T>(name: string, { make, isBefore }: ClockKind<T>): void {
  describe(`the laws of clocks, kept by ${name}`, () => {
    it('puts every cause before its effects, in any exchange of messages', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const clocks = Array.from({ length: NODES }, (_, node) => make(node));
          const pasts: Set<number>[] = Array.from({ length: NODES }, () => new Set());
          const sent: { readonly stamp: T; readonly past: ReadonlySet<number> }[] = [];
          for (const { node, hears } of steps) {
            const clock = clocks[node] as ClockUnderTest<T>;
            const past = pasts[node] as Set<number>;
            if (hears !== undefined && sent.length > 0) {
              const heard = hears % sent.length;
              clock.receive((sent[heard] as { stamp: T }).stamp);
              for (const cause of sent[heard]?.past ?? []) past.add(cause);
            }
            const stamp = clock.send();
            for (const cause of past) expect(isBefore((sent[cause] as { stamp: T }).stamp, stamp)).to.equal(true);
            past.add(sent.length);
            sent.push({ stamp, past: new Set(past) });
          }
        }),
        { numRuns: 100 },
      );
    });

    it('orders no two events both ways, and no event before itself', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
          const clocks = Array.from({ length: NODES }, (_, node) => make(node));
          const stamps = steps.map(({ node }) => (clocks[node] as ClockUnderTest<T>).send());
          for (const a of stamps) for (const b of stamps) expect(isBefore(a, b) && isBefore(b, a)).to.equal(false);
        }),
        { numRuns: 50 },
      );
    });

    it('is after all that it heard, whatever the order and however often', () => {
      const order = fc.shuffledSubarray([0, 0, 1, 1, 2, 2, 3, 3]);
      fc.assert(
        fc.property(order, fc.array(fc.nat(3), { maxLength: 10 }), (heard, extra) => {
          const clocks = [0, 1, 2, 3].map((node) => make(node));
          for (const node of extra) (clocks[node] as ClockUnderTest<T>).send();
          const messages = clocks.map((clock) => clock.send());
          const hearer = make(4);
          for (const index of heard) hearer.receive(messages[index] as T);
          const after = hearer.send();
          for (const index of heard) expect(isBefore(messages[index] as T, after)).to.equal(true);
        }),
        { numRuns: 100 },
      );
    });
  });
}
