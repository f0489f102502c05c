/** What the parent and its processes tell each other. */
import { join } from 'node:path';
import type { CausalityCounters } from '../../src/otel/counters.js';
import type { Steering } from './service/steered-clock.js';
import type { SlotName } from './slots.js';

/** From the parent. */
export type Order =
  | { readonly do: 'ports'; readonly ports: Readonly<Partial<Record<SlotName, number>>> }
  | { readonly do: 'steer'; readonly steering: Steering }
  | { readonly do: 'stop' };

/** To the parent, once. */
export interface Ready {
  readonly port: number;
}

/** What a process says of itself at intervals. */
export interface Sample {
  /** Bytes, after a forced collection. */
  readonly heapUsed: number;
  readonly rss: number;
  readonly counters: CausalityCounters;
}

export function samplesPath(folder: string, incarnation: string): string {
  return join(folder, `${incarnation}.samples.jsonl`);
}

/** One start of one process. */
export interface Incarnation {
  readonly id: string;
  readonly slot: SlotName;
  /** How it ended: killed by us, asked to stop, or neither. */
  readonly ended: 'killed' | 'stopped' | 'crashed';
}
