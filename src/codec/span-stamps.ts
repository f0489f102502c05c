/**
 * The stamps of a span, read back from its attributes, wherever a backend kept them.
 *
 * Guarantee: whatever part of the attributes survived gives fewer answers, never other ones. A vector that is missing,
 * cut or damaged still holds a lower bound of what was heard, and the stamp is incomplete. Counters may be numbers,
 * bigints or the decimal strings that JSON and string-only stores make of them. Nothing throws.
 * Hazard: a store that cuts a vector in the middle of its last counter leaves a text that looks whole; the writer
 * stays below the limits that are known. The vector of a reply is not written: it is known from below only, and so the
 * reply is incomplete where the node heard something during the span. As a cause (its tick) it is exact.
 */
import { MAX_COUNTER } from '../clocks/limits.js';
import { isNodeId } from '../clocks/node-id.js';
import { Ntp64 } from '../clocks/ntp64.js';
import { type CausalStamp, PROCESS_DOMAIN } from '../clocks/stamp.js';
import { fromSorted, insertionIndex, VectorTimestamp } from '../clocks/vector-timestamp.js';
import { ATTRIBUTE } from './span-attributes.js';
import { VectorScanner } from './vector-scanner.js';

/** Attributes by name, values as the store has them. */
export type ReadAttributes = Readonly<Record<string, unknown>>;

/** A stamp of an event: it always has a node and a tick. */
export type EventStamp = CausalStamp & { readonly node: string; readonly tick: number };

/** The events of a span. */
export interface SpanStamps {
  readonly start: EventStamp;
  /** When a server span's reply left, where it carried a stamp. */
  readonly reply: EventStamp | undefined;
  /** Undefined where the span did not end, or its SDK does not tell. */
  readonly end: EventStamp | undefined;
}

/**
 * Reads the stamps of a span; undefined where it has none.
 *
 * @param traceId the span's trace id, 32 hexadecimal digits
 * @param parentStart start of the parent span, where it is at hand: with `OTEL_CAUSALITY_ATTRIBUTES=lean` a span that
 * heard nothing new takes its vector from there
 */
export function readSpanStamps(
  traceId: string,
  attributes: ReadAttributes,
  parentStart?: CausalStamp,
): SpanStamps | undefined {
  const node = attributes[ATTRIBUTE.node];
  const tick = counterOf(attributes[ATTRIBUTE.tick]);
  const lamport = counterOf(attributes[ATTRIBUTE.lamport]);
  if (!isNodeId(node) || tick === undefined || lamport === undefined) return undefined;

  const told = isTrue(attributes[ATTRIBUTE.incomplete]);
  const domain = isOfProcess(attributes) ? PROCESS_DOMAIN : domainOfTrace(traceId);
  const hlcUnordered = isTrue(attributes[ATTRIBUTE.hlcUnordered]);
  const startVector = startVectorOf(attributes[ATTRIBUTE.vector], domain, node, tick, parentStart);
  const start: EventStamp = {
    domain,
    node,
    tick,
    lamport,
    vector: startVector.vector,
    hlc: hlcOf(attributes[ATTRIBUTE.hlc]),
    incomplete: told || startVector.partial,
    hlcUnordered,
  };

  const endText = attributes[ATTRIBUTE.endVector];
  const end = laterEvent(start, attributes[ATTRIBUTE.endTick], attributes[ATTRIBUTE.endLamport]);
  const endVector =
    end === undefined || endText === undefined ? undefined : vectorOf(endText, end.node, end.tick, start.vector);
  const reply = laterEvent(start, attributes[ATTRIBUTE.replyTick], attributes[ATTRIBUTE.replyLamport]);
  // Without an end nobody says whether the reply had heard more than the start.
  const replyPartial = end === undefined || endVector !== undefined;
  return {
    start,
    reply: reply === undefined || !replyPartial ? reply : { ...reply, incomplete: true },
    end:
      end === undefined
        ? undefined
        : {
            ...end,
            hlc: hlcOf(attributes[ATTRIBUTE.endHlc]),
            vector: endVector?.vector ?? end.vector,
            incomplete: endVector === undefined ? end.incomplete : told || endVector.partial,
          },
  };
}

