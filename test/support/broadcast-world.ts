/**
 * Broadcasts among a few nodes over a network that loses, repeats and reorders, beside them the happens-before graph
 * drawn by hand: for each message the set of all messages that its sender had delivered or sent.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { VectorTimestamp } from '../../src/clocks/vector-timestamp.js';
import { type BroadcastMessage, CausalDeliveryBuffer, type Gap } from '../../src/delivery/index.js';

export interface TestMessage extends BroadcastMessage {
  /** Its place in the list of all messages. */
  readonly index: number;
}

/** One thing that happens to one node. */
export type Step =
  | { readonly does: 'broadcast'; readonly node: number }
  | { readonly does: 'receive'; readonly node: number; readonly message: number }
  | { readonly does: 'restart'; readonly node: number };

const NAMES = ['a', '__proto__', 'c', 'constructor'];

export const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('broadcast' as const), node: fc.nat(NAMES.length - 1) }) },
  {
    weight: 12,
    arbitrary: fc.record({ does: fc.constant('receive' as const), node: fc.nat(NAMES.length - 1), message: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const), node: fc.nat(NAMES.length - 1) }) },
);

interface TestNode {
  buffer: CausalDeliveryBuffer<TestMessage>;
  /** Every message that reached the application here, its own included, in that order. */
  readonly delivered: number[];
  /** Every message that arrived here. */
  readonly arrived: Set<number>;
}

export class BroadcastWorld {
  readonly messages: TestMessage[] = [];
  /** For each message everything that happened before it. */
  readonly pasts: ReadonlySet<number>[] = [];
  readonly nodes: TestNode[] = NAMES.map((node) => ({
    buffer: new CausalDeliveryBuffer<TestMessage>({ node }),
    delivered: [],
    arrived: new Set(),
  }));

  run(step: Step): void {
    const node = this.nodes[step.node] as TestNode;
    if (step.does === 'broadcast') this.broadcast(node);
    else if (step.does === 'receive' && this.messages.length > 0)
      this.receive(node, step.message % this.messages.length);
    else if (step.does === 'restart') this.restart(node);
  }

  /** Everything arrives everywhere, last message first. */
  flush(): void {
    for (const node of this.nodes) for (let i = this.messages.length - 1; i >= 0; i--) this.receive(node, i);
  }

  check(): void {
    for (const node of this.nodes) {
      this.expectLinearExtension(node.delivered);
      expect([...node.delivered].sort((x, y) => x - y)).to.deep.equal(this.deliverable(node.arrived, node));
      expect(numbered(node.buffer.missing())).to.deep.equal(this.naiveMissing(node));
      expect(node.buffer.size).to.equal([...node.arrived].filter((i) => !node.delivered.includes(i)).length);
    }
  }

  private broadcast(node: TestNode): void {
    const index = this.messages.length;
    this.pasts.push(new Set(node.delivered));
    const vector = node.buffer.next();
    this.messages.push({ index, sender: node.buffer.node as string, vector });
    node.delivered.push(index);
    node.arrived.add(index);
  }

  private receive(node: TestNode, index: number): void {
    const known = node.arrived.has(index);
    const { outcome, delivered } = node.buffer.receive(this.messages[index] as TestMessage);
    if (known) expect(outcome).to.equal('duplicate');
    else expect(outcome).to.be.oneOf(['delivered', 'waiting']);
    if (outcome === 'delivered') expect(delivered[0]?.index).to.equal(index);
    else expect(delivered).to.deep.equal([]);
    node.arrived.add(index);
    for (const message of delivered) node.delivered.push(message.index);
  }

  private restart(node: TestNode): void {
    const stored = JSON.stringify(node.buffer.snapshot());
    node.buffer = CausalDeliveryBuffer.restore<TestMessage>(JSON.parse(stored), { node: node.buffer.node as string });
  }

  /** Nothing twice, and nothing before anything that happened before it. */
  private expectLinearExtension(order: readonly number[]): void {
    expect(new Set(order).size).to.equal(order.length);
    const seen = new Set<number>();
    for (const index of order) {
      for (const cause of this.pasts[index] as ReadonlySet<number>) expect(seen.has(cause)).to.equal(true);
      seen.add(index);
    }
  }

  /** What can be delivered of what arrived: all whose whole past arrived as well. */
  private deliverable(arrived: ReadonlySet<number>, node: TestNode): number[] {
    const possible = [...arrived].filter((index) =>
      [...(this.pasts[index] as ReadonlySet<number>)].every(
        (cause) => arrived.has(cause) || node.delivered.includes(cause),
      ),
    );
    return possible.sort((x, y) => x - y);
  }

  /** What is in the past of something that waits, and did not arrive. */
  private naiveMissing(node: TestNode): string[] {
    const missing = new Set<string>();
    for (const index of node.arrived) {
      if (node.delivered.includes(index)) continue;
      for (const cause of this.pasts[index] as ReadonlySet<number>) {
        const { sender, vector } = this.messages[cause] as TestMessage;
        if (!node.arrived.has(cause)) missing.add(`${sender} ${vector.get(sender)}`);
      }
    }
    return [...missing].sort();
  }
}

/** Gaps as single messages. */
function numbered(gaps: readonly Gap[]): string[] {
  return gaps
    .flatMap(({ node, from, to }) => Array.from({ length: to - from + 1 }, (_, i) => `${node} ${from + i}`))
    .sort();
}

/** A message by hand. */
export function message(sender: string, entries: Readonly<Record<string, number>>): BroadcastMessage {
  return { sender, vector: VectorTimestamp.from(Object.entries(entries)) };
}
