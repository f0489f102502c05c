/**
 * Values of environment variables, read as OpenTelemetry asks: empty counts as unset, names of choices in any case,
 * and a value that cannot be meant is said and passed over. An application must not fail to start because of one.
 */
import type { Environment } from '../clocks/environment.js';
import { InvalidValueError } from '../clocks/errors.js';

export class EnvironmentValues {
  /** One sentence for each value that was refused: the variable, what was expected, what it is, what happens instead. */
  readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  /** The trimmed text; undefined where there is none. */
  text(variable: string): string | undefined {
    const text = this.environment[variable]?.trim();
    return text === '' ? undefined : text;
  }

  /**
   * @param read undefined for a text that is none of what is expected
   * @param instead what takes the place of a refused value, in words
   */
  value<T>(variable: string, read: (text: string) => T | undefined, expected: string, instead: string): T | undefined {
    const text = this.text(variable);
    return text === undefined ? undefined : (read(text) ?? this.refuse(variable, text, expected, instead));
  }

  choice<T extends string>(variable: string, allowed: readonly T[], instead: string): T | undefined {
    const find = (text: string): T | undefined => allowed.find((one) => one === text.toLowerCase());
    return this.value(variable, find, eitherOf(allowed), instead);
  }

  refuse(variable: string, value: unknown, expected: string, instead: string): undefined {
    this.problems.push(`${new InvalidValueError(variable, value, expected).message}; ${instead}`);
    return undefined;
  }
}

/** What is expected of a choice, in words. */
export function eitherOf(allowed: readonly string[]): string {
  return allowed.map((one) => `'${one}'`).join(' or ');
}
