/**
 * What could not be read, said once per place.
 *
 * Guarantee: a reason is one short line, however large or strange the input was, and it never holds a control
 * character that a terminal would obey.
 * Hazard: problems are counted, not kept: only the first one is remembered, so a file of a billion bad lines costs no
 * memory.
 */
import { oneLine } from '../../one-line.js';
import type { Origin } from '../../recorded.js';

/** A line, a span or a whole source that could not be read, or not all of it. */
export interface ReadProblem extends Origin {
  /** One line of text. */
  readonly reason: string;
}

/** Thrown where a source gave no span at all, and something was wrong with it. */
export class ReadTracesError extends Error {
  override readonly name: string = 'ReadTracesError';

  /**
   * @param source the file, `-` or the address
   * @param reason what was wrong, and what to do next where that is known
   * @param problems how many problems were reported before it was given up
   */
  constructor(
    readonly source: string,
    readonly reason: string,
    readonly problems: number = 0,
    options?: ErrorOptions,
  ) {
    super(`${source}: ${reason}`, options);
  }
}

/** What an unknown thrown value has to say. */
export function reasonOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}
