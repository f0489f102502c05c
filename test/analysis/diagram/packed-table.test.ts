/** A graph's columns, packed for the page and unpacked again. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CausalGraph } from '../../../src/analysis/graph/causal-graph.js';
import { packTable, unpackTable } from '../../../src/analysis/diagram/pack-table.js';
import { entriesOf } from '../../../src/analysis/diagram/pack-vectors.js';
import type { EventTable } from '../../../src/analysis/events/event-table.js';
import { recordedFleet } from '../../../bench/analysis/recorded-fleet.js';
import { type Fleet, play, plans } from '../../support/history-arbitrary.js';

const FLEETS: readonly Fleet[] = ['stamped', 'plain', 'mixed', 'partly read'];

const COLUMNS = [
  'trace',
  'parent',
  'treeOrder',
  'childAt',
  'children',
  'lane',
  'startNanos',
  'endNanos',
  'flags',
  'tick',
  'lamport',
  'chain',
  'position',
  'chainEvents',
  'vectorSize',
] as const;

function expectSame(table: EventTable, other: EventTable): void {
  for (const column of COLUMNS) expect(other[column], column).to.deep.equal(table[column]);
  expect(other.lanes).to.deep.equal(table.lanes);
  expect(other.chains).to.deep.equal(table.chains);
  expect(other.domains).to.deep.equal(table.domains);
  expect(other.links).to.deep.equal(table.links);
  expect(other.traces).to.equal(table.traces);
  expect(other.spans.map(({ kind, links }) => [kind, links.length])).to.deep.equal(
    table.spans.map(({ kind, links }) => [kind, links.length]),
  );
  table.vectorSize.forEach((_, vector) => {
    expect(new Map(entriesOf(other, vector))).to.deep.equal(new Map(entriesOf(table, vector)));
  });
}

describe('a packed table', () => {
  for (const fleet of FLEETS) {
    it(`comes back as it was, of a ${fleet} fleet`, () => {
      fc.assert(
        fc.property(plans(fleet), (plan) => {
          const { parts } = CausalGraph.of(play(plan).recorded());
          const packed = JSON.parse(JSON.stringify(packTable(parts))) as ReturnType<typeof packTable>;
          expectSame(parts.table, unpackTable(packed, parts.table.spans));
        }),
        { numRuns: 150 },
      );
    });
  }

  it('comes back with vectors that lost entries, clashes, and hundreds of thousands of nanoseconds', () => {
    const spans = [...recordedFleet({ spans: 400, stamped: true, requestsPerTrace: 20 })].map((span, i) => {
      const attributes = { ...span.attributes };
      // Every seventh forgets what it had heard, every eleventh bears its neighbour's number.
      if (i % 7 === 0)
        attributes['causality.vector'] =
          `${String(attributes['causality.node'])}=${String(attributes['causality.tick'])}`;
      if (i % 11 === 0) attributes['causality.tick'] = Number(attributes['causality.tick']) + 1;
      return { ...span, attributes };
    });
    const { parts } = CausalGraph.of(spans);
    const packed = packTable(parts);
    expect(packed.vectors.some((number) => number < -1)).to.equal(true);
    expectSame(parts.table, unpackTable(packed, parts.table.spans));
  });
});
