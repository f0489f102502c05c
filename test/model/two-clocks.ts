/**
 * Where two clocks of one process meet: each knows of the other's spans no more than their starts, and nothing of what they
 * send and hear.
 *
 * Guarantee: they are known to meet where one stamps or sends under a span that the other has stamped, or uses a message
 * that the other has read. Under spans that nobody samples they meet unseen, which is outside the promise.
 */
import { recordOf } from '../../src/otel/span-registry.js';
import type { EventFacts } from './facts.js';
import type { Ledger } from './ledger.js';
import { only } from './order-graph.js';
import type { SpanFacts, Spot } from './scene.js';
import type { Service } from './service.js';

/**
 * A clock goes on where the other one of its process has started a span.
 * @returns what that one tells: what it knew when it started
 */
export function meetForeign(ledger: Ledger, service: Service, foreign: SpanFacts | undefined): EventFacts | undefined {
  if (foreign?.start === undefined) return undefined;
  const { start, span, spot } = foreign;
  const { service: other, trace } = spot;
  ledger.doubt(service, other, trace);
  // One whose domain was dropped meanwhile knows that, instead.
  const domain = other.clock === undefined ? undefined : recordOf(span.spanContext(), other.clock)?.domain;
  if (ledger.lane(other, trace).holder === domain?.serial) ledger.doubt(other, service, trace);
  return { ...start, known: start.known | only(start.index), earlier: start.earlier | only(start.index) };
}

/**
 * The same context, for the other clock of its process; undefined where there is none. What was forged against one of them
 * would deceive the other.
 */
export function crossed(spot: Spot): Spot | undefined {
  const { beside } = spot.service;
  if (beside === undefined || spot.arrival?.isForged === true) return undefined;
  return { ...spot, service: beside, span: spot.foreign, foreign: spot.span };
}
