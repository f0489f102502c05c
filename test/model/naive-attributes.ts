/**
 * Reads a span's attributes by the letter of DESIGN 4, as somebody would who has nothing but that page.
 *
 * Guarantee: shares no code with the library. A missing end vector is the start's with the own entry moved on; in lean
 * mode a missing vector is that of the local parent's start, likewise.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** One event as the attributes tell it. */
export interface ToldEvent {
  readonly tick: number;
  readonly lamport: number;
  /** `a=1,b=2`; undefined where nothing tells it. */
  readonly vector: string | undefined;
  readonly hlc: string | undefined;
}

export interface ToldSpan {
  readonly node: string;
  readonly start: ToldEvent;
  readonly reply: ToldEvent | undefined;
  readonly end: ToldEvent | undefined;
  readonly incomplete: boolean;
  readonly hlcUnordered: boolean;
  readonly scope: 'trace' | 'process';
}

/** @param parent the local parent, where it was exported */
export function toldBy({ attributes }: ReadableSpan, parent: ToldSpan | undefined): ToldSpan | undefined {
  const tick = attributes['causality.tick'] as number | undefined;
  if (tick === undefined) return undefined;
  const node = attributes['causality.node'] as string;
  const written = attributes['causality.vector'] as string | undefined;
  const vector = written ?? moved(parent?.node === node ? parent.start.vector : undefined, node, tick);
  const later = (name: 'end' | 'reply', ownVector: (tick: number) => string | undefined): ToldEvent | undefined => {
    const laterTick = attributes[`causality.${name}.tick`] as number | undefined;
    if (laterTick === undefined) return undefined;
    return {
      tick: laterTick,
      lamport: attributes[`causality.${name}.lamport`] as number,
      vector: ownVector(laterTick),
      hlc: attributes[`causality.${name}.hlc`] as string | undefined,
    };
  };
  return {
    node,
    start: {
      tick,
      lamport: attributes['causality.lamport'] as number,
      vector,
      hlc: attributes['causality.hlc'] as string | undefined,
    },
    reply: later('reply', () => undefined),
    end: later(
      'end',
      (endTick) => (attributes['causality.end.vector'] as string | undefined) ?? moved(vector, node, endTick),
    ),
    incomplete: attributes['causality.incomplete'] === true,
    hlcUnordered: attributes['causality.hlc_unordered'] === true,
    scope: attributes['causality.scope'] === 'process' ? 'process' : 'trace',
  };
}

/** The same vector with another number of the own node. */
function moved(vector: string | undefined, node: string, tick: number): string | undefined {
  return vector
    ?.split(',')
    .map((entry) => (entry.startsWith(`${node}=`) ? `${node}=${tick}` : entry))
    .join(',');
}
