/** Events and spans in words, for people who look and for those who listen. */
import type { DiagramModel } from './diagram-model.js';

const KIND_WORDS = ['start of', 'reply of', 'end of'] as const;

export function eventTitle(model: DiagramModel, event: number): string {
  const span = Math.floor(event / 3);
  return `${KIND_WORDS[event % 3] ?? ''} ${model.name(span)}`;
}

/** With the place, as it is told to screen readers and on buttons. */
export function eventLine(model: DiagramModel, event: number): string {
  const span = Math.floor(event / 3);
  return `${eventTitle(model, event)}, ${model.lane(span).id}, Lamport ${model.table.lamport[event] as number}`;
}

/** A log with its place, likewise. */
export function logLine({ logs, table }: DiagramModel, log: number): string {
  const one = logs[log];
  return one === undefined ? '' : `log ${one.text}, ${table.lanes[one.lane]?.id ?? ''}, after Lamport ${one.lamport}`;
}

/** What an event had heard of each node, itself included: `gateway-x7k2p1ab=4, orders-m3n4b5cd=2`. */
export function vectorText({ table, data }: DiagramModel, entries: ReadonlyMap<number, number>): string {
  const named = [...entries].map(([chain, count]) => {
    const [lane, , , , , node] = data.table.chains[chain] as (typeof data.table.chains)[number];
    return [table.lanes[lane]?.id ?? node, count] as const;
  });
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  return named.map(([node, count]) => `${node}=${count}`).join(', ');
}

/** `2026-11-21T13:04:30.834 000 000Z`: the nanoseconds count, so they are told. */
export function instantText(nanos: bigint): string {
  const millis = nanos / 1_000_000n;
  const rest = nanos - millis * 1_000_000n;
  const date = new Date(Number(millis));
  const digits = rest.toString().padStart(6, '0');
  return Number.isNaN(date.getTime())
    ? `${nanos} ns`
    : `${date.toISOString().replace('T', ' ').replace('Z', '')} ${digits.slice(0, 3)} ${digits.slice(3)} UTC`;
}
