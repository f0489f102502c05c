/** The checker is checked: a right history has no findings, and each kind of violation, planted, is found. */
import { expect } from 'chai';
import { checkHistory, type Violation } from '../checker/check-history.js';
import { type HistoryRecord, HistoryRecorder, type Outcome } from '../checker/history.js';

interface Told {
  readonly node?: string;
  readonly saw?: readonly string[];
  readonly shows?: readonly string[];
  readonly outcome?: Outcome;
  readonly final?: boolean;
  readonly outOfSession?: boolean;
}

/** Writes a history by hand. Request ids name sessions: `a1` is the first request of session `a`. */
class Story {
  private readonly recorder = new HistoryRecorder();
  private readonly values = new Map<string, string | null>();

  put(id: string, key: string, told: Told = {}): this {
    this.values.set(id, `value of ${id}`);
    return this.tell(id, 'put', key, { shows: [id], ...told });
  }

  remove(id: string, key: string, told: Told = {}): this {
    this.values.set(id, null);
    return this.tell(id, 'delete', key, { shows: [id], ...told });
  }

  get(id: string, key: string, ...shows: string[]): this {
    return this.tell(id, 'get', key, { shows });
  }

  final(node: string, key: string, ...shows: string[]): this {
    return this.tell(`final-${node}-${key}`, 'get', key, { node, shows, final: true, outOfSession: true });
  }

  tell(id: string, kind: HistoryRecord['kind'], key: string, told: Told): this {
    const { node = 'n1', saw = [], shows = [], outcome = 'ok', final = false, outOfSession = false } = told;
    const value = kind === 'put' ? { value: `value of ${id}` } : {};
    const end = this.recorder.invoke({
      id,
      session: id.slice(0, 1),
      node,
      kind,
      key,
      ...value,
      sawRepliesOf: saw,
      inSession: !outOfSession,
      final,
    });
    const shown = shows.map((request) => ({ request, value: this.values.get(request) ?? null }));
    end(outcome, shown);
    return this;
  }

  violations(): Violation[] {
    return [...new Set(checkHistory(this.recorder.records).map(({ violation }) => violation))].sort();
  }

  get records(): HistoryRecord[] {
    return this.recorder.records;
  }
}

