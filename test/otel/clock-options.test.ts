import { expect } from 'chai';
import { CausalClock } from '../../src/otel/causal-clock.js';
import {
  type CausalClockOptions,
  clockProblems,
  disabledProblem,
  isDisabled,
  settle,
} from '../../src/otel/clock-options.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
import { diagLines } from '../support/diag-lines.js';
import { expectInvalid } from '../support/invalid-value.js';

const settled = (options: unknown, environment: Record<string, string> = {}): ReturnType<typeof settle> =>
  settle(options as CausalClockOptions, environment);

describe('clock options', () => {
  it('all have defaults', () => {
    const { now, ...rest } = settled({});
    expect(rest).to.deep.equal({
      node: undefined,
      scope: 'trace',
      trust: 'all',
      maxEntries: 64,
      maxBytes: 1024,
      maxDomains: 10_000,
      domainIdleMs: 900_000,
      maxDriftMs: 500,
      plainHops: 'visible',
      attributes: 'standard',
    });
    expect(Math.abs(now() - Date.now())).to.be.lessThan(50);
  });

  const integers: readonly (readonly [keyof CausalClockOptions, number, number])[] = [
    ['maxEntries', 2, 64],
    ['maxBytes', 160, 4096],
    ['maxDomains', 1, 1_000_000],
    ['domainIdleMs', 1, Number.MAX_SAFE_INTEGER],
  ];
  for (const [name, lowest, highest] of integers) {
    it(`${name} is an integer from ${lowest} to ${highest}`, () => {
      for (const value of [lowest, lowest + 1, highest]) expect(settled({ [name]: value })[name]).to.equal(value);
      const wrong = [
        lowest - 1,
        highest + 1,
        lowest + 0.5,
        -lowest,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        `${lowest}`,
        [lowest],
        {},
        true,
      ];
      for (const value of wrong) {
        const error = expectInvalid(() => settled({ [name]: value }), name);
        expect(error.value).to.deep.equal(value);
        expect(error.expected).to.equal(`an integer from ${lowest} to ${highest}`);
      }
    });
  }

  it('maxDriftMs is a number from 0 to a day, fractions welcome', () => {
    for (const value of [0, 0.5, 500, 86_400_000]) expect(settled({ maxDriftMs: value }).maxDriftMs).to.equal(value);
    for (const value of [-0.001, 86_400_000.5, Number.NaN, Number.POSITIVE_INFINITY, '500', {}, true]) {
      expect(expectInvalid(() => settled({ maxDriftMs: value }), 'maxDriftMs').value).to.deep.equal(value);
    }
  });

  const choices: readonly (readonly [keyof CausalClockOptions, readonly string[]])[] = [
    ['scope', ['trace', 'process']],
    ['plainHops', ['visible', 'transparent']],
    ['attributes', ['standard', 'full', 'lean']],
  ];
  for (const [name, allowed] of choices) {
    it(`${name} is one of ${allowed.join(', ')}`, () => {
      for (const value of allowed) expect(settled({ [name]: value, trust: 'all' })[name]).to.equal(value);
      for (const value of ['', allowed[0]?.toUpperCase(), ` ${allowed[0]}`, 'toString', 1, {}, [allowed[0]]]) {
        const error = expectInvalid(() => settled({ [name]: value, trust: 'all' }), name);
        for (const one of allowed) expect(error.expected).to.include(`'${one}'`);
      }
    });
  }

  describe('node', () => {
    it('is any name with a letter or a digit', () => {
      for (const node of ['a', '7', 'my service', 'größe', 'x'.repeat(500)])
        expect(settled({ node }).node).to.equal(node);
      for (const node of ['', ' ', '---', '…', '\u0661', 7, null, {}]) expectInvalid(() => settled({ node }), 'node');
    });

    it('becomes the cleaned beginning of the id, and every clock gets another id', () => {
      const ids = [1, 2].map(() => new CausalClock({ node: 'my service/über' }).domains.nodeNamed(() => 'unused'));
      for (const id of ids) expect(id).to.match(/^my-service-ber-[0-9a-z]{8}$|^my-service-[0-9a-z-]*ber-[0-9a-z]{8}$/);
      expect(ids[0]).not.to.equal(ids[1]);
    });
  });

  describe('trust', () => {
    it("is 'all', 'none' or a function", () => {
      const judge = (): boolean => true;
      for (const trust of ['all', 'none', judge]) expect(settled({ trust }).trust).to.equal(trust);
      for (const trust of ['', 'some', true, false, null, 1, {}, ['all']])
        expectInvalid(() => settled({ trust }), 'trust');
    });

    it('must be stated in process scope', () => {
      expect(expectInvalid(() => settled({ scope: 'process' }), 'trust').message).to.include('process scope');
      expect(settled({ scope: 'process', trust: 'none' })).to.include({ scope: 'process', trust: 'none' });
    });
  });

  it('now is a function', () => {
    const now = (): number => 5;
    expect(settled({ now }).now).to.equal(now);
    for (const value of [5, 'now', {}, null]) expectInvalid(() => settled({ now: value }), 'now');
  });

  it('options are an object', () => {
    for (const value of [null, 5, 'trace', true]) expectInvalid(() => settled(value), 'options');
  });

  it('errors show the value, shortened, whatever it is', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('looked at');
        },
      },
    );
    for (const value of ['x'.repeat(10_000), Symbol('x'), 10n, hostile, () => 5, [1, 2]]) {
      expect(expectInvalid(() => settled({ maxEntries: value }), 'maxEntries').message.length).to.be.lessThan(200);
    }
  });

  describe('from the environment', () => {
    /** What is settled, and what was said about it. */
    function from(environment: Record<string, string>, options = {}): [ReturnType<typeof settle>, string[]] {
      let found: ReturnType<typeof settle> | undefined;
      const lines = diagLines(() => {
        found = settled(options, environment);
      });
      return [found as ReturnType<typeof settle>, lines];
    }

    type Row = readonly [
      variable: string,
      option: keyof CausalClockOptions,
      good: Readonly<Record<string, unknown>>,
      bad: readonly string[],
      instead: unknown,
    ];
    const rows: readonly Row[] = [
      ['NODE', 'node', { orders: 'orders', ' a b ': 'a b' }, ['---', '…'], undefined],
      ['TRUST', 'trust', { all: 'all', ' NONE ': 'none' }, ['some', 'true', 'a,b'], 'none'],
      ['MAX_ENTRIES', 'maxEntries', { 2: 2, ' 64 ': 64 }, ['1', '65', '-3', '3.5', '0x10', '1e1', 'ten'], 64],
      ['MAX_BYTES', 'maxBytes', { 160: 160, 4096: 4096 }, ['159', '4097', '1 KB', 'NaN'], 1024],
      [
        'MAX_DRIFT_MS',
        'maxDriftMs',
        { 250: 250, 0: 0, ' 86400000 ': 86_400_000, 0.5: 0.5 },
        ['-1', '86400001', 'half a second', 'NaN', 'Infinity', '5 ms'],
        500,
      ],
      ['PLAIN_HOPS', 'plainHops', { visible: 'visible', Transparent: 'transparent' }, ['hidden', 'true'], 'visible'],
      ['ATTRIBUTES', 'attributes', { lean: 'lean', ' FULL ': 'full' }, ['everything', 'lean,full'], 'standard'],
    ];
    for (const [name, option, good, bad, instead] of rows) {
      const variable = `OTEL_CAUSALITY_${name}`;
      it(`${variable} stands in for ${option}, and a bad value is said and passed over`, () => {
        for (const [text, value] of Object.entries(good)) {
          const [found, lines] = from({ [variable]: text });
          expect(found[option], text).to.equal(value);
          expect(lines).to.deep.equal([]);
        }
        const otherwise = settled({})[option];
        for (const text of ['', '  ']) {
          const [found, lines] = from({ [variable]: text });
          if (option !== 'now') expect(found[option]).to.equal(otherwise);
          expect(lines).to.deep.equal([]);
        }
        for (const text of bad) {
          const [found, lines] = from({ [variable]: text });
          expect(found[option], text).to.equal(instead);
          expect(lines).to.have.length(1);
          expect(lines[0])
            .to.match(/^warn otel-causality: /)
            .and.include(variable);
          expect(lines[0]).to.include(JSON.stringify(text)).and.include('using');
        }
        const option1 = settled({ [option]: Object.values(good)[0] })[option];
        const [found, lines] = from({ [variable]: bad[0] as string }, { [option]: option1 });
        expect(found[option], 'the option is stronger').to.equal(option1);
        expect(lines).to.deep.equal([]);
      });
    }

    it('OTEL_CAUSALITY_SCOPE stands in for scope, and process wants OTEL_CAUSALITY_TRUST beside it', () => {
      const scope = 'OTEL_CAUSALITY_SCOPE';
      expect(from({ [scope]: 'process', OTEL_CAUSALITY_TRUST: 'none' })[0]).to.include({
        scope: 'process',
        trust: 'none',
      });
      expect(from({ [scope]: 'process' }, { trust: 'all' })[0]).to.include({ scope: 'process', trust: 'all' });
      for (const environment of [{ [scope]: 'process' }, { [scope]: 'everything' }]) {
        const [found, lines] = from(environment);
        expect(found).to.include({ scope: 'trace', trust: 'all' });
        expect(lines).to.have.length(1);
        expect(lines[0]).to.include(scope).and.include("using 'trace'");
      }
      expect(from({ [scope]: 'process' })[1][0]).to.include('OTEL_CAUSALITY_TRUST');
      // The option, on the other hand, is code: it throws, unless the environment states the trust.
      expectInvalid(() => settled({ scope: 'process' }), 'trust');
      expect(settled({ scope: 'process' }, { OTEL_CAUSALITY_TRUST: 'all' }).trust).to.equal('all');
    });

    it('a long bad value is shortened', () => {
      const [, lines] = from({ OTEL_CAUSALITY_MAX_ENTRIES: '9'.repeat(10_000) });
      expect(lines[0]?.length).to.be.lessThan(250);
    });

    it('says in words what would do', () => {
      const [, attributes] = from({ OTEL_CAUSALITY_ATTRIBUTES: 'all' });
      expect(attributes[0]).to.include(
        `OTEL_CAUSALITY_ATTRIBUTES: expected 'standard' or 'full' or 'lean', got "all"; using 'standard'`,
      );
      const [, entries] = from({ OTEL_CAUSALITY_MAX_ENTRIES: '1' });
      expect(entries[0]).to.include('OTEL_CAUSALITY_MAX_ENTRIES: expected an integer from 2 to 64, got "1"');
      const [, scope] = from({ OTEL_CAUSALITY_SCOPE: 'process' });
      expect(scope[0])
        .to.include('OTEL_CAUSALITY_SCOPE: expected OTEL_CAUSALITY_TRUST to be')
        .and.include('got "process"');
      expect(expectInvalid(() => settled({ attributes: 'all' }), 'attributes').expected).to.equal(
        "'standard' or 'full' or 'lean'",
      );
    });

    it('tells ahead what it would say', () => {
      expect(clockProblems({ OTEL_CAUSALITY_NODE: 'orders' })).to.deep.equal([]);
      expect(clockProblems({ OTEL_CAUSALITY_NODE: '---' })).to.have.length(1);
      for (const text of ['true', 'FALSE', '']) {
        expect(disabledProblem({ OTEL_CAUSALITY_DISABLED: text })).to.deep.equal([]);
      }
      expect(disabledProblem({ OTEL_CAUSALITY_DISABLED: 'yes' })).to.deep.equal([
        `OTEL_CAUSALITY_DISABLED: expected 'true' or 'false', got "yes"; taken for 'false'`,
      ]);
    });

    it('OTEL_CAUSALITY_DISABLED is true or it is not', () => {
      for (const text of ['true', 'TRUE', ' True '])
        expect(isDisabled({ OTEL_CAUSALITY_DISABLED: text })).to.equal(true);
      for (const text of ['', 'false', '1', 'yes'])
        expect(isDisabled({ OTEL_CAUSALITY_DISABLED: text })).to.equal(false);
      expect(isDisabled({})).to.equal(false);
    });

    it('is not there in a browser', () => {
      expect(settle({}, {}).attributes).to.equal('standard');
    });
  });

  describe('of what uses a clock', () => {
    let clock: CausalClock;
    beforeEach(() => {
      clock = new CausalClock({ node: 'options' });
    });

    it('clock is a CausalClock', () => {
      for (const wrong of [null, 5, 'clock', {}, { spans: {} }, () => clock]) {
        expectInvalid(() => new CausalityPropagator({ clock: wrong as never }), 'clock');
        expectInvalid(() => new CausalitySpanProcessor({ clock: wrong as never }), 'clock');
      }
    });

    it('carrier is baggage or header', () => {
      for (const carrier of ['Baggage', '', 5, {}]) {
        expectInvalid(() => new CausalityPropagator({ clock, carrier: carrier as never }), 'carrier');
      }
    });

    it('propagators is an array of propagators', () => {
      for (const propagators of [null, {}, 'w3c', [undefined], [{}], [{ inject: () => undefined }]]) {
        expectInvalid(() => new CausalityPropagator({ clock, propagators: propagators as never }), 'propagators');
      }
    });

    it('propagateTo is a function', () => {
      for (const propagateTo of [null, true, 'example.com', ['example.com']]) {
        expectInvalid(() => new CausalityPropagator({ clock, propagateTo: propagateTo as never }), 'propagateTo');
      }
    });

    it('settings are frozen, and so is the clock', () => {
      expect(clock.settings).to.be.frozen;
      expect(clock).to.be.frozen;
    });
  });
});
