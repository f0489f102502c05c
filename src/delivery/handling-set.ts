/**
 * The messages that are being handled just now, so that a second copy that arrives meanwhile waits for the outcome.
 *
 * Guarantee: at most one message of a node and tick, and of a key, is being handled at a time. Bounded.
 */
import { MAX_HANDLING } from '../clocks/limits.js';
import type { NamedMessage } from './handled-memory.js';

export class HandlingSet {
  private readonly names = new Set<string>();

  has(message: NamedMessage): boolean {
    return namesOf(message).some((name) => this.names.has(name));
  }

  get isFull(): boolean {
    return this.names.size >= MAX_HANDLING;
  }

  add(message: NamedMessage): void {
    for (const name of namesOf(message)) this.names.add(name);
  }

  delete(message: NamedMessage): void {
    for (const name of namesOf(message)) this.names.delete(name);
  }
}

/** The names of a message as texts: a tick has digits only, so no two dots share one. */
function namesOf({ dot, version }: NamedMessage): string[] {
  const names: string[] = [];
  if (dot !== undefined) names.push(`dot ${dot.tick} ${dot.node}`);
  if (version !== undefined) names.push(`key ${version.key}`);
  return names;
}

/** A text that only this message has. */
export function identityOf({ dot, version }: NamedMessage): string {
  if (dot !== undefined) return `dot ${dot.tick} ${dot.node}`;
  return JSON.stringify([version?.key, version === undefined ? [] : [...version.vector]]);
}
