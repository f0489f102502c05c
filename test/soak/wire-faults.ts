/**
 * What can happen to a message between two processes: headers that are lost, garbled, forged or another message's. It is
 * done to the headers that arrived, before anything has looked at them.
 *
 * Guarantee: what a fault does is decided by its name and the headers alone.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { MAX_COUNTER } from '../../src/clocks/limits.js';

/** What a fault takes out of the promise: nothing, the order that this message brings, or all orders in its trace. */
type Cost = 'nothing' | 'the message' | 'the trace';

interface Local {
  /** The node that receives, once it has a name. */
  readonly node: string | undefined;
  /** The stamp of an earlier message of another trace. */
  readonly stale: string | undefined;
}

interface Fault {
  readonly costs: Cost;
  /** The member that arrives instead; undefined for none. */
  readonly stamp?: (stamp: string, local: Local) => string | undefined;
  readonly headers?: (headers: IncomingHttpHeaders) => void;
}

const JUNK = '!!!*~%zz\u00ff';

const part =
  (index: number, change: (text: string, local: Local) => string) =>
  (stamp: string, local: Local): string => {
    const parts = stamp.split('!');
    parts[index] = change(parts[index] ?? '', local);
    return parts.join('!');
  };
const VECTOR = 5;
const withEntry = (vector: string, node: string, counter: number): string =>
  [...vector.split('~').filter((entry) => !entry.startsWith(`${node}*`)), `${node}*${counter}`]
    .sort((a, b) => (nodeIn(a) < nodeIn(b) ? -1 : 1))
    .join('~');
const nodeIn = (entry: string): string => entry.slice(0, entry.indexOf('*'));

export const FAULTS = {
  'drops baggage': { costs: 'nothing', headers: (headers) => void delete headers['baggage'] },
  'drops tracestate': { costs: 'nothing', headers: (headers) => void delete headers['tracestate'] },
  // Breaks W3C Trace Context: nobody can tell that something was there.
  'drops both': {
    costs: 'the message',
    headers: (headers) => {
      delete headers['baggage'];
      delete headers['tracestate'];
    },
  },
  'drops traceparent': { costs: 'nothing', headers: (headers) => void delete headers['traceparent'] },
  'garbles traceparent': { costs: 'nothing', headers: (headers) => void (headers['traceparent'] = '00-zz-1-01') },
  'garbles tracestate': { costs: 'nothing', headers: (headers) => void (headers['tracestate'] = 'causality=,=,;') },
  'garbles the stamp': { costs: 'nothing', stamp: () => JUNK },
  'cuts the stamp': { costs: 'nothing', stamp: (stamp) => stamp.slice(0, stamp.length / 2) },
  'loses the vector': { costs: 'nothing', stamp: part(VECTOR, () => '') },
  'a version to come': { costs: 'nothing', stamp: part(0, () => '2') },
  'an oversize stamp': { costs: 'nothing', stamp: (stamp) => `${stamp}~zz${'9'.repeat(6_000)}*1` },
  'too many entries': {
    costs: 'nothing',
    stamp: part(VECTOR, () => Array.from({ length: 70 }, (_, i) => `n${i + 100}*1`).join('~')),
  },
  'two stamps': { costs: 'nothing', stamp: (stamp) => `${stamp},causality=${stamp}` },
  // Relays may: nothing is wrong with it.
  'encodes the stamp': { costs: 'nothing', stamp: (stamp) => stamp.replaceAll('!', '%21').replaceAll('*', '%2A') },
  'a stale stamp': { costs: 'nothing', stamp: (stamp, { stale }) => stale ?? stamp },
  'forges an entry for the receiver': {
    costs: 'nothing',
    stamp: part(VECTOR, (vector, { node }) => withEntry(vector, node ?? 'nobody-00000000', MAX_COUNTER - 1)),
  },
  'forges a stranger': {
    costs: 'nothing',
    stamp: part(VECTOR, (vector) => withEntry(vector, 'ghost-00000000', MAX_COUNTER)),
  },
  'forges its peers': {
    costs: 'the trace',
    stamp: part(VECTOR, (vector) => vector.replaceAll(/\*(\d+)/g, (_, count: string) => `*${Number(count) + 1_000}`)),
  },
  'forges Lamport time': { costs: 'nothing', stamp: part(2, () => String(MAX_COUNTER)) },
  'forges hybrid time': { costs: 'nothing', stamp: part(3, () => 'fffffff000000000') },
} as const satisfies Readonly<Record<string, Fault>>;

export type WireFault = keyof typeof FAULTS;

export const WIRE_FAULTS = Object.keys(FAULTS) as readonly WireFault[];

export function costOf(fault: WireFault): Cost {
  return FAULTS[fault].costs;
}

const MEMBER = /(?:^|,)\s*causality=([^,]*)/;

/** The stamp that these headers carry, as text. */
export function stampIn({ baggage }: IncomingHttpHeaders): string | undefined {
  return typeof baggage === 'string' ? MEMBER.exec(baggage)?.[1] : undefined;
}

/** Does to the headers what the fault says. */
export function befall(headers: IncomingHttpHeaders, name: WireFault, local: Local): void {
  const fault: Fault = FAULTS[name];
  fault.headers?.(headers);
  const stamp = stampIn(headers);
  if (fault.stamp === undefined || stamp === undefined) return;
  headers['baggage'] = `causality=${fault.stamp(stamp, local) ?? ''}`;
}
