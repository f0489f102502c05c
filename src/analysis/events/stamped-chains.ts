/**
 * The chains and lanes of whoever stamped: what a node did in a domain is a chain, all that it did is a lane.
 *
 * Guarantee: nodes, domains and chains are numbered in the order in which somebody first named them.
 * Hazard: a chain is made when a vector first names it, which may be before its node is known to have events: lanes are
 * settled at the end.
 */
import { type Chain, type EventTable, NONE } from './event-table.js';
import { PairIndex } from './pair-index.js';

/** Finds or makes the chain of a node in a domain, and the lane of a node. */
export class StampedChains {
  private readonly domainIndex = new Map<string, number>();
  private readonly nodeIndex = new Map<string, number>();
  private readonly nodes: string[] = [];
  private readonly laneOfNode: number[] = [];
  private readonly chainIndex = new PairIndex();
  private readonly nodeOfChain: number[] = [];

  constructor(private readonly table: EventTable) {}

  domain(name: string): number {
    let index = this.domainIndex.get(name);
    if (index === undefined) {
      index = this.table.domains.push(name) - 1;
      this.domainIndex.set(name, index);
    }
    return index;
  }

  /** The number of a node, which is made where it has none. */
  node(id: string): number {
    let index = this.nodeIndex.get(id);
    if (index === undefined) {
      index = this.nodes.push(id) - 1;
      this.nodeIndex.set(id, index);
      this.laneOfNode.push(NONE);
    }
    return index;
  }

  idOf(node: number): string {
    return this.nodes[node] as string;
  }

  chain(domain: number, nodeIndex: number): number {
    let chain = this.chainIndex.get(domain, nodeIndex);
    if (chain === NONE) {
      chain =
        this.table.chains.push({
          lane: NONE,
          domain,
          from: 0,
          to: 0,
          clashTick: Number.POSITIVE_INFINITY,
          isOrdered: true,
        }) - 1;
      this.chainIndex.set(domain, nodeIndex, chain);
      this.nodeOfChain.push(nodeIndex);
    }
    return chain;
  }

  nodeNamed(chain: number): string {
    return this.nodes[this.nodeOfChain[chain] as number] as string;
  }

  /** The lane of a node that has events; the service is its first span's. */
  lane(index: number, service: string): number {
    let lane = this.laneOfNode[index] as number;
    if (lane === NONE) {
      lane =
        this.table.lanes.push({ id: this.idOf(index), service, stamped: true, isProcess: true, resolutionNanos: 0 }) -
        1;
      this.laneOfNode[index] = lane;
    }
    return lane;
  }

  /** Chains are made when a vector first names them; their lanes are known once all spans were read. */
  settleLanes(): void {
    this.nodeOfChain.forEach((node, chain) => {
      (this.table.chains[chain] as Chain).lane = this.laneOfNode[node] as number;
    });
  }
}
