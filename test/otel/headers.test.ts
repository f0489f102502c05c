import { defaultTextMapGetter, defaultTextMapSetter } from '@opentelemetry/api';
import { expect } from 'chai';
import {
  LONG_TRACESTATE_MEMBER,
  MAX_BAGGAGE_BYTES,
  MAX_BAGGAGE_MEMBERS,
  MAX_KEPT_BAGGAGE,
  MAX_TRACESTATE_LENGTH,
  MAX_TRACESTATE_MEMBERS,
} from '../../src/clocks/limits.js';
import { InboundHeaders, OutboundHeaders, type SentStamp } from '../../src/otel/headers.js';
import { oddGetter, RecordingSetter } from '../support/odd-carriers.js';
import { type ListVectors, readVectors } from '../support/vectors.js';

const STAMP = '1!7b1d62f2c9e04a15!3!!0!a*2';
const SPAN = '00f067aa0ba902b7';

function inbound(carrier: Record<string, unknown>, place: 'baggage' | 'header' = 'baggage'): InboundHeaders {
  return new InboundHeaders(carrier, oddGetter(), place);
}

function stampIn(
  carrier: Record<string, unknown>,
  place: 'baggage' | 'header',
): SentStamp & { readonly reasons: string[] } {
  const reasons: string[] = [];
  return { ...inbound(carrier, place).stamp((reason) => reasons.push(reason)), reasons };
}

function outbound(
  writes: Record<string, unknown>,
  departure: { text?: string; mark?: string } | undefined,
  {
    place = 'baggage',
    carrier = {},
    refuses,
  }: { place?: 'baggage' | 'header'; carrier?: Record<string, unknown>; refuses?: (key: string) => boolean } = {},
): {
  carrier: Record<string, unknown>;
  sets: readonly (readonly [string, unknown])[];
  unsent: string | undefined;
  failures: unknown[];
} {
  const setter = new RecordingSetter(refuses);
  const headers = new OutboundHeaders(setter);
  for (const [key, value] of Object.entries(writes)) headers.set(carrier, key, value);
  const failures: unknown[] = [];
  const { unsent } = headers.finish(
    carrier,
    departure === undefined ? undefined : { text: departure.text, mark: departure.mark ?? SPAN },
    place,
    (error) => failures.push(error),
  );
  return { carrier, sets: setter.sets, unsent, failures };
}