describe('the checker', () => {
  it('has nothing to say of a right history', () => {
    const story = new Story()
      .put('a1', 'x')
      .get('b1', 'x', 'a1')
      .put('b2', 'x', { saw: ['b1'] })
      .put('c1', 'x', { shows: ['a1', 'c1'] })
      .get('a2', 'x', 'b2', 'c1')
      .remove('a3', 'x', { saw: ['a2'] })
      .get('a4', 'x', 'a3')
      .get('b3', 'y')
      .put('d1', 'y', { outcome: 'unknown' })
      .put('d2', 'y', { outcome: 'refused' })
      .final('n1', 'x', 'a3')
      .final('n2', 'x', 'a3')
      .final('n1', 'y', 'd1')
      .final('n2', 'y', 'd1');
    expect(story.violations()).to.deep.equal([]);
  });

  it('has nothing to say of a write without a context: it stands beside what was there', () => {
    const story = new Story()
      .put('a1', 'x')
      .put('a2', 'x', { shows: ['a1', 'a2'] })
      .get('a3', 'x', 'a1', 'a2');
    expect(story.violations()).to.deep.equal([]);
  });

  it('promises nothing to requests outside a session', () => {
    const story = new Story().put('a1', 'x').tell('a2', 'get', 'x', { shows: [], outOfSession: true });
    expect(story.violations()).to.deep.equal([]);
  });

  const planted: readonly [Violation, string, Story][] = [
    ['read-your-writes', 'a session does not see its own write', new Story().put('a1', 'x').get('a2', 'x')],
    [
      'monotonic-reads',
      'a session does not see what it saw before',
      new Story().put('b1', 'x').get('a1', 'x', 'b1').get('a2', 'x'),
    ],
    [
      'monotonic-writes',
      'the second write of a session is seen without the first',
      new Story().put('b1', 'x').put('b2', 'y').get('a1', 'y', 'b2').get('a2', 'x'),
    ],
    [
      'writes-follow-reads',
      'a write is seen without what its writer had read',
      new Story().put('c1', 'x').get('b1', 'x', 'c1').put('b2', 'y').get('a1', 'y', 'b2').get('a2', 'x'),
    ],
    [
      'causal-past-missing',
      'a write is seen without what came before by way of a third',
      new Story()
        .put('d1', 'x')
        .get('c1', 'x', 'd1')
        .put('c2', 'y')
        .get('b1', 'y', 'c2')
        .put('b2', 'z')
        // Session a hears of b2; the writer of b2 had read y only, whose writer had read x.
        .get('a1', 'z', 'b2')
        .get('a2', 'x'),
    ],
    [
      'overwritten-value-read',
      'a value is read that something in the reader’s past replaced',
      new Story()
        .put('b1', 'x')
        .get('b2', 'x', 'b1')
        .put('b3', 'x', { saw: ['b2'] })
        .get('a1', 'x', 'b3')
        .get('a2', 'x', 'b3', 'b1'),
    ],
    [
      'overwritten-value-read',
      'a deleted value comes back',
      new Story()
        .put('a1', 'x')
        .remove('a2', 'x', { saw: ['a1'] })
        .get('a3', 'x', 'a2', 'a1'),
    ],
    ['phantom-value', 'a value that nobody wrote', new Story().get('a1', 'x', 'z9')],
    ['phantom-value', 'a value of another key', new Story().put('b1', 'y').get('a1', 'x', 'b1')],
    [
      'refused-write-took-effect',
      'a refused write is seen',
      new Story().put('b1', 'x', { outcome: 'refused' }).get('a1', 'x', 'b1'),
    ],
    ['version-shown-twice', 'one version twice', new Story().put('a1', 'x').get('a2', 'x', 'a1', 'a1')],
    ['lost-write', 'an acknowledged write is gone', new Story().put('a1', 'x').final('n1', 'x').final('n2', 'x')],
    [
      'lost-write',
      'an acknowledged write was replaced by one that had not seen it',
      new Story().put('a1', 'x').put('b1', 'x').final('n1', 'x', 'b1'),
    ],
    [
      'divergence',
      'nodes differ',
      new Story().put('a1', 'x', { outcome: 'unknown' }).final('n1', 'x', 'a1').final('n2', 'x'),
    ],
    [
      'final-read-failed',
      'a node never answers again',
      new Story().put('a1', 'x', { outcome: 'unknown' }).tell('z1', 'get', 'x', { final: true, outcome: 'refused' }),
    ],
  ];
  for (const [violation, title, story] of planted) {
    it(`finds ${violation}: ${title}`, () => {
      expect(story.violations()).to.include(violation);
    });
  }

  it('finds a value that was read before it was written', () => {
    const story = new Story();
    story.put('b1', 'x');
    const [write] = story.records as [HistoryRecord];
    const read: HistoryRecord = { ...write, id: 'a1', session: 'a', kind: 'get', invokedAt: -2, respondedAt: -1 };
    const kinds = checkHistory([write, read]).map(({ violation }) => violation);
    expect(kinds).to.include('phantom-value');
  });

  it('finds a circle: two sessions that each read what the other wrote afterwards', () => {
    const story = new Story()
      .put('a1', 'y', { outcome: 'unknown' })
      .put('b1', 'x', { outcome: 'unknown' })
      .get('a2', 'x', 'b2')
      .put('a3', 'x')
      .get('b3', 'x', 'a3')
      .put('b2', 'x');
    expect(story.violations()).to.include('circle');
  });

  it('refuses a history in which two requests share an id', () => {
    expect(() => new Story().put('a1', 'x').put('a1', 'y').violations()).to.throw('two requests a1');
  });
});
