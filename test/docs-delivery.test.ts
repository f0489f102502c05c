/** docs/delivery.md, held to its word: every sample prints what it says, and every limit is the one in the code. */
import { expect } from 'chai';
import * as limit from '../src/clocks/limits.js';
import { itPrintsWhatItSays, readPage } from './support/document-samples.js';

const { page, samples } = readPage('delivery.md');

describe('docs/delivery.md', () => {
  it('has samples for each of its parts, all of them JavaScript', () => {
    expect(samples).to.have.lengthOf.at.least(5);
    for (const { language } of samples) expect(language).to.equal('js');
    for (const part of ['openDeduplicator', 'CausalDeduplicator', 'CausalRegister', 'CausalDeliveryBuffer']) {
      expect(samples.some(({ code }) => code.includes(part))).to.equal(true);
    }
  });

  it('quotes every limit as it is', () => {
    const quoted = [...page.split('## Bounds')[1]!.matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\|/gm)];
    const limits = new Map(quoted.map(([, what, limit]) => [what as string, limit as string]));
    const n = (count: number): string => count.toLocaleString('en');
    const range = (highest: number, preset: number): string => `${n(highest)} (${n(preset)})`;
    const expected: Readonly<Record<string, string>> = {
      'nodes that a deduplicator remembers': range(limit.HIGHEST_DEDUP_NODES, limit.DEFAULT_DEDUP_NODES),
      'runs of ticks of one node': range(limit.HIGHEST_DEDUP_RUNS, limit.DEFAULT_DEDUP_RUNS),
      keys: range(limit.HIGHEST_DEDUP_KEYS, limit.DEFAULT_DEDUP_KEYS),
      'concurrent versions of one key': n(limit.MAX_KEY_VERSIONS),
      'names of messages being handled (one or two each)': n(limit.MAX_HANDLING),
      'entries of vectors, of all keys of a deduplicator, or of all messages that wait in a buffer': n(
        limit.MAX_HELD_ENTRIES,
      ),
      'conflicts that wait': range(limit.HIGHEST_CONFLICTS, limit.DEFAULT_CONFLICTS),
      'a stored state': `${limit.MAX_STATE_LENGTH / 2 ** 20} Mi characters`,
      'values that a write leaves in a register': range(limit.HIGHEST_SIBLINGS, limit.DEFAULT_SIBLINGS),
      'values that a merge leaves': n(limit.MAX_MERGED_SIBLINGS),
      'messages that wait in a delivery buffer': range(limit.HIGHEST_WAITING_MESSAGES, limit.DEFAULT_WAITING_MESSAGES),
      'senders that a delivery buffer knows': n(limit.MAX_FOREIGN_VECTOR_ENTRIES),
      'entries of a vector': n(limit.MAX_FOREIGN_VECTOR_ENTRIES),
      "characters of a node's id, and of a key": `${n(limit.MAX_FOREIGN_NODE_ID_LENGTH)}, and ${n(limit.MAX_KEY_LENGTH)}`,
      'ticks and counters': `2^${Math.log2(limit.MAX_COUNTER)}`,
    };
    for (const [what, text] of Object.entries(expected)) expect(limits.get(what), what).to.equal(text);
    // The head, its rule, and no row that nobody looked at.
    expect(limits.size).to.equal(Object.keys(expected).length + 2);
  });

  itPrintsWhatItSays(samples);
});
