/**
 * Checks what was exported: the attributes tell the stamps, and whoever reads them back and compares gets true answers,
 * with an "unknown" here and there for what attributes do not tell.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { type CausalStamp, compareStamps } from '../../src/clocks/stamp.js';
import { readSpanStamps, type SpanStamps } from '../../src/codec/span-stamps.js';
import { WrongAnswer } from './wrong-answer.js';
import type { EventFacts } from './facts.js';
import { type ToldEvent, type ToldSpan, toldBy } from './naive-attributes.js';
import type { SpanFacts } from './scene.js';
import type { World } from './world.js';

/** Throws {@link WrongAnswer} for the first exported span that tells something else. */
export function checkExported(world: World): void {
  const facts = new Map(world.spans.all.map((span) => [span.spot.spanId, span]));
  const read: { readonly event: EventFacts; readonly stamp: CausalStamp }[] = [];
  for (const service of world.services) {
    const exported = new Map(service.finished().map((span) => [span.spanContext().spanId, span]));
    for (const span of exported.values()) {
      const fact = facts.get(span.spanContext().spanId);
      if (fact === undefined) throw new WrongAnswer(`${span.name} was never started`);
      checkTold(fact, service.plan.attributes, toldOf(span, exported));
      const stamps = stampsOf(span, exported);
      if (fact.start !== undefined && stamps !== undefined) read.push({ event: fact.start, stamp: stamps.start });
      if (fact.reply !== undefined && stamps?.reply) read.push({ event: fact.reply, stamp: stamps.reply });
      if (fact.end !== undefined && stamps?.end) read.push({ event: fact.end, stamp: stamps.end });
    }
  }
  for (const a of read) {
    for (const b of read) if (a.event.index < b.event.index) checkReadPair(world, a, b);
  }
}

function toldOf(span: ReadableSpan, exported: ReadonlyMap<string, ReadableSpan>): ToldSpan | undefined {
  const parent = exported.get(span.parentSpanContext?.spanId ?? '');
  return toldBy(span, parent === undefined ? undefined : toldOf(parent, exported));
}

function stampsOf(span: ReadableSpan, exported: ReadonlyMap<string, ReadableSpan>): SpanStamps | undefined {
  const parent = exported.get(span.parentSpanContext?.spanId ?? '');
  const parentStart = parent === undefined ? undefined : stampsOf(parent, exported)?.start;
  return readSpanStamps(span.spanContext().traceId, span.attributes, parentStart);
}

function checkTold(fact: SpanFacts, mode: 'standard' | 'full' | 'lean', tells: ToldSpan | undefined): void {
  const { start, reply, end, name } = fact;
  if ((start === undefined) !== (tells === undefined)) throw new WrongAnswer(`${name}: stamped, or told, but not both`);
  if (start === undefined || tells === undefined) return;
  const differ = (what: string): never => {
    throw new WrongAnswer(`${name}: the attributes tell another ${what}: ${JSON.stringify(tells)}`);
  };
  if (tells.node !== start.stamp.node) differ('node');
  if ((tells.scope === 'process') !== (start.domain === '-')) differ('scope');
  const events = [start, reply, end].filter((one) => one !== undefined);
  if (tells.incomplete !== events.some(({ stamp }) => stamp.incomplete)) differ('incomplete');
  if (tells.hlcUnordered !== events.some(({ stamp }) => stamp.hlcUnordered)) differ('hlc_unordered');
  const pairs = [
    ['start', start, tells.start],
    ['reply', reply, tells.reply],
    ['end', end, tells.end],
  ] as const;
  for (const [what, event, toldEvent] of pairs) {
    if (event === undefined && toldEvent === undefined) continue;
    if (event === undefined || toldEvent === undefined || !tellsEvent(event, toldEvent, what, mode)) differ(what);
  }
}

function tellsEvent({ stamp }: EventFacts, tells: ToldEvent, what: string, mode: string): boolean {
  if (tells.tick !== stamp.tick || tells.lamport !== stamp.lamport) return false;
  // Nobody tells a reply's vector; and in lean mode the parent may not have been exported.
  const untold = what === 'reply' || (mode === 'lean' && tells.vector === undefined);
  if (!untold && tells.vector !== stamp.vector.toString()) return false;
  return tells.hlc === (mode === 'full' && what !== 'reply' ? stamp.hlc?.toRfc3339() : undefined);
}

interface ReadEvent {
  readonly event: EventFacts;
  readonly stamp: CausalStamp;
}

function checkReadPair(world: World, a: ReadEvent, b: ReadEvent): void {
  const answer = compareStamps(a.stamp, b.stamp);
  const made = compareStamps(a.event.stamp, b.event.stamp);
  // A whole span is told to be incomplete where one of its events is, so *concurrent* may have become *unknown*. What an
  // end has lost of its start's vector, a reader still has: *unknown* may have become *before*, and must be true.
  if (answer === 'unknown' || (answer === made && answer !== 'after')) return;
  if (answer === 'before' && world.ledger.happenedBefore(a.event, b.event)) return;
  const where = `process ${a.event.process.id} and ${b.event.process.id}`;
  throw new WrongAnswer(`read back, ${a.event.name} and ${b.event.name} are ${answer}, and were ${made} (${where})`);
}
