/** A node under attack: what one hostile message may and may not change. */
import { type Context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { arrivalIn } from '../../src/otel/arrival.js';
import { type NodeOptions, TestNode } from './fleet.js';
import { oddGetter } from './odd-carriers.js';

export const TRACE_ID = '4bf92f3577b34da67b1d62f2c9e04a15';
const DOMAIN = TRACE_ID.slice(-16);
export const SENDER = '00f067aa0ba902b7';
export const TRACEPARENT = `00-${TRACE_ID}-${SENDER}-01`;

/** A valid stamp of the trace; `vector` and the other fields can be replaced by anything. */
export function stampText({ domain = DOMAIN, lamport = '17', hlc = '', flags = '0', vector = 'a*4~b*2' } = {}): string {
  return `1!${domain}!${lamport}!${hlc}!${flags}!${vector}`;
}

export type Place = 'baggage' | 'header';
export const PLACES: readonly Place[] = ['baggage', 'header'];

/** A message of that trace with this stamp, the mark of its sender, and the application's own baggage around it. */
export function messageWith(stamp: unknown, place: Place): Record<string, unknown> {
  const shared = { traceparent: TRACEPARENT, tracestate: `causality=${SENDER},vendor=x` };
  if (place === 'header') return { ...shared, baggage: 'user=alice,tier=gold', causality: stamp };
  return {
    ...shared,
    baggage: Array.isArray(stamp)
      ? [
          'user=alice',
          ...stamp.map((one) => (typeof one === 'string' ? `causality=${one}` : (one as unknown))),
          'tier=gold',
        ]
      : `user=alice,causality=${stamp as string},tier=gold`,
  };
}

export function nodeReading(place: Place, options: NodeOptions = {}): TestNode {
  return new TestNode('victim', { ...options, propagator: { carrier: place, ...options.propagator } });
}

export function extractOdd(node: TestNode, message: unknown, context: Context = ROOT_CONTEXT): Context {
  return node.propagator.extract(context, message, oddGetter());
}

/** The application's part of a message came through as it was sent. */
export function expectApplicationUntouched(context: Context): void {
  expect(trace.getSpanContext(context)).to.include({ traceId: TRACE_ID, spanId: SENDER });
  expect(trace.getSpanContext(context)?.traceState?.serialize()).to.equal('vendor=x');
  const entries = propagation.getBaggage(context)?.getAllEntries() ?? [];
  expect(entries.map(([key, { value }]) => `${key}=${value}`)).to.deep.equal(['user=alice', 'tier=gold']);
}

/**
 * The stamp in this message is not taken: counted under one reason, nothing stored, the application undisturbed, and
 * what happens next is stamped as if there had been none, only incomplete.
 */
export function expectNotTaken(node: TestNode, message: Record<string, unknown>, reason: string): void {
  const before = node.clock.counters;
  const context = extractOdd(node, message);
  expectApplicationUntouched(context);
  expect(arrivalIn(context)?.stamp).to.equal(undefined);
  const after = node.clock.counters;
  const count = (counters: typeof before): number => (counters.refused as Record<string, number>)[reason] ?? 0;
  expect(count(after), `refused as ${reason}, not ${JSON.stringify(after.refused)}`).to.equal(count(before) + 1);
  expect(after).to.deep.equal({ ...before, refused: after.refused });

  const { span } = node.start('handle', context);
  span.end();
  const { attributes } = node.finished('handle');
  node.exporter.reset();
  expect(attributes['causality.vector']).to.match(/^victim-[0-9a-z]{8}=\d+$/);
  expect(attributes['causality.incomplete']).to.equal(true);
  expect(node.clock.counters.errors).to.equal(before.errors);
}

/** The stamp in this message is taken whole. */
export function expectTaken(node: TestNode, message: Record<string, unknown>, vector: string): void {
  const context = extractOdd(node, message);
  expectApplicationUntouched(context);
  expect(arrivalIn(context)?.stamp?.vector.toString()).to.equal(vector);
}
