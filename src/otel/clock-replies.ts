/** A clock's replies, made with the first one: who gives none, a web page above all, does not load them. */
import type { CausalClock } from './causal-clock.js';
import { Replies } from './replies.js';

export function repliesOf(clock: CausalClock): Replies {
  return (clock.replies.made ??= new Replies(clock, clock.domains, clock.messages));
}
