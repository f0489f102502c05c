import { expect } from 'chai';
import { CausalClock } from '../../src/otel/causal-clock.js';
import { type CausalClockOptions, isDisabled, settle } from '../../src/otel/clock-options.js';
import { CausalityPropagator } from '../../src/otel/propagator.js';
import { CausalitySpanProcessor } from '../../src/otel/span-processor.js';
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
    it('OTEL_CAUSALITY_ATTRIBUTES stands in for attributes', () => {
      const from = (text: string, options = {}): string =>
        settled(options, { OTEL_CAUSALITY_ATTRIBUTES: text }).attributes;
      expect(from('lean')).to.equal('lean');
      expect(from(' FULL ')).to.equal('full');
      expect(from('')).to.equal('standard');
      expect(from('  ')).to.equal('standard');
      expect(from('lean', { attributes: 'full' }), 'the option is stronger').to.equal('full');
      const error = expectInvalid(() => from('everything'), 'OTEL_CAUSALITY_ATTRIBUTES');
      expect(error.value).to.equal('everything');
    });

    it('OTEL_CAUSALITY_MAX_DRIFT_MS stands in for maxDriftMs', () => {
      const from = (text: string, options = {}): number =>
        settled(options, { OTEL_CAUSALITY_MAX_DRIFT_MS: text }).maxDriftMs;
      expect(from('250')).to.equal(250);
      expect(from('0')).to.equal(0);
      expect(from(' 86400000 ')).to.equal(86_400_000);
      expect(from('')).to.equal(500);
      expect(from('250', { maxDriftMs: 100 }), 'the option is stronger').to.equal(100);
      for (const text of ['-1', '86400001', 'half a second', 'NaN', 'Infinity', '5 ms']) {
        expect(expectInvalid(() => from(text), 'OTEL_CAUSALITY_MAX_DRIFT_MS').value).to.equal(text);
      }
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
    const clock = new CausalClock({ node: 'options' });

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
