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

  /** @param instead what takes the place of a refused value, in words */
  choice<T extends string>(variable: string, allowed: readonly T[], instead: string): T | undefined {
    const text = this.text(variable);
    if (text === undefined) return undefined;
    const found = allowed.find((one) => one === text.toLowerCase());
    return found ?? this.refuse(variable, text, allowed.map((one) => `'${one}'`).join(' or '), instead);
  }

  integer(variable: string, lowest: number, highest: number, instead: string): number | undefined {
    const text = this.text(variable);
    if (text === undefined) return undefined;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    return this.refuse(variable, text, `an integer from ${lowest} to ${highest}`, instead);
  }

  /** A value that some check of ours throws at: what it throws is said. */
  checked<T>(instead: string, read: (environment: Environment) => T): T | undefined {
    try {
      return read(this.environment);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      return this.refuse(error.field, error.value, error.expected, instead);
    }
  }

  refuse(variable: string, value: unknown, expected: string, instead: string): undefined {
    this.problems.push(`${new InvalidValueError(variable, value, expected).message}; ${instead}`);
    return undefined;
  }
}
