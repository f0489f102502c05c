/** Session tokens and contexts: what the store gives out it reads again, and it says what is wrong with anything else. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { VectorTimestamp } from 'otel-causality';
import { Refusal } from '../src/core/refusal.js';
import { formatContext, formatSession, parseContext, parseSession } from '../src/core/tokens.js';
import { MAX_TOKEN_LENGTH, MAX_WRITERS } from '../src/limits.js';

const writers = fc.stringMatching(/^n[1-3]-[a-z0-9]{8}$/);
const vectors = fc
  .uniqueArray(fc.tuple(writers, fc.integer({ min: 1, max: 2 ** 48 })), {
    selector: ([writer]) => writer,
    minLength: 1,
    maxLength: 20,
  })
  .map((entries) => VectorTimestamp.from(entries));

function refusalOf(run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const many = (count: number): string =>
  `1;${Array.from({ length: count }, (_, i) => `n-${String(i).padStart(8, '0')}=1`).join(',')}`;

describe('tokens', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(vectors, fc.string({ minLength: 1, maxLength: 50 }), (vector, key) => {
        expect(parseSession(formatSession(vector)).compare(vector)).to.equal('equal');
        expect(parseContext(key, formatContext(key, vector)).compare(vector)).to.equal('equal');
      }),
    );
  });

  it('may be absent: a new session, a writer who has seen nothing', () => {
    for (const absent of [undefined, '']) {
      expect(parseSession(absent).size).to.equal(0);
      expect(parseContext('k', absent).size).to.equal(0);
    }
  });

  for (const [token, reason] of [
    ['nonsense', 'a session token is'],
    ['2;n1-aaaaaaaa=1', 'a session token is'],
    ['1;n1-aaaaaaaa=1;more', 'a session token is'],
    ['1;n1-aaaaaaaa', 'node=counter'],
    ['1;n1-aaaaaaaa=-1', 'n1-aaaaaaaa'],
    ['1;n1-aaaaaaaa=1.5', 'n1-aaaaaaaa'],
    ['1;n1-aaaaaaaa=99999999999999999999', 'n1-aaaaaaaa'],
    ['1;n1-aaaaaaaa=1,n1-aaaaaaaa=2', 'once'],
    ['1;n1-aaaaaaaa=1, 1;n1-aaaaaaaa=1', 'a session token is'],
  ] as const) {
    it(`say what is wrong with ${token}`, () => {
      const refusal = refusalOf(() => parseSession(token));
      expect(refusal.code).to.equal('bad-session');
      expect(refusal.status).to.equal(400);
      expect(refusal.message).to.include(reason);
    });
  }

  it('are bounded in length and in writers, at the limit and above it', () => {
    expect(parseSession(many(MAX_WRITERS)).size).to.equal(MAX_WRITERS);
    expect(refusalOf(() => parseSession(many(MAX_WRITERS + 1))).message).to.include(`${MAX_WRITERS} writers`);
    const fitting = `1;${'n'.repeat(64)}=1`;
    expect(() => parseSession(fitting.padEnd(MAX_TOKEN_LENGTH, ' '))).to.throw('vector');
    expect(refusalOf(() => parseSession(fitting.padEnd(MAX_TOKEN_LENGTH + 1, ' '))).message).to.include('longer than');
  });

  it('that the store gives out are never too long', () => {
    const longest = Array.from({ length: MAX_WRITERS }, (_, i): [string, number] => {
      return [`${'n'.repeat(32)}-${String(i).padStart(8, '0')}`, 2 ** 48];
    });
    const vector = VectorTimestamp.from(longest);
    expect(parseSession(formatSession(vector)).size).to.equal(MAX_WRITERS);
    expect(parseContext('k', formatContext('k', vector)).size).to.equal(MAX_WRITERS);
  });

  it('belong to one key, if they are contexts', () => {
    const context = formatContext('colour', VectorTimestamp.from([['n1-aaaaaaaa', 3]]));
    expect(refusalOf(() => parseContext('size', context)).message).to.equal('this context is of another key');
    expect(refusalOf(() => parseContext('colour', '1;n1-aaaaaaaa=3')).code).to.equal('bad-context');
  });
});