describe('headers whatever the case of their names', () => {
  it('are the lists where their names are, and nobody else’s of the same length', () => {
    const carrier = {
      baggage: `user=1,causality=${STAMP}`,
      tracestate: `causality=${SPAN},v=x`,
      Baggage: 'another',
      BAGGAGEX: 'x',
      garbage: 'g',
      'trace-bits': 'b',
    };
    const headers = inbound(carrier);
    for (const name of ['baggage', 'BAGGAGE', 'Baggage']) expect(headers.get(carrier, name)).to.equal('user=1');
    for (const name of ['tracestate', 'TraceState']) expect(headers.get(carrier, name)).to.equal('v=x');
    for (const [name, value] of [
      ['garbage', 'g'],
      ['trace-bits', 'b'],
      ['BAGGAGEX', 'x'],
    ] as const) {
      expect(headers.get(carrier, name)).to.equal(value);
    }
  });

  it('are asked for by names that are no text as their getter takes them', () => {
    const odd: readonly unknown[] = [undefined, null, 7, Symbol('key'), { length: 'baggage'.length }];
    for (const key of odd) {
      const headers = new InboundHeaders(
        {},
        { keys: () => [], get: (_, asked: unknown) => [asked] as never },
        'header',
      );
      expect(headers.get({}, key as never)).to.deep.equal([key]);
      const sets: unknown[] = [];
      new OutboundHeaders({ set: (_, set: unknown) => sets.push(set) }).set({}, key as never, 'x');
      expect(sets).to.deep.equal([key]);
    }
  });

  it('are found in a carrier when ours is put behind what is there', () => {
    for (const carrier of [
      { Baggage: 'a=1' },
      { garbage: 'g=1', BAGGAGE: 'a=1' },
      { baggage: ['a=1'] },
      { baggage: ['a=1', 'b=2'] },
    ] as Record<string, unknown>[]) {
      const before = carrier['BAGGAGE'] ?? carrier['Baggage'] ?? carrier['baggage'];
      const text = Array.isArray(before) ? before.join(',') : before;
      const { sets } = outbound({}, { text: STAMP }, { carrier });
      expect(Object.fromEntries(sets)['baggage']).to.equal(`${text as string},causality=${STAMP}`);
    }
  });

  it('that are blank, or no text, are as none', () => {
    for (const baggage of ['', '  ', undefined, null, 7, { a: 1 }, ['a=1', 7], { join: () => 'a=1' }]) {
      const { sets } = outbound({}, { text: STAMP }, { carrier: { baggage } });
      expect(Object.fromEntries(sets)['baggage'], typeof baggage).to.equal(`causality=${STAMP}`);
    }
  });

  it('hold as many bytes of baggage as a reader takes, and not one more', () => {
    const room = MAX_BAGGAGE_BYTES - `,causality=${STAMP}`.length;
    const sized = (bytes: number): string => `k=${'v'.repeat(bytes - 2)}`;
    const whole = outbound({}, { text: STAMP }, { carrier: { baggage: sized(room) } });
    expect(whole.unsent).to.equal(undefined);
    expect(Object.fromEntries(whole.sets)['baggage']).to.have.length(MAX_BAGGAGE_BYTES);
    expect(outbound({}, { text: STAMP }, { carrier: { baggage: sized(room + 1) } }).unsent).to.equal(
      `no room behind ${room + 1} bytes of baggage`,
    );
  });

  it('hold as much of a tracestate as a reader takes, long members going first', () => {
    const mark = `causality=${SPAN}`;
    const marked = (tracestate: string): unknown =>
      Object.fromEntries(outbound({ tracestate }, { text: STAMP }).sets)['tracestate'];
    const room = MAX_TRACESTATE_LENGTH - `${mark},`.length;
    const sized = (name: string, length: number): string => `${name}=${'x'.repeat(length - name.length - 1)}`;
    for (const second of [LONG_TRACESTATE_MEMBER, LONG_TRACESTATE_MEMBER + 1]) {
      // None of the others is long.
      const list = (length: number): string[] => {
        const left = length - LONG_TRACESTATE_MEMBER - second - 3;
        const [third, fourth] = [Math.floor(left / 2), Math.ceil(left / 2)];
        return [LONG_TRACESTATE_MEMBER, second, third, fourth].map((one, i) => sized('abcd'[i] as string, one));
      };
      const fits = list(room);
      expect(marked(fits.join(','))).to.equal([mark, ...fits].join(','));
      const tooMuch = list(room + 1);
      const goes = second > LONG_TRACESTATE_MEMBER ? 1 : 3;
      expect(marked(tooMuch.join(','))).to.equal([mark, ...tooMuch.filter((_, i) => i !== goes)].join(','));
    }
    const members = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}=v`);
    const full = members(MAX_TRACESTATE_MEMBERS - 1);
    expect(marked(full.join(','))).to.equal([mark, ...full].join(','));
    expect(marked([...full, 'z=v'].join(','))).to.equal([mark, ...full].join(','));
  });

  it('hold 180 members of baggage and not one more', () => {
    const members = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',');
    const most = members(MAX_BAGGAGE_MEMBERS - 1);
    expect(outbound({}, { text: STAMP }, { carrier: { baggage: most } }).unsent).to.equal(undefined);
    const full = members(MAX_BAGGAGE_MEMBERS);
    expect(outbound({}, { text: STAMP }, { carrier: { baggage: full } }).unsent).to.equal(
      `no room behind ${full.length} bytes of baggage`,
    );
  });
});

describe('inbound headers', () => {
  it('copy the stamp out of baggage with more than 512 other characters, and only then', () => {
    const copies = (carrier: Record<string, unknown>, place: 'baggage' | 'header' = 'baggage'): number => {
      const { parse } = JSON;
      let parsed = 0;
      JSON.parse = (...given: Parameters<typeof JSON.parse>) => {
        parsed++;
        return parse(...given) as unknown;
      };
      try {
        expect(stampIn(carrier, place)).to.deep.equal({ present: true, text: STAMP, reasons: [] });
      } finally {
        JSON.parse = parse;
      }
      return parsed;
    };
    // The member's name and the comma before it are other characters, too.
    const others = (length: number): string => 'x'.repeat(length - ',causality='.length);
    const member = `causality=${STAMP}`;
    expect(copies({ baggage: `${others(MAX_KEPT_BAGGAGE)},${member}` })).to.equal(0);
    expect(copies({ baggage: `${others(MAX_KEPT_BAGGAGE + 1)},${member}` })).to.equal(1);
    expect(copies({ baggage: [others(MAX_KEPT_BAGGAGE), member] })).to.equal(0);
    expect(copies({ baggage: [others(MAX_KEPT_BAGGAGE + 2), member] })).to.equal(1);
    expect(copies({ baggage: 'x'.repeat(8000), causality: STAMP }, 'header')).to.equal(0);
  });

  it('show the wrapped propagators both lists without our members', () => {
    const carrier = { baggage: `a=1;p, causality=${STAMP}, b=2`, tracestate: `v=1,causality=${SPAN},w=2`, other: 'x' };
    const headers = inbound(carrier);
    expect(headers.get(carrier, 'baggage')).to.equal('a=1;p, b=2');
    expect(headers.get(carrier, 'tracestate')).to.equal('v=1,w=2');
    expect(headers.get(carrier, 'other')).to.equal('x');
    expect(headers.keys(carrier)).to.deep.equal(['baggage', 'tracestate', 'other']);
  });

  it('show lists that do not name us as they came, arrays too', () => {
    const array = ['a=1', 'b=2'];
    const headers = inbound({ baggage: array, tracestate: 'v=1' });
    expect(headers.get({ baggage: array }, 'baggage')).to.equal(array);
    expect(headers.get({ tracestate: 'v=1' }, 'tracestate')).to.equal('v=1');
  });

  it('ask whatever carrier a wrapped propagator asks, at the time', () => {
    const carrier: Record<string, string> = { tracestate: 'v=1' };
    const headers = new InboundHeaders(carrier, defaultTextMapGetter, 'baggage');
    expect(headers.get({ tracestate: 'w=2', baggage: 'c=d' }, 'tracestate')).to.equal('w=2');
    expect(headers.get({ tracestate: 'w=2', baggage: 'c=d' }, 'baggage')).to.equal('c=d');
    carrier['baggage'] = 'a=b';
    expect(headers.get(carrier, 'baggage')).to.equal('a=b');
  });

  it('take our members out of arrays', () => {
    const carrier = { baggage: ['a=1', `causality=${STAMP}`], tracestate: [`causality=${SPAN}`, 'v=1'] };
    const headers = inbound(carrier);
    expect(headers.get(carrier, 'baggage')).to.equal('a=1');
    expect(headers.get(carrier, 'tracestate')).to.equal('v=1');
    expect(headers.mark).to.equal(SPAN);
  });

  it('know the lists in whatever case a propagator asks for them', () => {
    const carrier = { baggage: `causality=${STAMP},a=1`, tracestate: `causality=${SPAN}` };
    expect(inbound(carrier).get(carrier, 'Baggage')).to.equal('a=1');
    expect(inbound(carrier).get(carrier, 'TraceState')).to.equal(undefined);
  });

  it('take a stale member out of the baggage in header mode too', () => {
    const carrier = { baggage: `causality=${STAMP},a=1`, causality: STAMP };
    expect(inbound(carrier, 'header').get(carrier, 'baggage')).to.equal('a=1');
  });

  it('read the mark, and name nobody when there are several', () => {
    expect(inbound({}).mark).to.equal(undefined);
    expect(inbound({ tracestate: 'v=1' }).mark).to.equal(undefined);
    expect(inbound({ tracestate: `causality=${SPAN}` }).mark).to.equal(SPAN);
    expect(inbound({ tracestate: `causality=${SPAN},causality=${SPAN}` }).mark).to.equal('');
  });

  describe('the stamp', () => {
    const both: readonly (readonly ['baggage' | 'header', (stamp: unknown) => Record<string, unknown>])[] = [
      [
        'baggage',
        (stamp) => ({
          baggage: Array.isArray(stamp)
            ? stamp.map((one: unknown) => (typeof one === 'string' ? `causality=${one}` : one))
            : typeof stamp === 'string'
              ? `causality=${stamp}`
              : stamp,
        }),
      ],
      ['header', (stamp) => ({ causality: stamp })],
    ];
    for (const [place, carrying] of both) {
      it(`is read from the ${place}, decoded once`, () => {
        expect(stampIn(carrying(STAMP), place)).to.deep.equal({ present: true, text: STAMP, reasons: [] });
        expect(stampIn(carrying([STAMP]), place)).to.deep.equal({ present: true, text: STAMP, reasons: [] });
        expect(stampIn(carrying(encodeURIComponent(STAMP).replaceAll('!', '%21')), place).text).to.equal(STAMP);
      });

      it(`is absent from a ${place} without one`, () => {
        for (const carrier of [{}, carrying(undefined), carrying(null), carrying([])]) {
          expect(stampIn(carrier, place)).to.deep.equal({ present: false, text: undefined, reasons: [] });
        }
      });

      it(`is not told from several in the ${place}`, () => {
        const several =
          place === 'header'
            ? { causality: `${STAMP}, ${STAMP}` }
            : { baggage: `causality=${STAMP},causality=${STAMP}` };
        for (const carrier of [carrying([STAMP, STAMP]), several]) {
          expect(stampIn(carrier, place)).to.deep.equal({ present: true, text: undefined, reasons: ['duplicate'] });
        }
      });

      it(`is not looked for in a ${place} that is not text`, () => {
        for (const value of [5, true, { causality: STAMP }, [STAMP, 5], [5], Symbol('x'), () => STAMP]) {
          expect(stampIn(carrying(value), place)).to.deep.equal({
            present: false,
            text: undefined,
            reasons: ['not-text'],
          });
        }
      });

      it(`with broken percent-encoding in the ${place} is sent but unreadable`, () => {
        expect(stampIn(carrying(`${STAMP}%`), place)).to.deep.equal({
          present: true,
          text: undefined,
          reasons: ['encoding'],
        });
      });
    }
  });
});

describe('outbound headers', () => {
  const vectors = readVectors<ListVectors>('lists');

  for (const { name, baggage, stamp, result } of vectors.append) {
    it(`stamp behind baggage: ${name}`, () => {
      const { carrier, unsent } = outbound(baggage === null ? {} : { baggage }, { text: stamp });
      expect(carrier['baggage']).to.equal(result ?? baggage);
      expect(carrier['tracestate']).to.equal(`causality=${SPAN}`);
      expect(unsent === undefined).to.equal(result !== null);
    });
  }

  it('pass everything else on at once and untouched', () => {
    const { sets } = outbound({ traceparent: 'x', 'X-Other': 'y' }, undefined);
    expect(sets).to.deep.equal([
      ['traceparent', 'x'],
      ['X-Other', 'y'],
    ]);
  });

  it('never let a stale stamp or mark of an earlier hop leave again', () => {
    const stale = { baggage: 'causality=old,a=1', tracestate: 'causality=old,v=1' };
    expect(outbound(stale, undefined).carrier).to.deep.equal({ baggage: 'a=1', tracestate: 'v=1' });
    expect(outbound({ baggage: 'causality=old', tracestate: 'causality=old' }, undefined).sets).to.deep.equal([]);
    expect(outbound(stale, { text: STAMP }, { place: 'header' }).carrier).to.deep.equal({
      baggage: 'a=1',
      tracestate: `causality=${SPAN},v=1`,
      causality: STAMP,
    });
  });

  it('send the mark alone where there is no stamp to give', () => {
    expect(outbound({}, {}).carrier).to.deep.equal({ tracestate: `causality=${SPAN}` });
  });

  it('write under the name that the propagator chose', () => {
    const { carrier } = outbound({ Baggage: 'a=1', TraceState: 'v=1' }, { text: STAMP });
    expect(carrier).to.deep.equal({ Baggage: `a=1,causality=${STAMP}`, TraceState: `causality=${SPAN},v=1` });
  });

  it('add to what the application put into the carrier itself, stale members aside', () => {
    for (const baggage of ['mine=1', `mine=1,causality=${STAMP}`, ['mine=1']]) {
      const { carrier } = outbound({}, { text: STAMP }, { carrier: { baggage, tracestate: 'causality=old,v=1' } });
      expect(carrier).to.deep.equal({
        baggage: `mine=1,causality=${STAMP}`,
        tracestate: `causality=${SPAN},v=1`,
      });
    }
  });

  it('add to it in whatever case it is spelt, and where only `get` shows it', () => {
    const { carrier } = outbound({}, { text: STAMP }, { carrier: { Baggage: 'mine=1', TraceState: 'v=1' } });
    expect(carrier).to.include({ baggage: `mine=1,causality=${STAMP}`, tracestate: `causality=${SPAN},v=1` });
    const twice = outbound({}, { text: STAMP }, { carrier: { Baggage: 'theirs=1', baggage: 'mine=1' } });
    expect(twice.carrier['baggage'], 'the very name goes first').to.equal(`mine=1,causality=${STAMP}`);
    const mine = [['baggage', 'mine=1'] as const, ['tracestate', 'v=1'] as const];
    for (const shown of [new Headers(mine.map(([name, value]): [string, string] => [name, value])), new Map(mine)]) {
      const headers = new OutboundHeaders({
        set: (to, key, value) => {
          (to as Headers).set(key, value);
        },
      });
      headers.finish(shown, { text: STAMP, mark: SPAN }, 'baggage', () => undefined);
      expect(shown.get('baggage')).to.equal(`mine=1,causality=${STAMP}`);
      expect(shown.get('tracestate')).to.equal(`causality=${SPAN},v=1`);
    }
  });

  it('take back a stamp that an earlier attempt left in the carrier, where the mark goes alone', () => {
    const mark = `causality=${SPAN}`;
    for (const [baggage, rest] of [
      [`causality=${STAMP}`, ''],
      [`mine=1,causality=${STAMP}`, 'mine=1'],
    ] as const) {
      expect(outbound({}, {}, { carrier: { baggage } }).carrier).to.deep.equal({ baggage: rest, tracestate: mark });
    }
    expect(outbound({}, {}, { place: 'header', carrier: { causality: STAMP } }).carrier).to.deep.equal({
      causality: '',
      tracestate: mark,
    });
  });

  it('take back a stamp that copied headers hold in the place that is not in use', () => {
    const text = '1!7b1d62f2c9e04a15!1!!0!a*1';
    const old = '1!7b1d62f2c9e04a15!9!!0!b*9';
    const inHeader = outbound({}, { text }, { place: 'header', carrier: { Baggage: `user=alice,causality=${old}` } });
    expect(inHeader.sets.filter(([key]) => key !== 'tracestate')).to.deep.equal([
      ['causality', text],
      ['baggage', 'user=alice'],
    ]);
    const inBaggage = outbound({}, { text }, { place: 'baggage', carrier: { Causality: old } });
    expect(inBaggage.sets.filter(([key]) => key !== 'tracestate')).to.deep.equal([
      ['causality', ''],
      ['baggage', `causality=${text}`],
    ]);
    const alone = outbound({ baggage: 'user=alice' }, {}, { place: 'header', carrier: { causality: old } });
    expect(alone.sets).to.deep.include(['causality', '']);
  });

  it('do not touch what the application put there when there is nothing to add', () => {
    const mine = { baggage: `mine=1,causality=${STAMP}`, tracestate: 'v=1', causality: STAMP };
    expect(outbound({}, undefined, { carrier: { ...mine } }).sets).to.deep.equal([]);
    const baggage = 'user=causality,xcausality=1';
    expect(outbound({}, {}, { carrier: { baggage } }).sets.map(([key]) => key)).to.deep.equal(['tracestate']);
    expect(outbound({}, {}, { carrier: { baggage: 'mine=1' } }).sets.map(([key]) => key)).to.deep.equal(['tracestate']);
  });

  it('take a carrier that throws when looked at for an empty one', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('do not look');
        },
      },
    );
    expect(outbound({}, { text: STAMP }, { carrier: hostile }).sets).to.deep.include(['baggage', `causality=${STAMP}`]);
  });

  it('write the one list when the setter refuses the other', () => {
    const writes = { baggage: 'a=1', tracestate: 'v=1' };
    for (const [refused, kept, value] of [
      ['tracestate', 'baggage', `a=1,causality=${STAMP}`],
      ['baggage', 'tracestate', `causality=${SPAN},v=1`],
    ] as const) {
      const { sets, failures } = outbound(writes, { text: STAMP }, { refuses: (key) => key === refused });
      expect(sets).to.deep.equal([[kept, value]]);
      expect(failures).to.have.length(1);
    }
  });

  it('keep the lists when the setter refuses our header', () => {
    const { sets, failures } = outbound(
      { baggage: 'a=1' },
      { text: STAMP },
      { place: 'header', refuses: (key) => key === 'causality' },
    );
    expect(sets).to.deep.equal([
      ['tracestate', `causality=${SPAN}`],
      ['baggage', 'a=1'],
    ]);
    expect(failures).to.have.length(1);
  });

  it('bear a propagator that gives what is not text', () => {
    const { carrier } = outbound({ baggage: 5, tracestate: ['v=1', 'w=2'] }, { text: STAMP });
    expect(carrier).to.deep.equal({ baggage: `5,causality=${STAMP}`, tracestate: `causality=${SPAN},v=1,w=2` });
  });

  it('are read back as they were written', () => {
    const carrier: Record<string, string> = {};
    const headers = new OutboundHeaders(defaultTextMapSetter);
    headers.set(carrier, 'baggage', 'a=1');
    headers.finish(carrier, { text: STAMP, mark: SPAN }, 'baggage', () => undefined);
    const read = new InboundHeaders(carrier, defaultTextMapGetter, 'baggage');
    expect(read.mark).to.equal(SPAN);
    expect(read.stamp(() => undefined).text).to.equal(STAMP);
    expect(read.get(carrier, 'baggage')).to.equal('a=1');
  });
});
