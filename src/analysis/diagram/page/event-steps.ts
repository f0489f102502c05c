/**
 * Where the arrow keys lead: along the lane, or along causes and effects.
 *
 * Guarantee: a step leads to an event that is shown, or nowhere. Along a lane, each of its events is reached.
 */
import { NONE } from '../../events/event-table.js';
import type { Scene } from './scene.js';

export type Step = 'left' | 'right' | 'cause' | 'effect';

/** The next log in causal order, from another one or from an event; the first or the last where nothing is chosen. */
export function logStepFrom(
  { model, logs }: Scene,
  log: number | undefined,
  event: number | undefined,
  step: 1 | -1,
): number | undefined {
  if (log !== undefined) return logs[logs.indexOf(log) + step];
  if (event === undefined) return logs.at(step === 1 ? 0 : -1);
  // Logs come after the events of their Lamport time.
  const lamport = model.table.lamport[event] as number;
  const after = logs.findIndex((one) => (model.logs[one]?.lamport ?? 0) >= lamport);
  return after < 0 ? (step === 1 ? undefined : logs.at(-1)) : logs[step === 1 ? after : after - 1];
}

/** From a log to the last event before it, or to the next one of its node. */
export function stepOffLog({ model }: Scene, log: number, step: Step): number | undefined {
  const { causes = [], behind = NONE, next = NONE } = model.logs[log] ?? {};
  if (step === 'right' || step === 'effect') return next === NONE ? undefined : next;
  const { lamport } = model.table;
  const before = behind === NONE ? causes : [behind, ...causes];
  return before.toSorted((a, b) => (lamport[b] as number) - (lamport[a] as number))[0];
}

export function stepFrom(scene: Scene, event: number | undefined, step: Step): number | undefined {
  const { model } = scene;
  const shown = (one: number): boolean => (scene.rows.rowOf[Math.floor(one / 3)] as number) >= 0;
  if (event === undefined) return model.order.find(shown);
  if (step === 'cause') return model.causesOf(event).find(shown);
  if (step === 'effect') return model.effectsOf(event).find(shown);
  const { lane } = model.table;
  const position = scene.positions[scene.axis];
  const own = lane[Math.floor(event / 3)];
  const along = [...model.order].filter((one) => lane[Math.floor(one / 3)] === own && shown(one));
  // Sorting is stable: at one place the causal order decides.
  along.sort((a, b) => (position[a] as number) - (position[b] as number));
  return along[along.indexOf(event) + (step === 'left' ? -1 : 1)];
}
