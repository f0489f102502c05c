/**
 * The one error that decoders and constructors throw on bad input. It names what was wrong in three parts, so that a
 * caller can react by field and a person can read the message.
 */
export class InvalidValueError extends TypeError {
  override readonly name: string = 'InvalidValueError';

  /**
   * @param field what was being read or set, for example `trust` or `stamp.lamport`
   * @param value the offending value, as it came
   * @param expected what would have been accepted, in words
   */
  constructor(
    readonly field: string,
    readonly value: unknown,
    readonly expected: string,
  ) {
    super(`${field}: expected ${expected}, got ${describe(value)}`);
  }
}

const LONGEST_SHOWN = 60;

/** A short, safe rendering of any value: never calls into it, never longer than a line. */
function describe(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      const shown = value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value;
      return `${JSON.stringify(shown)}${value.length > LONGEST_SHOWN ? ` (${value.length} characters)` : ''}`;
    }
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? `an array of ${value.length}` : 'an object';
    default:
      return `a ${typeof value}`;
  }
}
