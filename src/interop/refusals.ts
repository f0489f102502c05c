/**
 * What a propagator or processor could not take or do: counted, and the first of them said.
 *
 * Guarantee: nothing throws, not even a diag logger that does. One line is enough to look into it, and a stranger
 * cannot flood the log; the counter tells the rest.
 */
import { diag } from '@opentelemetry/api';

export class Refusals {
  private refused = 0;

  /** @param what fails, as the one line names it */
  constructor(private readonly what: string) {}

  get count(): number {
    return this.refused;
  }

  /** @param doing what was being done to it */
  add(doing: string, error: unknown): void {
    this.refused += 1;
    if (this.refused > 1) return;
    try {
      diag.warn(`otel-causality: ${doing} ${this.what} failed`, error);
    } catch {
      // The logger is the application's, and so is the hook that called us.
    }
  }
}
