/**
 * What nodes say to each other, as JSON: the same over HTTP and in a simulation.
 *
 * `push` hands over operations, `pull` asks for what is missing, `snapshot` for everything. Each message names its
 * sender; one that comes under our own name, or from nobody we know, is refused and counted.
 */
import type { VectorTimestamp } from 'otel-causality';
import { MAX_BATCH_OPERATIONS } from '../limits.js';
import { type Operation, operationFromJson, operationToJson } from './operation.js';
import { Refusal } from './refusal.js';
import type { Since, StoreNode } from './store-node.js';
import type { Snapshot } from './store-state.js';
import { parsePlainVector } from './tokens.js';

export type PeerCall = 'push' | 'pull' | 'snapshot';

/** Another node, over whatever lies between. Every method rejects when it cannot be reached. */
export interface Peer {
  readonly name: string;
  /** Hands over operations; returns what the peer has applied then. */
  push(operations: readonly Operation[]): Promise<VectorTimestamp>;
  pull(seen: VectorTimestamp): Promise<Since>;
  snapshot(): Promise<Snapshot>;
}

/** Carries one call to a peer and its answer back. */
export type PeerTransport = (call: PeerCall, body: unknown) => Promise<unknown>;

/** A peer behind a transport. */
export function peerOver(name: string, self: string, transport: PeerTransport): Peer {
  return {
    name,
    async push(operations) {
      const answer = await transport('push', { from: self, operations: operations.map(operationToJson) });
      return vectorField(answer, 'seen');
    },
    async pull(seen) {
      const answer = await transport('pull', { from: self, seen: seen.toString() });
      const { operations } = answer as { operations?: unknown };
      if (operations === undefined) return { kind: 'snapshot-needed', seen: vectorField(answer, 'seen') };
      return { kind: 'operations', operations: operationsOf(operations), seen: vectorField(answer, 'seen') };
    },
    async snapshot() {
      return (await transport('snapshot', { from: self })) as Snapshot;
    },
  };
}

/** Answers a peer's call. Throws a {@link Refusal} for what is malformed or under a wrong name. */
export async function answerPeer(
  node: StoreNode,
  self: string,
  known: ReadonlySet<string>,
  call: PeerCall,
  body: unknown,
): Promise<unknown> {
  const { from, operations } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (from === self) throw new Refusal('own-name', `a peer calls itself ${self}, which is our name`);
  if (typeof from !== 'string' || !known.has(from)) throw new Refusal('unknown-peer', 'not a peer of this node');
  switch (call) {
    case 'push':
      await node.receive(operationsOf(operations));
      return { seen: node.seen.toString() };
    case 'pull': {
      const found = node.since(vectorField(body, 'seen'));
      if (found.kind === 'snapshot-needed') return { seen: found.seen.toString() };
      return { seen: found.seen.toString(), operations: found.operations.map(operationToJson) };
    }
    case 'snapshot':
      return node.snapshot();
  }
}

function operationsOf(json: unknown): Operation[] {
  if (!Array.isArray(json) || json.length > MAX_BATCH_OPERATIONS) {
    throw new Refusal('bad-operation', `operations: a list of at most ${MAX_BATCH_OPERATIONS}`);
  }
  return json.map(operationFromJson);
}

function vectorField(json: unknown, field: string): VectorTimestamp {
  const text = (json as Record<string, unknown>)[field];
  try {
    if (typeof text === 'string') return parsePlainVector(text);
  } catch {
    // Said below.
  }
  throw new Refusal('bad-request', `${field}: a vector`);
}
