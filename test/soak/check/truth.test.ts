/** The oracle itself: what it takes for before, and what it leaves out of the promise. */
import { expect } from 'chai';
import type { LedgerEntry } from '../ledger.js';
import { incarnationOf, TRACE } from './planted-trace.js';
import { TornLedger, type TrueEvent, Truth } from './truth.js';

const [REQUEST, REPLY] = [`${TRACE}/anchor.1/1`, `${TRACE}/plain.1/1`];
const OTHER = `${'0'.repeat(31)}1/plain.1/9`;

type Line = LedgerEntry extends infer Entry ? (Entry extends LedgerEntry ? Omit<Entry, 'trace'> : never) : never;

function truthOf(here: readonly Line[], there: readonly Line[]): Truth {
  const lane = (slot: 'anchor' | 'plain', lines: readonly Line[]) => ({
    incarnation: incarnationOf(slot),
    ledger: lines.map((line) => ({ trace: TRACE, ...line }) as LedgerEntry),
    spans: [],
  });
  return new Truth({ id: TRACE, lanes: [lane('anchor', here), lane('plain', there)] });
}

function event({ events }: Truth, span: string, kind: TrueEvent['kind']): TrueEvent {
  const found = events.find((one) => one.span === span && one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} of ${span}`);
  return found;
}

describe('soak: what really happened', () => {
  it('is ordered inside a process, and along requests and replies', () => {
    const truth = truthOf(
      [
        { kind: 'start', span: 'a' },
        { kind: 'send', message: REQUEST },
        { kind: 'start', span: 'meanwhile' },
        { kind: 'heard', message: REPLY },
        { kind: 'end', span: 'a' },
      ],
      [
        { kind: 'start', span: 'b', heard: REQUEST },
        { kind: 'reply', message: REPLY, span: 'b', stamped: true },
        { kind: 'end', span: 'b' },
      ],
    );
    const at = (span: string, kind: TrueEvent['kind']): TrueEvent => event(truth, span, kind);
    expect(truth.happened(at('a', 'start'), at('b', 'start'))).to.equal(true);
    expect(truth.happened(at('b', 'reply'), at('a', 'end'))).to.equal(true);
    expect(truth.happened(at('b', 'end'), at('a', 'end'))).to.equal(false);
    expect(truth.happened(at('meanwhile', 'start'), at('b', 'start'))).to.equal(false);
    expect(truth.happened(at('b', 'start'), at('meanwhile', 'start'))).to.equal(false);
    expect(truth.isPromised(at('b', 'reply'), at('a', 'end'))).to.equal(true);
    expect(truth.happened(at('b', 'start'), at('a', 'start'))).to.equal(false);
  });

  it('of a body in parts promises what was stamped while it was written, without its past', () => {
    const truth = truthOf(
      [
        { kind: 'send', message: REQUEST },
        { kind: 'heard', message: REPLY },
        { kind: 'start', span: 'head came' },
        { kind: 'read', message: REPLY },
        { kind: 'start', span: 'body came' },
      ],
      [
        { kind: 'start', span: 'b', heard: REQUEST },
        { kind: 'reply', message: REPLY, span: 'b', stamped: true },
        { kind: 'start', span: 'between' },
        { kind: 'replied', message: REPLY },
        { kind: 'start', span: 'afterwards' },
      ],
    );
    const at = (span: string): TrueEvent => event(truth, span, 'start');
    expect(truth.isPromised(at('between'), at('body came'))).to.equal(true);
    expect(truth.happened(at('between'), at('body came'))).to.equal(true);
    expect(truth.happened(at('between'), at('head came'))).to.equal(false);
    expect(truth.happened(at('afterwards'), at('body came'))).to.equal(false);
    expect(truth.isPromised(event(truth, 'b', 'reply'), at('head came'))).to.equal(true);
  });

  it('promises nothing along a message that lost its baggage and its tracestate', () => {
    const truth = truthOf(
      [
        { kind: 'start', span: 'a' },
        { kind: 'send', message: REQUEST },
      ],
      [
        { kind: 'fault', fault: 'drops both', message: REQUEST },
        { kind: 'start', span: 'b', heard: REQUEST },
      ],
    );
    const [a, b] = [event(truth, 'a', 'start'), event(truth, 'b', 'start')];
    expect(truth.happened(a, b)).to.equal(true);
    expect(truth.isPromised(a, b)).to.equal(false);
  });

  it('promises what a span heard that is not sampled from its first request or stamped reply on, and not before', () => {
    const inContext = (line: Line): Truth =>
      truthOf(
        [
          { kind: 'start', span: 'a' },
          { kind: 'send', message: REQUEST },
        ],
        [line, { kind: 'start', span: 'b' }],
      );
    const reply = { kind: 'reply', message: REPLY, span: 'unsampled', heard: REQUEST } as const;
    for (const [line, isPromised] of [
      [{ kind: 'send', message: `${TRACE}/plain.1/2`, heard: REQUEST }, true],
      [{ ...reply, stamped: true }, true],
      [{ ...reply, stamped: false }, false],
    ] as const) {
      const truth = inContext(line);
      const [a, b] = [event(truth, 'a', 'start'), event(truth, 'b', 'start')];
      expect(truth.happened(a, b)).to.equal(true);
      expect(truth.isPromised(a, b)).to.equal(isPromised);
    }
  });

  it('takes no order from messages of other traces', () => {
    const truth = truthOf([{ kind: 'start', span: 'a', heard: OTHER }], [{ kind: 'heard', message: OTHER }]);
    expect(truth.events).to.have.length(1);
  });

  it('refuses ledgers in which something is heard that was never sent', () => {
    expect(() => truthOf([{ kind: 'start', span: 'a', heard: REQUEST }], [])).to.throw(TornLedger);
    expect(() => truthOf([{ kind: 'heard', message: REPLY }], [])).to.throw(TornLedger);
    const inACircle: readonly Line[] = [
      { kind: 'start', span: 'a', heard: REQUEST },
      { kind: 'send', message: REQUEST },
    ];
    expect(() => truthOf(inACircle, [])).to.throw(TornLedger);
  });
});
