/**
 * What can grow: every collection that lives longer than a call, with the limit that holds it and the test that shows
 * both sides of it. A new one fails here until it has both.
 *
 * Of the analysis only what reads from outside and what lives in a process are here: the rest holds what was read, and
 * ends with the command.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as limits from '../../src/clocks/limits.js';
import { findCollections } from '../support/collections.js';
import { repositoryRoot } from '../support/repository.js';
import { readSourceTree, type SourceTree } from '../support/source-tree.js';

interface Bounded {
  /** The limit in `src/clocks/limits.ts`. */
  readonly limit: keyof typeof limits;
  /** Who shows that it holds, in `test`. */
  readonly shownBy: string;
}

/** Why one needs no limit. */
const REASONS = {
  weak: 'lives as long as what it is about, which is the application’s',
  constant: 'holds names that the sources spell out',
  call: 'is emptied or replaced within one document, call or request',
  owned: 'holds what its owner limits, in the line beside it',
} as const;
type Reason = keyof typeof REASONS;

const LIMITS = new Map<string, unknown>(Object.entries(limits));

const HELD: Readonly<Record<string, Bounded | Reason>> = {
  'analysis/live/causal-console-exporter.ts traces': {
    limit: 'MAX_LIVE_TRACES',
    shownBy: 'analysis/live/causal-console-exporter.test.ts',
  },
  'analysis/readers/json/byte-capture.ts parts': 'call',
  'analysis/readers/json/json-framer.ts path': 'constant',
  'analysis/readers/json/json-framer.ts listPath': 'constant',
  'analysis/readers/one-by-one.ts list': 'call',
  'analysis/readers/read-traces.ts ready': 'call',
  'analysis/readers/formats/reading.ts remarks': 'constant',
  'analysis/readers/formats/reading.ts staged': 'call',
  'analysis/readers/formats/reading.ts stagedHalves': 'call',
  'analysis/readers/formats/reading.ts stagedLogs': 'call',
  'analysis/readers/formats/reading.ts stagedReasons': 'call',
  'analysis/readers/formats/zipkin-shared.ts held': {
    limit: 'MAX_HELD_ZIPKIN_SPANS',
    shownBy: 'attacks/endless-answers.test.ts',
  },
  'analysis/readers/formats/zipkin.ts resources': {
    limit: 'MAX_REMEMBERED_SERVICES',
    shownBy: 'attacks/unbounded-nodes.test.ts',
  },
  'clocks/received-table.ts readCounters': { limit: 'MAX_VECTOR_ENTRIES', shownBy: 'attacks/header-bombs.test.ts' },
  'clocks/received-table.ts readNodes': { limit: 'MAX_VECTOR_ENTRIES', shownBy: 'attacks/header-bombs.test.ts' },
  'clocks/received-table.ts UNREAD_COUNTERS': 'constant',
  'clocks/received-table.ts UNREAD_NODES': 'constant',
  'codec/list-members.ts NONE': 'constant',
  'delivery/conflict-queue.ts waiting': {
    limit: 'HIGHEST_CONFLICTS',
    shownBy: 'delivery/deduplicator-bounds.test.ts',
  },
  'delivery/delivery-buffer.ts delivered': {
    limit: 'MAX_FOREIGN_VECTOR_ENTRIES',
    shownBy: 'attacks/delivery-senders.test.ts',
  },
  'delivery/delivery-buffer.ts newcomers': {
    limit: 'MAX_FOREIGN_VECTOR_ENTRIES',
    shownBy: 'attacks/delivery-senders.test.ts',
  },
  'delivery/delivery-buffer.ts turnedAway': {
    limit: 'MAX_FOREIGN_VECTOR_ENTRIES',
    shownBy: 'attacks/delivery-senders.test.ts',
  },
  'delivery/handled-memory.ts keys': { limit: 'HIGHEST_DEDUP_KEYS', shownBy: 'delivery/deduplicator-bounds.test.ts' },
  'delivery/handled-memory.ts nodes': { limit: 'HIGHEST_DEDUP_NODES', shownBy: 'delivery/deduplicator-bounds.test.ts' },
  'delivery/handling-set.ts names': { limit: 'MAX_HANDLING', shownBy: 'attacks/slow-contexts.test.ts' },
  'delivery/key-versions.ts latest': { limit: 'MAX_KEY_VERSIONS', shownBy: 'delivery/deduplicator-bounds.test.ts' },
  'delivery/tick-runs.ts bounds': { limit: 'HIGHEST_DEDUP_RUNS', shownBy: 'delivery/deduplicator-bounds.test.ts' },
  'delivery/waiting-messages.ts all': {
    limit: 'HIGHEST_WAITING_MESSAGES',
    shownBy: 'delivery/delivery-bounds.test.ts',
  },
  'delivery/waiting-messages.ts filed': 'owned',
  'interop/clockwork-propagator.ts received': 'weak',
  'interop/correlation-vector-line.ts bySpan': 'weak',
  'interop/correlation-vector-line.ts unrecorded': 'call',
  'otel/awaited-replies.ts bySpan': { limit: 'MAX_AWAITED_REPLIES', shownBy: 'otel/awaited-replies.test.ts' },
  'otel/counters.ts incompletes': 'constant',
  'otel/counters.ts refusals': 'constant',
  'otel/domain-store.ts awake': { limit: 'HIGHEST_MAX_DOMAINS', shownBy: 'attacks/unbounded-traces.test.ts' },
  'otel/environment-values.ts problems': { limit: 'MAX_TARGET_PATTERNS', shownBy: 'attacks/header-bombs.test.ts' },
  'otel/headers.ts NO_TEXTS': 'constant',
  'otel/messages.ts watching': 'constant',
  'otel/resting-texts.ts free': 'owned',
  'otel/resting-texts.ts pages': 'owned',
  'otel/trace-slots.ts oddIds': 'owned',
  'otel/trace-slots.ts tables': 'owned',
  'register/join-sdk.ts undo': 'constant',
};

