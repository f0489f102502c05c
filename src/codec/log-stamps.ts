/**
 * The stamp of a log record, read back from its attributes, wherever a backend kept them.
 *
 * Guarantee: as span-stamps.ts. Whatever part survived gives fewer answers, never other ones; nothing throws.
 */
import type { LogStamp } from '../clocks/log-stamp.js';
import { isNodeId } from '../clocks/node-id.js';
import { type CausalStamp, PROCESS_DOMAIN } from '../clocks/stamp.js';
import { fromSorted, VectorTimestamp } from '../clocks/vector-timestamp.js';
import { LOG_SEQ } from './log-attributes.js';
import { ATTRIBUTE } from './span-attributes.js';
import { counterOf, hlcOf, isTrue, type ReadAttributes, readVectorText } from './span-stamps.js';

/**
 * Reads the stamp of a log record; undefined where it has none.
 *
 * @param traceId the log's trace id, 32 hexadecimal digits; empty or undefined outside of traces
 * @param spanStart start of the log's span, where it is at hand: with `OTEL_CAUSALITY_ATTRIBUTES=lean` a log takes its
 * vector from there when nothing new was heard since
 */
export function readLogStamp(
  traceId: string | undefined,
  attributes: ReadAttributes,
  spanStart?: CausalStamp,
): LogStamp | undefined {
  const node = attributes[ATTRIBUTE.node];
  const afterTick = tickOf(attributes[ATTRIBUTE.tick]);
  const lamport = counterOf(attributes[ATTRIBUTE.lamport]);
  const seq = counterOf(attributes[LOG_SEQ]);
  if (!isNodeId(node) || afterTick === undefined || lamport === undefined || seq === undefined) return undefined;
  const domain = attributes[ATTRIBUTE.scope] === 'process' ? PROCESS_DOMAIN : traceId?.toLowerCase().slice(-16);
  if (domain === undefined || (domain.length < 16 && domain !== PROCESS_DOMAIN)) return undefined;
  const { vector, partial } = vectorOf(attributes[ATTRIBUTE.vector], domain, node, afterTick, spanStart);
  return {
    domain,
    node,
    afterTick,
    seq,
    lamport,
    vector,
    hlc: hlcOf(attributes[ATTRIBUTE.hlc]),
    incomplete: partial || isTrue(attributes[ATTRIBUTE.incomplete]),
    hlcUnordered: isTrue(attributes[ATTRIBUTE.hlcUnordered]),
  };
}

function vectorOf(
  text: unknown,
  domain: string,
  node: string,
  afterTick: number,
  spanStart: CausalStamp | undefined,
): { readonly vector: VectorTimestamp; readonly partial: boolean } {
  if (
    text === undefined &&
    spanStart?.node === node &&
    spanStart.domain === domain &&
    afterTick >= tickAtStart(spanStart)
  ) {
    return { vector: spanStart.vector.withCounter(node, afterTick), partial: spanStart.incomplete };
  }
  if (typeof text !== 'string') return { vector: VectorTimestamp.EMPTY, partial: true };
  const { nodes, counters, own, partial } = readVectorText(text, node);
  const counter = own < 0 ? 0 : (counters[own] as number);
  if (counter > afterTick) counters[own] = afterTick;
  // Where the domain has made no event of its own, no remote order is refuted anyway: so this may mean a cut text.
  return { vector: fromSorted(nodes, counters), partial: partial || counter === 0 || counter > afterTick };
}

/** An event's stamp always has a tick; a message's says nothing of its own node. */
function tickAtStart({ tick }: CausalStamp): number {
  return tick ?? Number.POSITIVE_INFINITY;
}

/** As a counter, or 0. */
function tickOf(value: unknown): number | undefined {
  return value === 0 || value === 0n || value === '0' ? 0 : counterOf(value);
}
