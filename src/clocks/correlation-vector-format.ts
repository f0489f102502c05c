/**
 * What a correlation vector looks like in each version of Microsoft's specification.
 *
 *     1     tul4NUsfs9Cl7mOf.1.23            16 base64 characters, decimal elements
 *     2.1   PmvzQKgYek6Sdk/T5sWaqw.1.23      22 base64 characters (128 bits), decimal elements
 *     3.0   A.PmvzQKgYek6Sdk/T5sWaqw#B6A5FFD77977E2AE.1_93816B91E430A7BB.F   hexadecimal elements
 *
 * Guarantee: {@link correlationVectorFormat} says which version a text is, or refuses it. It never repairs one and
 * never makes up a new one, so that two traces are not joined or parted by a typing error.
 *
 * Follows: "cV - 2.1.md" and "cV - 3.0.md" in microsoft/CorrelationVector; version 1 as Microsoft's own library
 * for .NET has it. Where the grammar of 3.0 (a draft) contradicts its examples, the examples are followed.
 */
import { InvalidValueError } from './errors.js';
import {
  MAX_CORRELATION_ELEMENT,
  MAX_CORRELATION_VECTOR_1_LENGTH,
  MAX_CORRELATION_VECTOR_2_LENGTH,
  MAX_CORRELATION_VECTOR_3_LENGTH,
} from './limits.js';

/** The versions of Microsoft's specification; `2.1` is the one in use, `3.0` a draft. */
export type CorrelationVectorVersion = '1' | '2.1' | '3.0';

/** The grammar and the limits of one version. */
export interface CorrelationVectorFormat {
  readonly version: CorrelationVectorVersion;
  /** What stands before the base. */
  readonly prefix: string;
  readonly base: RegExp;
  /** Random bytes in a base. */
  readonly baseBytes: number;
  readonly whole: RegExp;
  /** Base of the number system of its elements. */
  readonly radix: 10 | 16;
  /** Characters, without the `!`. */
  readonly maxLength: number;
  /** True where `!` ends a vector that cannot grow, false where a reset makes it short again. */
  readonly terminates: boolean;
}

const VERSION_1: CorrelationVectorFormat = {
  version: '1',
  prefix: '',
  base: /^[A-Za-z0-9+/]{16}$/,
  baseBytes: 12,
  whole: /^[A-Za-z0-9+/]{16}(?:\.\d{1,10})+!?$/,
  radix: 10,
  maxLength: MAX_CORRELATION_VECTOR_1_LENGTH,
  terminates: true,
};

const VERSION_2: CorrelationVectorFormat = {
  version: '2.1',
  prefix: '',
  base: /^[A-Za-z0-9+/]{21}[AQgw]$/,
  baseBytes: 16,
  whole: /^[A-Za-z0-9+/]{21}[AQgw](?:\.\d{1,10})+!?$/,
  radix: 10,
  maxLength: MAX_CORRELATION_VECTOR_2_LENGTH,
  terminates: true,
};

const VERSION_3: CorrelationVectorFormat = {
  version: '3.0',
  prefix: 'A.',
  base: VERSION_2.base,
  baseBytes: 16,
  whole: /^A\.[A-Za-z0-9+/]{21}[AQgw](?:[#-][0-9A-F]{16})?\.[0-9A-F]{1,8}(?:(?:_[0-9A-F]{16})?\.[0-9A-F]{1,8})*$/,
  radix: 16,
  maxLength: MAX_CORRELATION_VECTOR_3_LENGTH,
  terminates: false,
};

const FORMATS = [VERSION_1, VERSION_2, VERSION_3];

/** The format of a version. Throws {@link InvalidValueError} for any other. */
export function formatOfVersion(version: unknown): CorrelationVectorFormat {
  const found = FORMATS.find((format) => format.version === version);
  if (found === undefined) throw new InvalidValueError('version', version, '"1", "2.1" or "3.0"');
  return found;
}

/** The format that a text is in. Throws {@link InvalidValueError} for anything that is no correlation vector. */
export function correlationVectorFormat(text: unknown): CorrelationVectorFormat {
  const found =
    typeof text === 'string' && text.length <= MAX_CORRELATION_VECTOR_3_LENGTH
      ? FORMATS.find((format) => format.whole.test(text) && hasLegalSize(text, format))
      : undefined;
  if (found === undefined) throw new InvalidValueError('correlation vector', text, 'one of version 1, 2.1 or 3.0');
  return found;
}

function hasLegalSize(text: string, format: CorrelationVectorFormat): boolean {
  const content = text.endsWith('!') ? text.slice(0, -1) : text;
  if (content.length > format.maxLength) return false;
  // Eight hexadecimal digits are four bytes; ten decimal ones can be more.
  return (
    format.radix === 16 || content.split('.').every((part, i) => i === 0 || Number(part) <= MAX_CORRELATION_ELEMENT)
  );
}