/** The part of the sources that is looked at. */
function isLookedAt(file: string): boolean {
  if (file.startsWith('cli/')) return false;
  return !file.startsWith('analysis/') || /^analysis\/(?:readers|live)\//.test(file);
}

describe('attack: collections that grow', () => {
  const tree: SourceTree = new Map(
    [...readSourceTree(join(repositoryRoot, 'src'))].filter(([file]) => isLookedAt(file)),
  );

  it('have each a limit, or a reason to need none', () => {
    expect(findCollections(tree).toSorted()).to.deep.equal(Object.keys(HELD).toSorted());
  });

  for (const [name, bound] of Object.entries(HELD)) {
    if (typeof bound === 'string') continue;
    it(`${name}: ${bound.limit}`, () => {
      expect(LIMITS.get(bound.limit)).to.be.a('number').and.above(0);
      const users = [...tree].filter(([file, text]) => file !== 'clocks/limits.ts' && text.includes(bound.limit));
      expect(users, 'somebody keeps to it').not.to.deep.equal([]);
      expect(existsSync(join(repositoryRoot, 'test', bound.shownBy)), bound.shownBy).to.equal(true);
    });
  }

  it('would be found: as fields and variables, exported or not, also in a class inside a function', () => {
    const fabricated: SourceTree = new Map([
      [
        'a.ts',
        `const b = new Map<string, number>(); export const c = []; const fixed = new Set(['x']);
         export class D { private readonly e = new Set<string>(); f: string[] = []; g = 1; }
         function h() { return class { #i = new WeakMap(); j = [1]; }; }`,
      ],
    ]);
    expect(findCollections(fabricated)).to.deep.equal(['a.ts b', 'a.ts c', 'a.ts e', 'a.ts f', 'a.ts i']);
  });
});