/** @internal True where the clock of the span's process spans its traces. */
export function isOfProcess(attributes: ReadAttributes): boolean {
  return attributes[ATTRIBUTE.scope] === 'process';
}

/** @internal The domain of a trace: the last 16 digits of its id. */
export function domainOfTrace(traceId: string): string {
  return traceId.toLowerCase().slice(-16);
}

interface ReadVector {
  readonly vector: VectorTimestamp;
  /** True when it is a lower bound only. */
  readonly partial: boolean;
}

function startVectorOf(
  text: unknown,
  domain: string,
  node: string,
  tick: number,
  parentStart: CausalStamp | undefined,
): ReadVector {
  if (text !== undefined) return vectorOf(text, node, tick, VectorTimestamp.EMPTY);
  // Only the local parent's vector is the same but for our own entry: a remote parent's names another node.
  if (parentStart?.node === node && parentStart.domain === domain && (parentStart.tick ?? tick) < tick) {
    return { vector: parentStart.vector.withCounter(node, tick), partial: parentStart.incomplete };
  }
  return { vector: VectorTimestamp.from([[node, tick]]), partial: true };
}

/** An event of the same node after the start, which has heard at least what the start had. */
function laterEvent(start: EventStamp, tickValue: unknown, lamportValue: unknown): EventStamp | undefined {
  const tick = counterOf(tickValue);
  const lamport = counterOf(lamportValue);
  if (tick === undefined || lamport === undefined || tick <= start.tick) return undefined;
  return { ...start, tick, lamport, vector: start.vector.withCounter(start.node, tick), hlc: undefined };
}

/** Reads `a=1,b=2` of an event, whose own entry is its tick. */
function vectorOf(text: unknown, node: string, tick: number, atLeast: VectorTimestamp): ReadVector {
  if (typeof text !== 'string') return { vector: atLeast.withCounter(node, tick), partial: true };
  const { nodes, counters, own: found, partial: cut } = readVectorText(text, node);
  // A writer never leaves the own entry out, so where it is not the tick, something was cut.
  const partial = cut || counters[found] !== tick;
  let own = found;
  if (own < 0) {
    own = insertionIndex(nodes, node);
    nodes.splice(own, 0, node);
    counters.splice(own, 0, 0);
  }
  counters[own] = tick;
  const vector = fromSorted(nodes, counters);
  return { vector: atLeast.size === 0 ? vector : vector.merge(atLeast.withCounter(node, tick)), partial };
}

/** @internal Entries of a vector attribute, ascending. */
export interface VectorEntries {
  readonly nodes: string[];
  readonly counters: number[];
  /** Index of the own node's entry, or -1. */
  readonly own: number;
  /** True when something of the text could not be read: the entries are a lower bound only. */
  readonly partial: boolean;
}

const scanner = new VectorScanner();

/** @internal Reads `a=1,b=2`; what cannot be read is left out, which only makes the lower bound lower. */
export function readVectorText(text: string, node: string): VectorEntries {
  scanner.scan(text);
  const { size, partial } = scanner;
  const nodes: string[] = [];
  const counters: number[] = [];
  let own = -1;
  for (let i = 0; i < size; i++) {
    const name = text.slice(scanner.from[i], scanner.to[i]);
    if (name === node) own = i;
    nodes.push(name);
    counters.push(scanner.counters[i] as number);
  }
  return { nodes, counters, own, partial };
}

/** @internal 1..2^48 as a number, a bigint or plain decimal digits. */
export function counterOf(value: unknown): number | undefined {
  let counter = Number.NaN;
  if (typeof value === 'number' || typeof value === 'bigint') counter = Number(value);
  else if (typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value)) counter = Number(value);
  return Number.isInteger(counter) && counter >= 1 && counter <= MAX_COUNTER ? counter : undefined;
}

/** @internal True, also as string-only stores keep it. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** @internal The hybrid time of a `causality.hlc`. */
export function hlcOf(value: unknown): Ntp64 | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return Ntp64.parseRfc3339(value);
  } catch {
    return undefined;
  }
}
