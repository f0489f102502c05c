/**
 * What stamps a clock's logs, made with its first one: who stamps none, a web page above all, does not load it.
 *
 * Guarantee: one for each clock, whichever copy of this package has the first log, so that their numbers never repeat.
 */
import { LogAttributeWriter } from '../codec/log-attributes.js';
import type { CausalClock } from './causal-clock.js';
import { Logs } from './logs.js';

export function logsOf(clock: CausalClock): Logs {
  return (clock.logs.made ??= logsMadeFor(clock));
}

function logsMadeFor(clock: CausalClock): Logs {
  const { attributes: mode, scope } = clock.settings;
  const writer = new LogAttributeWriter({ mode, scope }, (entries) => clock.events.entries(entries));
  return new Logs(clock, clock.domains, writer);
}
