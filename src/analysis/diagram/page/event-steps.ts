/**
 * Where the arrow keys lead: along the lane, or along causes and effects.
 *
 * Guarantee: a step leads to an event that is shown, or nowhere. Along a lane, each of its events is reached.
 */
import type { Scene } from './scene.js';

export type Step = 'left' | 'right' | 'cause' | 'effect';

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
