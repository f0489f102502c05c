/**
 * What is fuzzed: something that takes what strangers send.
 *
 * Guarantee: every target is held to three rules beside its own: nothing but the decoder's typed error is thrown, what
 * all objects inherit stays as it was, and no input takes longer than a linear decoder could.
 */

export interface Target {
  readonly name: string;
  /** Inputs to begin with, beside the corpus. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** Words that the format is made of, for mutations to put in. */
  readonly words: readonly string[];
  /** Takes one input. Throws where a rule is broken. */
  readonly run: (input: Buffer) => void | Promise<void>;
}

type ErrorType = abstract new (...args: never[]) => Error;

/** What a decoder made of its input; undefined where it refused with an error of its own. */
export function decoded<T>(type: ErrorType, decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof type) return undefined;
    throw error;
  }
}

/** Throws unless the condition holds. */
export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`broken: ${what}`);
}

/** JSON, or undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
